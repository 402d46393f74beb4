package dev.mcpgateway.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.gateway.keys.KeyText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks an issuer about its tokens (RFC 7662): opaque ones, about which nothing else is known, and JWTs, which may have been
 * revoked. What it says is read as strictly as the claims of a JWT, and believed for a short time; while it says nothing
 * no token is good that it was not asked about within that time.
 */
public final class Introspection extends TokenVerifier {
    /** How long a token that was not good is refused without asking again. */
    static final Duration REFUSED = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Introspection.class);
    private static final int KNOWN_MAX = 20_000;
    private static final int REFUSED_MAX = 10_000;
    private static final int TOKEN_ID_BYTES = 16;
    private static final Name ACTIVE = Name.of("active");
    private static final Name ISS = Name.of("iss");
    private static final Name SUB = Name.of("sub");
    private static final Name TOKEN_TYPE = Name.of("token_type");

    private final Settings settings;
    private final IntrospectionEndpoint endpoint;
    private final ScopeHierarchy scopes;
    private final TimeSource time;
    private final IssuerProfile answers;
    private final Cache<TokenHash, Known> known =
            Caffeine.newBuilder().maximumSize(KNOWN_MAX).build();
    private final Cache<TokenHash, Refusal> refused =
            Caffeine.newBuilder().maximumSize(REFUSED_MAX).build();
    private volatile boolean silent;

    /**
     * About what an issuer is asked.
     *
     * @param opaque whether opaque tokens are its own
     * @param jwts whether it is asked about its JWTs, too
     * @param cache how long an answer is believed
     */
    public record Settings(IssuerProfile profile, boolean opaque, boolean jwts, Duration cache) {}

    private record Known(VerifiedToken token, Instant until) {}

    private record Refusal(BadToken why, Instant until) {}

    /** A look at an answer. */
    @FunctionalInterface
    private interface Reading {
        VerifiedToken of(JsonDocument answer) throws BadToken, KeysUnavailable;
    }

    /** Asks this endpoint. */
    public Introspection(Settings settings, IntrospectionEndpoint endpoint, ScopeHierarchy scopes, TimeSource time) {
        this.settings = settings;
        this.endpoint = endpoint;
        this.scopes = scopes;
        this.time = time;
        this.answers = forAnswers(settings.profile());
    }

    /** An answer has no header, so all tokens that are not for access must be told apart, and needs no id: the token is one. */
    private static IssuerProfile forAnswers(IssuerProfile profile) {
        Set<String> required = new HashSet<>(profile.requiredClaims());
        required.remove("jti");
        return new IssuerProfile(
                profile.alias(),
                profile.issuer(),
                profile.audience(),
                profile.algorithms(),
                Set.of(IssuerProfile.TYP_ABSENT),
                profile.headerMembers(),
                profile.clientIdClaim(),
                profile.scopeClaim(),
                profile.groupsClaim(),
                profile.tenantClaim(),
                profile.maxLifetime(),
                profile.skew(),
                profile.audienceAlone(),
                required,
                profile.sender(),
                profile.dpopNonce());
    }

    /** Whatever has not the three parts of a JWT. */
    @Override
    boolean takes(String token) {
        return settings.opaque()
                && !token.startsWith(KeyText.PREFIX)
                && token.chars().filter(c -> c == '.').count() != 2;
    }

    @Override
    VerifiedToken verify(String token, String audience, Gate gate) throws BadToken, KeysUnavailable {
        return looked(TokenHash.of(audience, token), token, gate, answer -> opaque(answer, token, audience));
    }

    @Override
    void confirm(VerifiedToken jwt, String token, Gate gate) throws BadToken, KeysUnavailable {
        if (settings.jwts() && jwt.profile().alias().equals(settings.profile().alias())) {
            // without an audience: none of a view's begins so
            var _ = looked(TokenHash.of("", token), token, gate, answer -> confirmed(answer, jwt));
        }
    }

    private VerifiedToken looked(TokenHash hash, String token, Gate gate, Reading reading)
            throws BadToken, KeysUnavailable {
        Instant now = time.now();
        Known before = known.getIfPresent(hash);
        if (before != null && now.isBefore(before.until())) {
            return before.token();
        }
        Refusal again = refused.getIfPresent(hash);
        if (again != null && now.isBefore(again.until())) {
            throw again.why();
        }
        gate.pass();
        try {
            VerifiedToken fresh = reading.of(asked(token));
            Instant end = now.plus(settings.cache());
            Instant expires = fresh.caller().expiresAt();
            known.put(hash, new Known(fresh, expires.isBefore(end) ? expires : end));
            return fresh;
        } catch (BadToken bad) {
            known.invalidate(hash);
            refused.put(hash, new Refusal(bad, now.plus(REFUSED)));
            throw bad;
        }
    }

    private JsonDocument asked(String token) throws BadToken, KeysUnavailable {
        try {
            JsonDocument answer = endpoint.ask(token);
            int active = answer.at(ACTIVE);
            if (answer.is(active, Kind.FALSE)) {
                told();
                throw new BadToken(TokenStep.ISSUER, "its issuer says that it is not active");
            }
            if (!answer.is(active, Kind.TRUE)) {
                throw new KeysUnavailable("introspection of issuer "
                        + settings.profile().alias() + " does not say whether a token is active");
            }
            told();
            return answer;
        } catch (KeysUnavailable failure) {
            if (!silent) {
                silent = true;
                LOG.warn("{}; its tokens are refused meanwhile", failure.getMessage());
            }
            throw failure;
        }
    }

    private void told() {
        if (silent) {
            silent = false;
            LOG.info(
                    "introspection of issuer {} answers again",
                    settings.profile().alias());
        }
    }

    private VerifiedToken opaque(JsonDocument answer, String token, String audience) throws BadToken {
        if (!text(answer, ISS).equals(settings.profile().issuer())) {
            throw new BadToken(TokenStep.ISSUER, "iss of the answer is not that of the issuer");
        }
        String type = text(answer, TOKEN_TYPE);
        if (answer.at(TOKEN_TYPE) != JsonDocument.NONE
                && !type.equalsIgnoreCase("Bearer")
                && !type.equalsIgnoreCase("DPoP")) {
            throw new BadToken(TokenStep.CLAIMS, "token is no access token");
        }
        TokenClaims claims = new TokenClaims(answer, answers);
        claims.checkTimes(time.now());
        claims.checkAudience(answers.audience().isEmpty() ? audience : answers.audience());
        Confirmation confirmation = claims.confirmation();
        if (type.equalsIgnoreCase("DPoP") && confirmation.keyThumbprint() == null) {
            throw new BadToken(TokenStep.BINDING, "token is of the type DPoP and bound to no key");
        }
        Caller caller = claims.caller(scopes);
        return new VerifiedToken(
                caller.tokenId() == null ? caller.presenting(tokenId(token)) : caller, answers, confirmation);
    }

    /** Names an opaque token that has no other name, and is no help to anybody who has only the name. */
    private static String tokenId(String token) {
        byte[] hash = TokenHash.digest().digest(token.getBytes(StandardCharsets.US_ASCII));
        return "sha256:" + HexFormat.of().formatHex(Arrays.copyOf(hash, TOKEN_ID_BYTES));
    }

    private VerifiedToken confirmed(JsonDocument answer, VerifiedToken jwt) throws BadToken {
        boolean sameIssuer = answer.at(ISS) == JsonDocument.NONE
                || text(answer, ISS).equals(jwt.caller().issuer());
        boolean sameSubject = answer.at(SUB) == JsonDocument.NONE
                || text(answer, SUB).equals(jwt.caller().subject().subject());
        if (!sameIssuer || !sameSubject) {
            throw new BadToken(TokenStep.CLAIMS, "its issuer speaks of another token");
        }
        return jwt;
    }

    private static String text(JsonDocument answer, Name member) {
        int node = answer.at(member);
        return answer.is(node, Kind.STRING) ? answer.string(node) : "";
    }
}
