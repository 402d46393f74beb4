package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.credential.TokenEndpoint.Issued;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A token that an authorization server issues to the gateway itself (RFC 6749 section 4.4): one for all callers, renewed
 * ahead. The upstream learns nothing of who calls.
 */
public final class ClientCredentials implements UpstreamCredential {
    private final TokenEndpoint endpoint;
    private final TokenTarget target;
    private final IssuedTokens<String, Issued> tokens;

    /** Tokens from this endpoint for this target. */
    public ClientCredentials(TokenEndpoint endpoint, TokenTarget target) {
        this.endpoint = endpoint;
        this.target = target;
        this.tokens = new IssuedTokens<>(1, endpoint.time());
    }

    @Override
    public Credential issue(CredentialUse use) throws CredentialUnavailable {
        return issued().credential();
    }

    Issued issued() throws CredentialUnavailable {
        return tokens.get("", () -> {
            Map<String, String> form = new LinkedHashMap<>();
            form.put("grant_type", "client_credentials");
            target.addTo(form);
            return endpoint.ask(form);
        });
    }

    /** Another token than this one, which its server refuses; empty if this one is so new that it cannot be the reason. */
    Optional<Issued> issuedAfter(Issued refused) throws CredentialUnavailable {
        return tokens.giveUp("", refused) ? Optional.of(issued()) : Optional.empty();
    }
}
