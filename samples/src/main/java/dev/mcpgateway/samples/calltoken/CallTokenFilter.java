package dev.mcpgateway.samples.calltoken;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only requests through whose call token is good for them. The servlet finds what the token says in the attribute
 * {@link #CLAIMS} and reads the body as usual.
 */
public final class CallTokenFilter extends HttpFilter {
    /** Name of the attribute with the {@link CallTokenClaims}. */
    public static final String CLAIMS = CallTokenClaims.class.getName();

    @Serial
    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(CallTokenFilter.class);

    private final transient CallTokenVerifier verifier;
    private final int bodyBytesMax;

    /** Checks with this verifier; longer bodies are refused with 413. */
    public CallTokenFilter(CallTokenVerifier verifier, int bodyBytesMax) {
        this.verifier = verifier;
        this.bodyBytesMax = bodyBytesMax;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        byte[] body = request.getInputStream().readNBytes(bodyBytesMax + 1);
        if (body.length > bodyBytesMax) {
            response.sendError(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
            return;
        }
        try {
            List<String> values = Collections.list(request.getHeaders("Authorization"));
            String token = values.size() == 1 && values.getFirst().startsWith("Bearer ")
                    ? values.getFirst().substring("Bearer ".length())
                    : "";
            CallTokenClaims claims = verifier.verify(token, body);
            HttpServletRequest readable = new BodyRead(request, body);
            readable.setAttribute(CLAIMS, claims);
            chain.doFilter(readable, response);
        } catch (CallTokenRefused refused) {
            LOG.info("refused at {}: {}", refused.step(), refused.getMessage());
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
            response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            response.setContentType("application/json");
            response.getWriter().write("{\"error\":{\"status\":401,\"message\":\"a valid call token is needed\"}}");
        }
    }

    /** The request with its body once more. */
    private static final class BodyRead extends HttpServletRequestWrapper {
        private final byte[] body;

        BodyRead(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public ServletInputStream getInputStream() {
            ByteArrayInputStream bytes = new ByteArrayInputStream(body);
            return new ServletInputStream() {
                @Override
                public int read() {
                    return bytes.read();
                }

                @Override
                public int read(byte[] target, int offset, int length) {
                    return bytes.read(target, offset, length);
                }

                @Override
                public boolean isFinished() {
                    return bytes.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new IllegalStateException("the body has been read: read it blocking");
                }
            };
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
        }
    }
}
