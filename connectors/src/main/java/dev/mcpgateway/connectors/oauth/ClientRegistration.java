package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.GivenSecret;
import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.wire.JsonText;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The gateway as a client, described to authorization servers that were not told of it: without a secret as a document at a
 * URL that is its client id, or by registration (RFC 7591).
 *
 * @param document URL of the document
 * @param redirect the one place to which codes are sent
 */
public record ClientRegistration(URI document, URI redirect) {
    private static final int TEXT_CHARS_MAX = 512;
    private static final String NONE = "none";

    /** Ways to prove to be the client, the best first: what is not there cannot be stolen, and PKCE protects the codes. */
    private static final List<String> WAYS = List.of(NONE, AuthorizationServer.BASIC, AuthorizationServer.POST);

    /** The document. */
    public String json() {
        return "{\"client_id\":" + quoted(document.toString()) + "," + members(NONE) + "}";
    }

    private String members(String authentication) {
        return "\"client_name\":\"MCP Gateway\",\"client_uri\":"
                + quoted(document.resolve("/").toString())
                + ",\"application_type\":\"" + applicationType()
                + "\",\"redirect_uris\":[" + quoted(redirect.toString())
                + "],\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"]"
                + ",\"token_endpoint_auth_method\":\"" + authentication + "\"";
    }

    /** Servers take a redirect to loopback from native clients only (OpenID Connect Registration section 2). */
    private String applicationType() {
        return "https".equals(redirect.getScheme()) ? "web" : "native";
    }

    /**
     * A client that a server has registered.
     *
     * @param client how the gateway proves to be that client
     * @param endsAt when its secret ends; empty for never
     */
    public record Registered(ClientAuthentication client, Optional<Instant> endsAt) {}

    /**
     * Registers at a server, without a secret where that does.
     *
     * @throws OAuthFault if it refuses, or registers a client that proves itself in a way the gateway does not know
     */
    public Registered register(AuthorizationServer server, OAuthWeb web) throws OAuthFault {
        URI endpoint = server.registration().orElseThrow(() -> new OAuthFault("the server registers no clients"));
        String wanted = WAYS.stream()
                .filter(server.authentication()::contains)
                .findFirst()
                .orElse(NONE);
        OAuthWeb.Answer answer = web.post(
                endpoint,
                List.of(
                        new HttpHeader("Content-Type", "application/json"),
                        new HttpHeader("Accept", "application/json")),
                ("{" + members(wanted) + "}").getBytes(StandardCharsets.UTF_8));
        if (answer.status() != 201 && answer.status() != 200) {
            throw new OAuthFault("the authorization server does not register clients: status " + answer.status());
        }
        Metadata said = new Metadata(Metadata.of(answer.body()));
        String id = text(said, "client_id");
        String secret = text(said, "client_secret");
        if (id.isEmpty()) {
            throw new OAuthFault("the authorization server gave no client id");
        }
        return new Registered(client(id, secret, way(server, said, wanted)), endsAt(said));
    }

    /** A server that says nothing has taken what was wanted, unless it gave a secret to use (RFC 7591 section 3.2.1). */
    private static String way(AuthorizationServer server, Metadata said, String wanted) {
        String method = said.text("token_endpoint_auth_method");
        if (!method.isEmpty() || !wanted.equals(NONE) || !said.has("client_secret")) {
            return method.isEmpty() ? wanted : method;
        }
        return server.authentication().contains(AuthorizationServer.BASIC) ? AuthorizationServer.BASIC : wanted;
    }

    private static ClientAuthentication client(String id, String secret, String way) throws OAuthFault {
        boolean isSecret = way.equals(AuthorizationServer.BASIC) || way.equals(AuthorizationServer.POST);
        if (!way.equals(NONE) && (!isSecret || secret.isEmpty())) {
            throw new OAuthFault("the authorization server registers clients of a kind that the gateway is not:"
                    + " register by hand and write client");
        }
        SecretSource given = new GivenSecret(Secret.of(secret));
        return switch (way) {
            case AuthorizationServer.BASIC -> new ClientAuthentication.ClientSecret(id, given);
            case AuthorizationServer.POST -> new ClientAuthentication.PostedSecret(id, given);
            default -> new ClientAuthentication.PublicClient(id);
        };
    }

    private static Optional<Instant> endsAt(Metadata said) {
        String seconds = said.raw("client_secret_expires_at");
        return seconds.matches("[1-9][0-9]{0,11}")
                ? Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds)))
                : Optional.empty();
    }

    private static String text(Metadata said, String name) {
        String text = said.text(name);
        return text.length() <= TEXT_CHARS_MAX && text.chars().allMatch(c -> c >= ' ' && c <= '~') ? text : "";
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
