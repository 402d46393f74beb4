package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The keys behind a JWKS URL: cached, refreshed ahead of their end, fetched for an unknown key id at a limited rate, and
 * kept through an outage of the issuer.
 */
final class RemoteKeySet implements KeySet {
    /** How long a fetched set counts as fresh. */
    static final Duration FRESH = Duration.ofMinutes(5);

    /** How long before its end a set is fetched anew in the background. */
    static final Duration REFRESH_AHEAD = Duration.ofSeconds(30);

    /** At most two fetches in this time, whatever key ids tokens name. */
    static final Duration RATE = Duration.ofSeconds(30);

    /** How long the last good set is used while the issuer cannot be reached. */
    static final Duration OUTAGE = Duration.ofMinutes(50);

    private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(15);

    private final String alias;
    private final JWKSource<SecurityContext> source;
    private final AtomicReference<Fetched> fetched = new AtomicReference<>(new Fetched("", 0));
    private volatile boolean everHad;

    private record Fetched(String text, long generation) {
        Fetched next(String now) {
            return now.equals(text) ? this : new Fetched(now, generation + 1);
        }
    }

    RemoteKeySet(String alias, URL url, ResourceRetriever retriever) {
        this.alias = alias;
        this.source = JWKSourceBuilder.<SecurityContext>create(url, from -> noted(retriever.retrieveResource(from)))
                .cache(FRESH.toMillis(), REFRESH_TIMEOUT.toMillis())
                .refreshAheadCache(REFRESH_AHEAD.toMillis(), true)
                .rateLimited(RATE.toMillis())
                .retrying(true)
                .outageTolerant(OUTAGE.toMillis())
                .build();
    }

    private Resource noted(Resource resource) {
        fetched.updateAndGet(last -> last.next(resource.getContent()));
        return resource;
    }

    @Override
    public long generation() {
        return fetched.get().generation();
    }

    @Override
    public Optional<JWK> find(@Nullable String keyId, JWSAlgorithm algorithm) throws KeysUnavailable {
        try {
            List<JWK> keys = source.get(new JWKSelector(KeyRules.matcher(keyId, algorithm)), null);
            everHad = true;
            return KeyRules.only(keys);
        } catch (RateLimitReachedException tooManyUnknownKeyIds) {
            if (everHad) {
                return Optional.empty();
            }
            throw new KeysUnavailable("keys of issuer " + alias + " could not be fetched yet");
        } catch (KeySourceException failure) {
            throw new KeysUnavailable("keys of issuer " + alias + " cannot be fetched: " + failure.getMessage());
        }
    }

    @Override
    public Optional<String> notReady() {
        if (!everHad) {
            try {
                source.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
                everHad = true;
            } catch (KeySourceException failure) {
                return Optional.of("keys of issuer " + alias + " cannot be fetched: " + failure.getMessage());
            }
        }
        return Optional.empty();
    }
}
