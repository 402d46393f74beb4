package dev.mcpgateway.samples.calltoken;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only requests through whose call token is good for them. The next handler finds what the token says in the
 * attribute {@link #CLAIMS} and reads the body as usual. Reads the body blocking: for servers with virtual threads.
 */
public final class CallTokenHandler extends Handler.Wrapper {
    /** Name of the attribute with the {@link CallTokenClaims}. */
    public static final String CLAIMS = CallTokenClaims.class.getName();

    private static final Logger LOG = LoggerFactory.getLogger(CallTokenHandler.class);

    private final CallTokenVerifier verifier;
    private final int bodyBytesMax;

    /** Checks with this verifier; longer bodies are refused with 413. */
    public CallTokenHandler(CallTokenVerifier verifier, int bodyBytesMax, Handler next) {
        super(next);
        this.verifier = verifier;
        this.bodyBytesMax = bodyBytesMax;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        byte[] body;
        try (InputStream in = Content.Source.asInputStream(request)) {
            body = in.readNBytes(bodyBytesMax + 1);
        }
        if (body.length > bodyBytesMax) {
            Response.writeError(request, response, callback, 413);
            return true;
        }
        try {
            List<String> values = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
            String token = values.size() == 1 && values.getFirst().startsWith("Bearer ")
                    ? values.getFirst().substring("Bearer ".length())
                    : "";
            request.setAttribute(CLAIMS, verifier.verify(token, body));
        } catch (CallTokenRefused refused) {
            LOG.info("refused at {}: {}", refused.step(), refused.getMessage());
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
            Response.writeError(request, response, callback, 401);
            return true;
        }
        return super.handle(new BodyRead(request, body), response, callback);
    }

    /** The request with its body once more. */
    private static final class BodyRead extends Request.Wrapper {
        private final ByteBufferContentSource body;
        private final long length;

        BodyRead(Request request, byte[] body) {
            super(request);
            this.body = new ByteBufferContentSource(ByteBuffer.wrap(body));
            this.length = body.length;
        }

        @Override
        public long getLength() {
            return length;
        }

        @Override
        public Content.Chunk read() {
            return body.read();
        }

        @Override
        public void demand(Runnable demandCallback) {
            body.demand(demandCallback);
        }

        @Override
        public void fail(Throwable failure) {
            body.fail(failure);
        }
    }
}
