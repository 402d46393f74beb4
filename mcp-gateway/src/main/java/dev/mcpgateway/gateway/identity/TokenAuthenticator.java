package dev.mcpgateway.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.util.ResourceRetriever;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.gateway.http.Exchange;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Takes bearer tokens (RFC 6750) from the one {@code Authorization} header and remembers those it verified for a short
 * time: a signature costs some hundred microseconds, the cache less than one.
 */
public final class TokenAuthenticator implements Authenticator {
    /** Most verified tokens remembered. */
    private static final int CACHED_MAX = 20_000;

    /** Longest time for which a verified token is believed without a second look at keys and claims. */
    private static final Duration CACHED = Duration.ofSeconds(60);

    private final JwtVerifier verifier;
    private final List<KeySet> keys;
    private final List<TokenVerifier> others;
    private final InstantSource clock;
    private final Cache<Key, Verified> verified;

    /** SHA-256 of the exact token and of the audience it was verified for. */
    private record Key(long a, long b, long c, long d) {}

    private record Verified(Caller caller, Instant until, long generation) {}

    /**
     * Accepts tokens of these issuers; keys are fetched in the background or at first need.
     *
     * @param others verify what is no such token
     */
    public TokenAuthenticator(
            List<IssuerSource> sources, List<TokenVerifier> others, InstantSource clock, LongSupplier nanoClock) {
        List<JwtVerifier.Issuer> issuers = sources.stream()
                .map(source -> new JwtVerifier.Issuer(source.profile(), keys(source, nanoClock)))
                .toList();
        this.verifier = new JwtVerifier(issuers, clock);
        this.keys = issuers.stream().map(JwtVerifier.Issuer::keys).toList();
        this.others = List.copyOf(others);
        this.clock = clock;
        this.verified = Caffeine.newBuilder().maximumSize(CACHED_MAX).build();
    }

    private static KeySet keys(IssuerSource source, LongSupplier nanoClock) {
        return switch (source) {
            case IssuerSource.Remote(IssuerProfile profile, URL jwks, ResourceRetriever retriever) ->
                new RemoteKeySet(profile.alias(), jwks, retriever);
            case IssuerSource.Local(IssuerProfile _, Path jwks) -> new FileKeySet(jwks, nanoClock);
        };
    }

    @Override
    public Caller authenticate(Exchange exchange, String audience) {
        String token = bearer(exchange);
        for (TokenVerifier other : others) {
            if (other.takes(token)) {
                return refusing(() -> other.verify(token, audience));
            }
        }
        Caller caller = jwt(token, audience);
        for (TokenVerifier other : others) {
            refusing(() -> {
                other.confirm(caller, token);
                return caller;
            });
        }
        return caller;
    }

    private Caller jwt(String token, String audience) {
        Key key = key(token, audience);
        Verified known = verified.getIfPresent(key);
        Instant now = clock.instant();
        long generation = generation();
        if (known != null && known.generation() == generation && now.isBefore(known.until())) {
            return known.caller();
        }
        Caller caller = refusing(() -> verifier.verify(token, audience));
        Instant until = now.plus(CACHED);
        Instant end = caller.expiresAt().isBefore(until) ? caller.expiresAt() : until;
        // the number from before the verification: keys that changed meanwhile make this entry old at once
        verified.put(key, new Verified(caller, end, generation));
        return caller;
    }

    private long generation() {
        long sum = 0;
        for (KeySet each : keys) {
            sum += each.generation();
        }
        return sum;
    }

    /** A look at a credential. */
    @FunctionalInterface
    private interface Look {
        Caller take() throws BadToken, KeysUnavailable;
    }

    private static Caller refusing(Look look) {
        try {
            return look.take();
        } catch (BadToken bad) {
            throw new Refused(Refusal.of(bad.wrongAudience() ? Reason.WRONG_AUDIENCE : Reason.BAD_TOKEN, detail(bad)));
        } catch (KeysUnavailable failure) {
            throw new Refused(
                    Refusal.of(Reason.KEYS_UNAVAILABLE, detail(failure)).retryAfter(5));
        }
    }

    private static String detail(Exception why) {
        return String.valueOf(why.getMessage());
    }

    private static String bearer(Exchange exchange) {
        String query = exchange.request().getHttpURI().getQuery();
        if (query != null && query.contains("access_token")) {
            throw new Refused(Refusal.of(Reason.MALFORMED_CREDENTIALS, "token in the query string"));
        }
        String header = exchange.header(HttpHeader.AUTHORIZATION);
        if (header == null) {
            throw new Refused(Reason.NO_TOKEN);
        }
        if (exchange.isRepeated(HttpHeader.AUTHORIZATION)) {
            throw new Refused(Refusal.of(Reason.MALFORMED_CREDENTIALS, "more than one Authorization header"));
        }
        if (!header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            throw new Refused(Refusal.of(Reason.NO_TOKEN, "Authorization scheme is not Bearer"));
        }
        String token = header.substring(7).strip();
        if (token.isEmpty() || token.length() > TokenText.BYTES_MAX || !isToken68(token)) {
            throw new Refused(Refusal.of(Reason.BAD_TOKEN, "token is empty, too long or has foreign characters"));
        }
        return token;
    }

    /** RFC 9110, section 11.2. */
    private static boolean isToken68(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!good && "-._~+/=".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static Key key(String token, String audience) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(audience.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            ByteBuffer hash = ByteBuffer.wrap(digest.digest(token.getBytes(StandardCharsets.ISO_8859_1)));
            return new Key(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public List<String> notReady() {
        return Stream.concat(
                        keys.stream().map(KeySet::notReady).flatMap(Optional::stream),
                        others.stream().flatMap(other -> other.notReady().stream()))
                .toList();
    }
}
