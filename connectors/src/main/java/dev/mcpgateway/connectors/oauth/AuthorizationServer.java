package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.ClientAuthentication.ClientSecret;
import dev.mcpgateway.connectors.credential.ClientAuthentication.PostedSecret;
import dev.mcpgateway.connectors.credential.SecretSource;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an authorization server says of itself (RFC 8414), checked: its issuer is the one that was asked for, its
 * endpoints are https (http on loopback), and it knows PKCE with S256.
 *
 * @param issuer its identifier, character by character
 * @param authorization where browsers are sent
 * @param token where codes are redeemed
 * @param registration where clients register themselves (RFC 7591)
 * @param tellsIssuer whether its answers name it (RFC 9207): then one that does not is not from it
 * @param takesClientDocuments whether a client may be the URL of its metadata
 * @param authentication ways for clients to prove themselves
 * @param scopes scopes that it says it knows; empty where it says nothing
 */
public record AuthorizationServer(
        String issuer,
        URI authorization,
        URI token,
        Optional<URI> registration,
        boolean tellsIssuer,
        boolean takesClientDocuments,
        Set<String> authentication,
        Set<String> scopes) {

    /** Name of the way to prove a secret in a header field. */
    static final String BASIC = "client_secret_basic";

    /** Name of the way to prove a secret as a parameter. */
    static final String POST = "client_secret_post";

    /** Copies the sets. */
    public AuthorizationServer {
        authentication = Set.copyOf(authentication);
        scopes = Set.copyOf(scopes);
    }

    /** The client as this server wants it to prove itself: a secret is posted where it is taken nowhere else. */
    public ClientAuthentication taken(ClientAuthentication client) {
        return client instanceof ClientSecret(String id, SecretSource secret)
                        && !authentication.contains(BASIC)
                        && authentication.contains(POST)
                ? new PostedSecret(id, secret)
                : client;
    }

    /** The URL to which a browser is sent with these parameters. */
    public URI authorize(Map<String, String> parameters) {
        String query = parameters.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
        String base = authorization.toString();
        return URI.create(base + (authorization.getRawQuery() == null ? "?" : "&") + query);
    }

    /**
     * Whether an answer that came by a browser can be from this server; the same for errors (RFC 9207 section 2.4).
     *
     * @param iss the answer's {@code iss}; {@code null} if it has none
     */
    public boolean mayHaveSaid(@Nullable String iss) {
        return iss == null ? !tellsIssuer : iss.equals(issuer);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
