package dev.mcpgateway.samples.issuer;

import com.nimbusds.jose.jwk.JWKSet;
import dev.mcpgateway.samples.loopback.BoundedBody;
import dev.mcpgateway.samples.loopback.LocalCallers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import tools.jackson.databind.json.JsonMapper;

/** The three endpoints: metadata, keys, tokens. */
final class IssuerEndpoint extends Handler.Abstract {
    static final String ISSUER_PATH = "/sample-issuer";
    static final String METADATA_PATH = "/.well-known/oauth-authorization-server" + ISSUER_PATH;
    static final String JWKS_PATH = ISSUER_PATH + "/jwks";
    static final String TOKEN_PATH = ISSUER_PATH + "/token";

    private static final int FORM_BYTES_MAX = 16 * 1024;

    private final JsonMapper json = JsonMapper.builder().build();
    private final IssuerState state;
    private final InstantSource clock;
    private final RandomGenerator random;

    IssuerEndpoint(IssuerState state, InstantSource clock, RandomGenerator random) {
        this.state = state;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (LocalCallers.refusal(request.getHeaders()).isPresent()) {
            Response.writeError(request, response, callback, 403);
            return true;
        }
        switch (request.getMethod() + " " + Request.getPathInContext(request)) {
            case "GET " + METADATA_PATH -> answer(response, callback, 200, metadata(issuer(request)));
            case "GET " + JWKS_PATH -> answer(response, callback, 200, keys());
            case "POST " + TOKEN_PATH -> token(request, response, callback);
            default -> Response.writeError(request, response, callback, 404);
        }
        return true;
    }

    private Map<String, Object> metadata(String issuer) {
        return Map.of(
                "issuer",
                issuer,
                "jwks_uri",
                issuer + "/jwks",
                "token_endpoint",
                issuer + "/token",
                "token_endpoint_auth_methods_supported",
                List.of("client_secret_basic"),
                "grant_types_supported",
                List.of("client_credentials"),
                "response_types_supported",
                List.of());
    }

    /** From the socket, not from the Host header, so that a caller cannot choose what a token says. */
    private static String issuer(Request request) {
        return "http://127.0.0.1:" + Request.getLocalPort(request) + ISSUER_PATH;
    }

    private Map<String, Object> keys() {
        return new JWKSet(state.signingKey().toPublicJWK()).toJSONObject();
    }

    private void token(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        try {
            authenticate(request);
            byte[] body = BoundedBody.read(request, FORM_BYTES_MAX)
                    .orElseThrow(
                            () -> OAuthError.invalidRequest("the body is longer than " + FORM_BYTES_MAX + " bytes"));
            TokenRequest wanted = TokenRequest.read(Form.read(body));
            Map<String, Object> token = Map.of(
                    "access_token", new TokenMinter(issuer(request), state.signingKey(), clock, random).mint(wanted),
                    "token_type", "Bearer",
                    "expires_in", wanted.lifetimeSeconds(),
                    "scope", String.join(" ", wanted.scopes()));
            answer(response, callback, 200, token);
        } catch (OAuthError error) {
            if (error.status() == 401) {
                response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"sample issuer\"");
            }
            answer(
                    response,
                    callback,
                    error.status(),
                    Map.of("error", error.code(), "error_description", error.description()));
        } catch (IOException broken) {
            callback.failed(broken);
        }
    }

    private void authenticate(Request request) {
        String credentials = IssuerState.CLIENT_ID + ":" + state.clientSecret();
        byte[] expected = ("Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                .getBytes(StandardCharsets.UTF_8);
        List<String> values = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        if (values.size() != 1
                || !MessageDigest.isEqual(expected, values.getFirst().getBytes(StandardCharsets.UTF_8))) {
            throw OAuthError.invalidClient();
        }
    }

    private void answer(Response response, Callback callback, int status, Map<String, Object> body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(json.writeValueAsBytes(body)), callback);
    }
}
