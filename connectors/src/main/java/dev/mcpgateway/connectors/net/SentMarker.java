package dev.mcpgateway.connectors.net;

import java.io.IOException;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;

/** Tells a failed connection from a broken exchange: from here on bytes may reach the peer. */
final class SentMarker extends HttpRequestExecutor {
    private static final String ATTRIBUTE = ApacheRequest.class.getName();

    static void bind(HttpClientContext context, ApacheRequest request) {
        context.setAttribute(ATTRIBUTE, request);
    }

    @Override
    public ClassicHttpResponse execute(
            ClassicHttpRequest request,
            HttpClientConnection connection,
            HttpResponseInformationCallback callback,
            HttpContext context)
            throws IOException, HttpException {
        if (context.getAttribute(ATTRIBUTE) instanceof ApacheRequest started) {
            started.markSent();
        }
        return super.execute(request, connection, callback, context);
    }
}
