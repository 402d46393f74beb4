package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mcpgateway.connectors.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Keys behind a URL: how often they are fetched, and what holds while they cannot be. */
class RemoteKeySetTest {
    private static final ECKey OLD = key("old");
    private static final ECKey NEW = key("new");

    private final AtomicLong nanos = new AtomicLong(Duration.ofDays(100).toNanos());
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile Callable<String> issuer = () -> jwks(OLD);
    private final RemoteKeySet keys = new RemoteKeySet("corp", this::fetch, nanos::get);

    private String fetch() throws IOException {
        fetches.incrementAndGet();
        try {
            return issuer.call();
        } catch (IOException down) {
            throw down;
        } catch (Exception unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    private static ECKey key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String jwks(JWK... keys) {
        return new JWKSet(List.of(keys)).toPublicJWKSet().toString();
    }

    private void down() {
        issuer = () -> {
            throw new IOException("connection refused");
        };
    }

    private void later(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private boolean has(String keyId) throws KeysUnavailable {
        return keys.find(keyId, "ES256").isPresent();
    }

    @Test
    void aSetIsFetchedOnceAndKept() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(has("old")).isTrue();
        }

        assertThat(fetches).hasValue(1);
    }

    @Test
    void withoutAKeyIdTheOnlyKeyIsFoundInEveryState() throws Exception {
        assertThat(keys.find(null, "ES256")).as("first").isPresent();
        later(RemoteKeySet.FRESH.minusSeconds(1));
        assertThat(keys.find(null, "ES256")).as("shortly before its end").isPresent();
        Await.until("fetched behind", () -> fetches.get() == 2);
        later(RemoteKeySet.FRESH);
        assertThat(keys.find(null, "ES256")).as("fetched anew").isPresent();
        down();
        later(RemoteKeySet.FRESH);
        assertThat(keys.find(null, "ES256")).as("the issuer is down").isPresent();
        later(Duration.ofMinutes(1));
        assertThat(keys.find(null, "ES256")).as("and still is").isPresent();
    }

    @Test
    void aNewKeyIsTakenAtOnce() throws Exception {
        assertThat(has("old")).isTrue();
        long before = keys.generation();
        issuer = () -> jwks(OLD, NEW);

        assertThat(has("new")).isTrue();

        assertThat(fetches).hasValue(2);
        assertThat(keys.generation()).isEqualTo(before + 1);
    }

    @Test
    void aFloodOfUnknownKeyIdsCostsTwoFetchesInHalfAMinute() throws Exception {
        assertThat(has("old")).isTrue();
        for (int i = 0; i < 3_000; i++) {
            assertThat(has("flood-" + i)).isFalse();
            later(Duration.ofMillis(10));
        }

        assertThat(fetches.get()).isLessThanOrEqualTo(1 + 2);
    }

    @Test
    void aNewKeyIsTakenWithinOneIntervalDuringAFlood() throws Exception {
        assertThat(has("old")).isTrue();
        assertThat(has("flood")).isFalse();
        issuer = () -> jwks(OLD, NEW);

        later(RemoteKeySet.UNKNOWN_GAP.minusNanos(1));
        assertThat(has("new")).isFalse();
        later(Duration.ofNanos(1));
        assertThat(has("flood-2")).isFalse();

        assertThat(has("new")).as("fetched for another key id").isTrue();
        assertThat(has("old")).isTrue();
    }

    @Test
    void whatCannotBeANewKeyIsNotLookedFor() throws Exception {
        assertThat(has("old")).isTrue();

        assertThat(keys.find("old", "RS256")).isEmpty();
        assertThat(keys.find(null, "RS256")).isEmpty();

        assertThat(fetches).hasValue(1);
    }

    @Test
    void aRemovedKeyIsGoneWhenTheSetIsOld() throws Exception {
        issuer = () -> jwks(OLD, NEW);
        assertThat(has("old")).isTrue();
        issuer = () -> jwks(NEW);

        later(RemoteKeySet.FRESH);

        assertThat(has("old")).isFalse();
        assertThat(has("new")).isTrue();
    }

    @Test
    void aSetIsFetchedAheadOfItsEndWithoutAnybodyWaiting() throws Exception {
        assertThat(has("old")).isTrue();
        later(RemoteKeySet.FRESH.minus(RemoteKeySet.AHEAD).minusNanos(1));
        assertThat(has("old")).isTrue();
        assertThat(fetches).hasValue(1);
        CountDownLatch release = new CountDownLatch(1);
        issuer = () -> {
            release.await();
            return jwks(OLD, NEW);
        };

        later(Duration.ofNanos(1));
        assertThat(has("old")).as("while the new set is on its way").isTrue();
        release.countDown();

        Await.until("the new set is there", () -> keys.generation() == 2);
        assertThat(has("new")).isTrue();
        assertThat(fetches).hasValue(2);
    }

    @Test
    void withTheIssuerDownFromTheStartNobodyIsVerifiedAndNobodyIsBlamed() throws Exception {
        down();

        assertThatThrownBy(() -> has("old"))
                .isInstanceOf(KeysUnavailable.class)
                .hasMessageContaining("corp")
                .hasMessageContaining("connection refused");
        assertThat(keys.notReady())
                .hasValueSatisfying(reason -> assertThat(reason).contains("corp"));
        int tried = fetches.get();
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> has("old")).isInstanceOf(KeysUnavailable.class);
        }
        assertThat(fetches).as("not asked again at once").hasValue(tried);

