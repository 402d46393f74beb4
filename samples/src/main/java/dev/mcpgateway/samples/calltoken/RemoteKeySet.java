package dev.mcpgateway.samples.calltoken;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key set at a gateway's {@code /.well-known/jwks.json}: kept for five minutes, asked for once more when a token names
 * a key that is not in it, but not more often than every ten seconds. While the gateway cannot be reached the last good
 * set counts for an hour.
 */
public final class RemoteKeySet implements KeySource {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteKeySet.class);
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Duration OUTAGE = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int BYTES_MAX = 64 * 1024;

    private final URI url;
    private final InstantSource clock;
    private final HttpClient client;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile Fetched fetched = new Fetched(Optional.empty(), Instant.MIN, Instant.MIN);

    /** The last good set, from when it is, and when was asked last. */
    private record Fetched(Optional<KeySet> keys, Instant at, Instant askedAt) {}

    /** The keys at this URL. */
    public RemoteKeySet(URI url, InstantSource clock) {
        this.url = url;
        this.clock = clock;
        this.client = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public Optional<Key> find(String keyId) {
        Fetched known = fetched;
        Instant now = clock.instant();
        Optional<Key> found = keys(known, now).flatMap(keys -> keys.find(keyId));
        boolean old = known.at().isBefore(now.minus(FRESH));
        boolean mayAsk = known.askedAt().isBefore(now.minus(PAUSE));
        if ((found.isPresent() && !old) || !mayAsk) {
            return found;
        }
        return keys(refreshed(known), now).flatMap(keys -> keys.find(keyId));
    }

    private static Optional<KeySet> keys(Fetched fetched, Instant now) {
        return fetched.keys().filter(_ -> fetched.at().isAfter(now.minus(OUTAGE)));
    }

    private Fetched refreshed(Fetched known) {
        fetching.lock();
        try {
            if (fetched.equals(known)) {
                fetched = fetch(known);
            }
            return fetched;
        } finally {
            fetching.unlock();
        }
    }

    private Fetched fetch(Fetched known) {
        Instant now = clock.instant();
        try {
            HttpRequest request = HttpRequest.newBuilder(url).timeout(TIMEOUT).build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                byte[] bytes = body.readNBytes(BYTES_MAX + 1);
                if (response.statusCode() != 200 || bytes.length > BYTES_MAX) {
                    throw new IOException("status " + response.statusCode() + ", " + bytes.length + " bytes");
                }
                return new Fetched(Optional.of(KeySet.parse(new String(bytes, StandardCharsets.UTF_8))), now, now);
            }
        } catch (IOException | IllegalArgumentException failed) {
            LOG.warn("the gateway's keys at {} cannot be fetched: {}", url, failed.toString());
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
        }
        return new Fetched(known.keys(), known.at(), now);
    }
}
