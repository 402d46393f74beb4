package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A kept token and its owner as JSON, which exists in sealed form only. */
final class UserTokenFormat {
    private static final JsonMapper JSON = JsonMapper.shared();

    private UserTokenFormat() {}

    static byte[] owner(Owner owner) {
        ObjectNode json = JSON.createObjectNode();
        json.put("issuer", owner.issuer()).put("subject", owner.subject()).put("upstream", owner.upstream());
        return JSON.writeValueAsBytes(json);
    }

    static Optional<Owner> owner(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            return Optional.of(new Owner(text(node, "issuer"), text(node, "subject"), text(node, "upstream")));
        } catch (JacksonException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    static byte[] token(UserToken token) {
        ObjectNode json = JSON.createObjectNode();
        json.put("target", token.target())
                .put("resource", token.resource())
                .put("server", token.server())
                .put("token_endpoint", token.tokenEndpoint().toString())
                .put("client_id", token.clientId())
                .put("access", token.access().expose())
                .put("issued_at", token.issuedAt().toString())
                .put("expires_at", token.expiresAt().toString())
                .put("granted_at", token.grantedAt().toString())
                .put("scopes", String.join(" ", token.scopes()));
        token.refresh().ifPresent(refresh -> json.put("refresh", refresh.expose()));
        return JSON.writeValueAsBytes(json);
    }

    static Optional<UserToken> token(Owner owner, byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            TreeSet<String> scopes = new TreeSet<>();
            for (String each : text(node, "scopes").split(" ", -1)) {
                if (!each.isEmpty()) {
                    scopes.add(each);
                }
            }
            return Optional.of(new UserToken(
                    owner,
                    text(node, "target"),
                    text(node, "resource"),
                    text(node, "server"),
                    URI.create(text(node, "token_endpoint")),
                    text(node, "client_id"),
                    Secret.of(text(node, "access")),
                    node.has("refresh") ? Optional.of(Secret.of(text(node, "refresh"))) : Optional.empty(),
                    Instant.parse(text(node, "issued_at")),
                    Instant.parse(text(node, "expires_at")),
                    scopes,
                    Instant.parse(text(node, "granted_at"))));
        } catch (JacksonException | IllegalArgumentException | DateTimeException damaged) {
            return Optional.empty();
        }
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isString()) {
            throw new IllegalArgumentException("no " + name);
        }
        return value.stringValue();
    }
}