        issuer = () -> jwks(OLD);
        later(RemoteKeySet.RETRY_GAP);
        assertThat(keys.notReady()).isEmpty();
        assertThat(has("old")).isTrue();
    }

    @Test
    void throughAnOutageTheLastKeysServeAndNobodyWaits() throws Exception {
        assertThat(has("old")).isTrue();
        down();

        later(RemoteKeySet.FRESH);
        assertThat(has("old")).isTrue();
        later(RemoteKeySet.OUTAGE.minus(RemoteKeySet.FRESH).minusSeconds(1));
        assertThat(has("old")).isTrue();
        assertThat(keys.notReady()).isEmpty();
        Await.until("the attempt behind it is over", () -> fetches.get() == 5);

        later(Duration.ofSeconds(2));
        assertThatThrownBy(() -> has("old")).isInstanceOf(KeysUnavailable.class);
    }

    @Test
    void anUnknownKeyIdDuringAnOutageIsNobodysFault() throws Exception {
        assertThat(has("old")).isTrue();
        down();

        assertThatThrownBy(() -> has("new")).isInstanceOf(KeysUnavailable.class);
        assertThatThrownBy(() -> has("new")).isInstanceOf(KeysUnavailable.class);
        assertThat(fetches).as("one look, with its second attempt").hasValue(3);
        assertThat(has("old")).isTrue();

        issuer = () -> jwks(OLD, NEW);
        later(RemoteKeySet.UNKNOWN_GAP);
        assertThat(has("new")).isTrue();
    }

    @Test
    void afterAnOutageTheNewKeysAreTakenWithoutAWaitingCaller() throws Exception {
        assertThat(has("old")).isTrue();
        down();
        later(RemoteKeySet.FRESH);
        assertThat(has("old")).isTrue();
        issuer = () -> jwks(OLD, NEW);

        later(RemoteKeySet.RETRY_GAP);
        assertThat(has("old")).isTrue();

        Await.until("the new set is there", () -> keys.generation() == 2);
        assertThat(has("new")).isTrue();
    }

    @Test
    void aLostConnectionIsTriedOnceMore() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        issuer = () -> {
            if (calls.incrementAndGet() == 1) {
                throw new IOException("stale connection");
            }
            return jwks(OLD);
        };

        assertThat(has("old")).isTrue();
    }

    @Test
    void rubbishDoesNotReplaceGoodKeys() throws Exception {
        assertThat(has("old")).isTrue();
        for (String rubbish :
                List.of("", "null", "[]", "{}", "{\"keys\":7}", "{\"keys\":[7]}", "<html>", "{\"keys\":")) {
            issuer = () -> rubbish;
            later(RemoteKeySet.FRESH);
            assertThat(has("old")).as(rubbish).isTrue();
            assertThatThrownBy(() -> has("unknown")).as(rubbish).isInstanceOf(KeysUnavailable.class);
        }
        assertThat(keys.generation()).isEqualTo(1);
    }

    @Test
    void manyCallersWaitForOneFetch() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        issuer = () -> {
            arrived.countDown();
            release.await();
            return jwks(OLD);
        };
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<VerificationKey>>> found = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                found.add(callers.submit(() -> keys.find("old", "ES256")));
            }
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            release.countDown();

            for (Future<Optional<VerificationKey>> each : found) {
                assertThat(each.get(10, TimeUnit.SECONDS)).isPresent();
            }
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void callersWithTheNewKeyWaitForTheFetchThatIsUnderWay() throws Exception {
        assertThat(has("old")).isTrue();
        CountDownLatch release = new CountDownLatch(1);
        issuer = () -> {
            release.await();
            return jwks(OLD, NEW);
        };
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<VerificationKey>>> found = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                found.add(callers.submit(() -> keys.find("new", "ES256")));
            }
            Await.until("the fetch is under way", () -> fetches.get() == 2);
            assertThat(has("old")).as("others go on").isTrue();
            release.countDown();

            for (Future<Optional<VerificationKey>> each : found) {
                assertThat(each.get(10, TimeUnit.SECONDS)).isPresent();
            }
        }
        assertThat(fetches).hasValue(2);
    }

    @Test
    void moreThanFiveHundredDoNotWait() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        issuer = () -> {
            release.await();
            return jwks(OLD);
        };
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 600; i++) {
                callers.execute(() -> {
                    try {
                        keys.find("old", "ES256");
                        served.incrementAndGet();
                    } catch (KeysUnavailable busy) {
                        refused.incrementAndGet();
                    }
                });
            }
            Await.until("those beyond the limit are refused", () -> refused.get() == 100);
            release.countDown();
        }
        assertThat(served).hasValue(500);
    }
}
