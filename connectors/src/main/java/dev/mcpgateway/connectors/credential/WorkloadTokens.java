package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.credential.TokenEndpoint.Issued;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens that an authorization server issues to the gateway for one workload each, by an assertion instead of a secret: what
 * a provider of models knows the gateway by. At most 10,000 are held; those that were not used for longest go first. Where
 * none is issued nothing is sent.
 */
public final class WorkloadTokens implements UpstreamCredential {
    private static final int TOKENS_MAX = 10_000;
    private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final TokenEndpoint endpoint;
    private final Settings settings;
    private final WorkloadAssertion assertion;
    private final IssuedTokens<Workload, Issued> tokens;

    /** As what the assertion is sent. */
    public enum Grant {
        /** As the proof of a client that asks for itself (RFC 6749 section 4.4, RFC 7523 section 2.2). */
        CLIENT_CREDENTIALS,
        /** As a grant (RFC 7523 section 2.1). */
        JWT_BEARER,
        /** As the token that is exchanged (RFC 8693). */
        TOKEN_EXCHANGE
    }

    /** How tokens are asked for. */
    public record Settings(Grant grant, Workload.Per per, TokenTarget target) {}

    /** Tokens from this endpoint. */
    public WorkloadTokens(TokenEndpoint endpoint, Settings settings, WorkloadAssertion assertion) {
        this.endpoint = endpoint;
        this.settings = settings;
        this.assertion = assertion;
        this.tokens = new IssuedTokens<>(TOKENS_MAX, endpoint.time());
    }

    @Override
    public Credential issue(CredentialUse use) throws CredentialUnavailable {
        return switch (use) {
            case CredentialUse.Model(Workload workload) -> issued(workload).credential();
            case CredentialUse.Own _ -> issued(Workload.GATEWAY).credential();
            case CredentialUse.Call _, CredentialUse.Session _, CredentialUse.Request _ ->
                throw new CredentialUnavailable("tokens of workloads are for providers of models");
        };
    }

    private Issued issued(Workload workload) throws CredentialUnavailable {
        Workload told = workload.toldPer(settings.per());
        return tokens.get(told, () -> {
            Map<String, String> form = new LinkedHashMap<>();
            String proof = assertion.of(told).expose();
            switch (settings.grant()) {
                case CLIENT_CREDENTIALS -> {
                    form.put("grant_type", "client_credentials");
                    form.put("client_assertion_type", ASSERTION_TYPE);
                    form.put("client_assertion", proof);
                }
                case JWT_BEARER -> {
                    form.put("grant_type", JWT_BEARER);
                    form.put("assertion", proof);
                }
                case TOKEN_EXCHANGE -> {
                    form.put("grant_type", EXCHANGE);
                    form.put("subject_token", proof);
                    form.put("subject_token_type", JWT);
                    form.put("requested_token_type", ACCESS_TOKEN);
                }
            }
            settings.target().addTo(form);
            return endpoint.ask(form);
        });
    }

    @Override
    public void refresh() {
        assertion.refresh();
        tokens.forget(_ -> true);
    }

    @Override
    public void refused(Workload workload) {
        tokens.giveUp(workload.toldPer(settings.per()));
    }

    @Override
    public Optional<ShortLived> shortLived() {
        return Optional.of(ShortLived.of(tokens.ends()));
    }
}
