package dev.mcpgateway.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP parser itself refuses (malformed requests, oversized headers) and what fails outside the endpoints: the
 * status as JSON and nothing of the request. Jetty's own pages are HTML and repeat the reason.
 */
final class JsonErrorHandler extends ErrorHandler {
    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        byte[] body = body(code);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    private static byte[] body(int code) {
        return ("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" + (-31000 - code) + ",\"message\":\""
                        + HttpStatus.getMessage(code) + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
