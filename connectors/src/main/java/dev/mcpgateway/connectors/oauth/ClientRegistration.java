package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.wire.JsonText;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The gateway as a client without a secret, described to authorization servers that were not told of it: as a document at
 * a URL that is its client id, or by registration (RFC 7591).
 *
 * @param document URL of the document
 * @param redirect the one place to which codes are sent
 */
public record ClientRegistration(URI document, URI redirect) {
    private static final int ID_CHARS_MAX = 512;

    /** The document. */
    public String json() {
        return "{\"client_id\":" + quoted(document.toString()) + "," + members() + "}";
    }

    private String members() {
        return "\"client_name\":\"MCP Gateway\",\"client_uri\":"
                + quoted(document.resolve("/").toString())
                + ",\"redirect_uris\":[" + quoted(redirect.toString())
                + "],\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"]"
                + ",\"token_endpoint_auth_method\":\"none\"";
    }

    /**
     * Registers at a server; gives the client id.
     *
     * @throws OAuthFault if it refuses, or makes it a client with a secret
     */
    public String register(URI endpoint, OAuthWeb web) throws OAuthFault {
        OAuthWeb.Answer answer = web.post(
                endpoint,
                List.of(
                        new HttpHeader("Content-Type", "application/json"),
                        new HttpHeader("Accept", "application/json")),
                ("{" + members() + "}").getBytes(StandardCharsets.UTF_8));
        if (answer.status() != 201 && answer.status() != 200) {
            throw new OAuthFault("the authorization server does not register clients: status " + answer.status());
        }
        Metadata said = new Metadata(Metadata.of(answer.body()));
        String id = said.text("client_id");
        String method = said.text("token_endpoint_auth_method");
        boolean isPublic = method.isEmpty() ? !said.has("client_secret") : method.equals("none");
        if (id.isEmpty() || id.length() > ID_CHARS_MAX || id.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new OAuthFault("the authorization server gave no client id");
        }
        if (!isPublic) {
            throw new OAuthFault("the authorization server gives out secrets only: register by hand and write client");
        }
        return id;
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
