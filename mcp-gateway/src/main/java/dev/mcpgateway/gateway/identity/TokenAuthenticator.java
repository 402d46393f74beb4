package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.gateway.http.Exchange;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Takes access tokens (RFC 6750, RFC 9449) from the one {@code Authorization} header. What was verified is remembered for a
 * short time; what proves its sender is checked for every request.
 */
public final class TokenAuthenticator implements Authenticator {
    private final JwtVerifier verifier;
    private final List<KeySet> keys;
    private final SenderCheck sender;
    private final VerifiedTokens verified;
    private final RefusedTokens refused;
    private final FailureLimit failures;
    private final List<TokenVerifier> others;
    private final InstantSource clock;

    /**
     * How tokens are taken.
     *
     * @param issuers whose tokens are accepted
     * @param scopes which scopes hold others
     * @param publicUrl the URL by which agents know the gateway, without a path
     * @param failuresPerMinute how many tokens of one address may fail in a minute; 0 for no limit
     */
    public record Settings(List<IssuerSource> issuers, ScopeHierarchy scopes, URI publicUrl, int failuresPerMinute) {
        /** Copies the list. */
        public Settings {
            issuers = List.copyOf(issuers);
        }
    }

    /**
     * Accepts tokens as these settings say; keys are fetched in the background or at first need.
     *
     * @param others verify what is no JWT of an issuer with published keys
     */
    public TokenAuthenticator(
            Settings settings,
            List<TokenVerifier> others,
            InstantSource clock,
            LongSupplier nanoClock,
            RandomGenerator secureRandom) {
        this.failures = new FailureLimit(settings.failuresPerMinute(), nanoClock);
        List<JwtVerifier.Issuer> issuers = settings.issuers().stream()
                .map(source -> new JwtVerifier.Issuer(source.profile(), keys(source, nanoClock, failures::forgive)))
                .toList();
        SignatureWork work = SignatureWork.ofThisMachine();
        this.verifier = new JwtVerifier(issuers, settings.scopes(), work, clock);
        this.keys = issuers.stream().map(JwtVerifier.Issuer::keys).toList();
        DpopNonces nonces = new DpopNonces(secureRandom, clock);
        ProofMemory memory = new ProofMemory(ProofMemory.MAX, ProofMemory.SHARE_MAX, nanoClock);
        this.sender = new SenderCheck(new DpopProofs(clock, work, nonces, memory), nonces, settings.publicUrl());
        this.verified = new VerifiedTokens(
                issuers.stream().map(issuer -> issuer.profile().alias()).toList());
        this.refused = new RefusedTokens(nanoClock);
        this.others = List.copyOf(others);
        this.clock = clock;
    }

    static KeySet keys(IssuerSource source, LongSupplier nanoClock, ObjIntConsumer<String> forgive) {
        return switch (source) {
            case IssuerSource.Remote(IssuerProfile profile, JwksRetriever jwks) ->
                new RemoteKeySet(profile.alias(), jwks, nanoClock, Pause.SLEEP, forgive);
            case IssuerSource.Local(IssuerProfile _, Path jwks) -> new FileKeySet(jwks, nanoClock);
        };
    }

    @Override
    public Caller authenticate(Exchange exchange, String audience) {
        return authenticate(exchange, audience, PresentedToken.of(exchange));
    }

    @Override
    public Caller authenticateModelCall(Exchange exchange, String audience) {
        return authenticate(exchange, audience, PresentedToken.ofModelCall(exchange));
    }

    private Caller authenticate(Exchange exchange, String audience, PresentedToken presented) {
        try {
            VerifiedToken token = verified(presented.token(), audience, exchange.remoteAddress());
            sender.check(exchange, presented, token);
            return token.caller();
        } catch (BadToken bad) {
            failures.failed(exchange.remoteAddress());
            throw new Refused(Refusal.of(reason(bad.step()), detail(bad)));
        } catch (KeysUnavailable failure) {
            throw new Refused(
                    Refusal.of(Reason.KEYS_UNAVAILABLE, detail(failure)).retryAfter(failure.retrySeconds()));
        }
    }

    /** What a token of this source says, remembered or verified now. */
    VerifiedToken verified(String token, String audience, String address) throws BadToken, KeysUnavailable {
        TokenVerifier.Gate gate = () -> requireFewFailures(address);
        for (TokenVerifier other : others) {
            if (other.takes(token)) {
                return other.verify(token, audience, gate);
            }
        }
        VerifiedToken jwt = jwt(token, audience, SourceAddress.of(address), gate);
        for (TokenVerifier other : others) {
            other.confirm(jwt, token, gate);
        }
        return jwt;
    }

    private void requireFewFailures(String address) {
        int wait = failures.secondsToWait(address);
        if (wait > 0) {
            throw new Refused(Refusal.of(Reason.TOO_MANY_BAD_TOKENS).retryAfter(wait));
        }
    }

    private VerifiedToken jwt(String token, String audience, String source, TokenVerifier.Gate gate)
            throws BadToken, KeysUnavailable {
        TokenHash hash = TokenHash.of(audience, token);
        // the number from before the verification: keys that change meanwhile make what is remembered old at once
        long generation = generation();
        Instant now = clock.instant();
        VerifiedToken known = verified.find(hash, now, generation);
        if (known != null) {
            return known;
        }
        gate.pass();
        BadToken again = refused.find(hash, generation);
        if (again != null) {
            throw again;
        }
        try {
            VerifiedToken fresh = verifier.verify(token, audience, source);
            verified.add(hash, fresh, token.length(), now, generation);
            return fresh;
        } catch (BadToken bad) {
            refused.add(hash, bad, generation);
            throw bad;
        }
    }

    private long generation() {
        long sum = 0;
        for (KeySet each : keys) {
            sum += each.generation();
        }
        return sum;
    }

    private static Reason reason(TokenStep step) {
        return switch (step) {
            case AUDIENCE -> Reason.WRONG_AUDIENCE;
            case SOURCE -> Reason.WRONG_SOURCE;
            case PROOF -> Reason.BAD_PROOF;
            case NONCE -> Reason.PROOF_NEEDS_NONCE;
            case FORM, ISSUER, HEADER, TIMES, KEY, SIGNATURE, CLAIMS, BINDING -> Reason.BAD_TOKEN;
        };
    }

    private static String detail(Exception why) {
        return String.valueOf(why.getMessage());
    }

    @Override
    public List<String> notReady() {
        return Stream.concat(
                        keys.stream().map(KeySet::notReady).flatMap(Optional::stream),
                        others.stream().flatMap(other -> other.notReady().stream()))
                .toList();
    }
}
