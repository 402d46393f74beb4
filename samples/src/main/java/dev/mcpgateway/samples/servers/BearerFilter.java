package dev.mcpgateway.samples.servers;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;

/** Lets only requests through that carry the one bearer token (RFC 6750), so that the server has a caller to trust. */
final class BearerFilter extends HttpFilter {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient byte[] expected;

    /** Keeps the header value that has to come. */
    BearerFilter(String token) {
        expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        List<String> values = Collections.list(request.getHeaders("Authorization"));
        if (values.size() == 1
                && MessageDigest.isEqual(expected, values.getFirst().getBytes(StandardCharsets.UTF_8))) {
            chain.doFilter(request, response);
            return;
        }
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setHeader("WWW-Authenticate", "Bearer realm=\"sample crm\"");
        response.setContentType("application/json");
        response.getWriter().write("{\"error\":{\"status\":401,\"message\":\"a valid bearer token is needed\"}}");
    }
}
