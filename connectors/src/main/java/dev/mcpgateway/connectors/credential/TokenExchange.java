package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.credential.TokenEndpoint.Issued;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The caller's token, exchanged at the server that issued it for one that is good at this upstream alone (RFC 8693). The
 * new token names the caller and, with delegation, the gateway as the actor; it never outlives the caller's.
 */
public final class TokenExchange implements UpstreamCredential {
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final int TOKENS_MAX = 10_000;
    private static final int PAYLOAD_BYTES_MAX = 16 * 1024;
    private static final Name MAY_ACT = Name.of("may_act");
    private static final Name SUB = Name.of("sub");
    private static final Name CLIENT_ID = Name.of("client_id");

    private final Settings settings;
    private final TokenEndpoint endpoint;
    private final IssuedTokens<Holder, Issued> tokens;

    /**
     * How tokens are exchanged.
     *
     * @param issuer whose tokens: those of others are never shown to this server
     * @param target what the new token is for
     * @param actor the gateway's own token at that server, sent as the actor's; empty for impersonation
     * @param lists what the gateway's own questions are asked with; empty where they cannot be asked
     */
    public record Settings(
            String issuer, TokenTarget target, Optional<ClientCredentials> actor, Optional<ClientCredentials> lists) {}

    /**
     * Whose token one was given for; target and actor are the same for all of one upstream.
     *
     * @param subject the issuer's name of the user
     * @param client the agent; empty if the caller's token named none
     * @param tokenId {@code jti} of the caller's token
     */
    public record Holder(String subject, String client, String tokenId) {}

    /** Exchanges at this endpoint. */
    public TokenExchange(Settings settings, TokenEndpoint endpoint) {
        this.settings = settings;
        this.endpoint = endpoint;
        this.tokens = new IssuedTokens<>(TOKENS_MAX, endpoint.time());
    }

    @Override
    public Credential issue(CredentialUse use) throws CredentialUnavailable {
        return switch (use) {
            case CredentialUse.Call call -> exchanged(call.principal());
            case CredentialUse.Session(Principal principal) -> exchanged(principal);
            case CredentialUse.Own _, CredentialUse.Request _, CredentialUse.Model _ -> {
                if (settings.lists().isEmpty()) {
                    throw new CredentialUnavailable("no user's token may be used for the gateway's own questions");
                }
                yield settings.lists().get().issued().credential();
            }
        };
    }

    /** Forgets at once what was issued for these callers. */
    public void forget(Predicate<Holder> whose) {
        tokens.forget(whose);
    }

    private Credential exchanged(Principal who) throws CredentialUnavailable {
        if (who.token().isEmpty() || !who.issuer().equals(settings.issuer())) {
            throw new CredentialUnavailable("the caller came with no token of " + settings.issuer());
        }
        SubjectToken token = who.token().get();
        Instant now = endpoint.time().now();
        if (!now.isBefore(token.expiresAt())) {
            throw new CredentialUnavailable("the caller's token has ended");
        }
        String client = who.clientId() == null ? "" : who.clientId();
        return tokens.get(new Holder(who.subject(), client, token.tokenId()), () -> exchange(token))
                .credential();
    }

    private Issued exchange(SubjectToken token) throws CredentialUnavailable {
        checkMayAct(token);
        if (settings.actor().isEmpty()) {
            return exchange(token, Optional.empty());
        }
        ClientCredentials ours = settings.actor().get();
        Issued actor = ours.issued();
        try {
            return exchange(token, Optional.of(actor));
        } catch (CredentialRefused refused) {
            // the server may have forgotten the actor's token before its end, and says nothing of which it refuses
            Optional<Issued> other = ours.issuedAfter(actor);
            if (other.isEmpty()) {
                throw refused;
            }
            return exchange(token, other);
        }
    }

    private Issued exchange(SubjectToken token, Optional<Issued> actor) throws CredentialUnavailable {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", GRANT);
        form.put("subject_token", token.expose());
        form.put("subject_token_type", ACCESS_TOKEN);
        form.put("requested_token_type", ACCESS_TOKEN);
        if (actor.isPresent()) {
            form.put("actor_token", actor.get().token().expose());
            form.put("actor_token_type", ACCESS_TOKEN);
        }
        settings.target().addTo(form);
        Issued issued = endpoint.ask(form);
        return issued.expiresAt().isAfter(token.expiresAt()) ? new Issued(issued.token(), token.expiresAt()) : issued;
    }

    /** A token that says who may act for its subject (RFC 8693 section 4.4) is not exchanged by anyone else. */
    private void checkMayAct(SubjectToken token) throws CredentialUnavailable {
        String[] parts = token.expose().split("\\.", -1);
        try {
            JsonDocument payload = StrictJson.parse(
                    Base64.getUrlDecoder().decode(parts.length == 3 ? parts[1] : ""),
                    JsonLimits.forRequests(PAYLOAD_BYTES_MAX, JsonLimits.DEPTH_DEFAULT));
            int mayAct = payload.at(MAY_ACT);
            boolean isUs =
                    names(payload, payload.member(mayAct, SUB)) || names(payload, payload.member(mayAct, CLIENT_ID));
            if (mayAct != JsonDocument.NONE && !isUs) {
                throw new CredentialUnavailable("the caller's token does not let this gateway act (may_act)");
            }
        } catch (JsonRefused | IllegalArgumentException unreadable) {
            throw new CredentialUnavailable("the caller's token is no JWT");
        }
    }

    private boolean names(JsonDocument payload, int node) {
        return payload.is(node, Kind.STRING) && payload.string(node).equals(endpoint.clientId());
    }
}
