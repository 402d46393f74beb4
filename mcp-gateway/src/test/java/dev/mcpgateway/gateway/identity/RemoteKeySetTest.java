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
    private static final String SOURCE = "192.0.2.1";
    private static final ECKey OLD = key("old");
    private static final ECKey NEW = key("new");

    private final AtomicLong nanos = new AtomicLong(Duration.ofDays(100).toNanos());
    private final AtomicInteger fetches = new AtomicInteger();
    private final List<String> forgiven = new ArrayList<>();
    private volatile Callable<String> issuer = () -> jwks(OLD);
    private final RemoteKeySet keys = new RemoteKeySet(
            "corp",
            this::fetch,
            nanos::get,
            nanos::addAndGet,
            (source, failures) -> forgiven.add(source + " " + failures));

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
        return has(keyId, SOURCE);
    }

    private boolean has(String keyId, String source) throws KeysUnavailable {
        return keys.find(keyId, "ES256", source).isPresent();
    }

    /** How long the clock moves on while this is done: waiting moves it, too. */
    private Duration during(Callable<?> action) throws Exception {
        long begin = nanos.get();
        action.call();
        return Duration.ofNanos(nanos.get() - begin);
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
        assertThat(keys.find(null, "ES256", SOURCE)).as("first").isPresent();
        later(RemoteKeySet.FRESH.minusSeconds(1));
        assertThat(keys.find(null, "ES256", SOURCE))
                .as("shortly before its end")
                .isPresent();
        Await.until("fetched behind", () -> fetches.get() == 2);
        later(RemoteKeySet.FRESH);
        assertThat(keys.find(null, "ES256", SOURCE)).as("fetched anew").isPresent();
        down();
        later(RemoteKeySet.FRESH);
        assertThat(keys.find(null, "ES256", SOURCE)).as("the issuer is down").isPresent();
        later(Duration.ofMinutes(1));
        assertThat(keys.find(null, "ES256", SOURCE)).as("and still is").isPresent();
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
    void aFloodFromOneSourceIsGivenThreeLooksAndThenOneInFiveSeconds() throws Exception {
        assertThat(has("old")).isTrue();
        for (int i = 0; i < 3_000; i++) {
            assertThat(has("flood-" + i)).isFalse();
            later(Duration.ofMillis(10));
        }

        assertThat(fetches.get()).isEqualTo(1 + 3 + 5);
    }

    @Test
    void aFloodFromManySourcesIsGivenFiveLooksAndThenOneInASecond() throws Exception {
        assertThat(has("old")).isTrue();
        Duration took = during(() -> {
            for (int i = 0; i < 40; i++) {
                assertThat(has("flood-" + i, "203.0.113." + i)).isFalse();
            }
            return null;
        });

        assertThat(fetches).hasValue(1 + 40);
        assertThat(took).isEqualTo(KeyLooks.GAP.multipliedBy(40 - KeyLooks.BURST));
    }

    @Test
    void duringAFloodFromOneSourceAnotherIsGivenItsLookAtOnce() throws Exception {
        assertThat(has("old")).isTrue();
        for (int i = 0; i < 1_000; i++) {
            assertThat(has("flood-" + i, "203.0.113.1")).isFalse();
        }
        issuer = () -> jwks(OLD, NEW);

        assertThat(during(() -> assertThat(has("new")).isTrue())).isZero();
    }

    @Test
    void duringAFloodFromManySourcesANewKeyIsTakenWithTheNextLook() throws Exception {
        assertThat(has("old")).isTrue();
        for (int i = 0; i < 20; i++) {
            assertThat(has("flood-" + i, "203.0.113." + i)).isFalse();
        }
        issuer = () -> jwks(OLD, NEW);

        assertThat(during(() -> assertThat(has("new")).isTrue())).isLessThanOrEqualTo(KeyLooks.GAP);
        assertThat(during(() -> assertThat(has("new", "192.0.2.2")).isTrue()))
                .as("one look is for all")
                .isZero();
    }

    @Test
    void atTheFloodsOwnSourceANewKeyIsTakenWithItsNextLook() throws Exception {
        assertThat(has("old")).isTrue();
        for (int i = 0; i < 100; i++) {
            assertThat(has("flood-" + i)).isFalse();
        }
        issuer = () -> jwks(OLD, NEW);

        assertThat(has("new")).isFalse();
        later(UnknownKeyIds.REFILL);
        assertThat(has("flood")).isFalse();

        assertThat(has("new")).as("found when the flood was given its look").isTrue();
    }

    @Test
    void aKeyIdThatIsNotThereIsRememberedForItsSource() throws Exception {
        assertThat(has("old")).isTrue();
        assertThat(has("gone")).isFalse();
        for (int i = 0; i < 100; i++) {
            assertThat(has("gone")).isFalse();
        }
        assertThat(fetches).hasValue(2);
        later(UnknownKeyIds.REMEMBERED.minusNanos(1));
        assertThat(has("gone")).isFalse();
        assertThat(fetches).hasValue(2);

        later(Duration.ofNanos(1));
        assertThat(has("gone")).isFalse();

        assertThat(fetches).as("looked for once more").hasValue(3);
    }

    @Test
    void whoGuessesTheNextKeyIdDoesNotMakeItAbsentForOthers() throws Exception {
        assertThat(has("old")).isTrue();
        assertThat(has("new", "203.0.113.1")).isFalse();
        issuer = () -> jwks(OLD, NEW);

        assertThat(during(() -> assertThat(has("new")).isTrue())).isZero();
        assertThat(has("new", "203.0.113.1")).isTrue();
    }

    @Test
    void whoNamedAKeyBeforeItWasPublishedIsForgivenWhenItIs() throws Exception {
        assertThat(has("old")).isTrue();
        for (int i = 0; i < 4; i++) {
            assertThat(has("new")).isFalse();
        }
        assertThat(has("never")).isFalse();
        issuer = () -> jwks(OLD, NEW);
        assertThat(forgiven).isEmpty();

        assertThat(has("new", "192.0.2.2")).isTrue();

        assertThat(forgiven).containsExactly(SOURCE + " 4");
    }

    @Test
    void whenTheKeysChangeWhatWasNotThereIsLookedForAnew() throws Exception {
        assertThat(has("old")).isTrue();
        assertThat(has("late")).isFalse();
        issuer = () -> jwks(OLD, NEW);
        assertThat(has("new")).isTrue();
        issuer = () -> jwks(OLD, NEW, key("late"));

        assertThat(has("late")).isTrue();
    }

    @Test
    void veryLongKeyIdsAreNotLookedFor() throws Exception {
        assertThat(has("old")).isTrue();
        assertThat(has("x".repeat(UnknownKeyIds.CHARS_MAX + 1))).isFalse();
        assertThat(fetches).hasValue(1);

        assertThat(has("x".repeat(UnknownKeyIds.CHARS_MAX))).isFalse();
        assertThat(fetches).hasValue(2);
    }

    @Test
    void looksThatFindAKeyCostTheirSourceNothing() throws Exception {
        assertThat(has("old")).isTrue();
        for (int i = 0; i < 10; i++) {
            String next = "next-" + i;
            issuer = () -> jwks(OLD, key(next));
            assertThat(has(next)).as(next).isTrue();
        }
    }

    @Test
    void whatCannotBeANewKeyIsNotLookedFor() throws Exception {
        assertThat(has("old")).isTrue();

        assertThat(keys.find("old", "RS256", SOURCE)).isEmpty();
        assertThat(keys.find(null, "RS256", SOURCE)).isEmpty();

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
        later(RemoteKeySet.OUTAGE.minus(RemoteKeySet.FRESH).minusNanos(1));
        assertThat(has("old")).isTrue();
        assertThat(keys.notReady()).isEmpty();
        Await.until("the attempt behind it is over", () -> fetches.get() == 5);

        later(Duration.ofNanos(1));
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
        later(RemoteKeySet.RETRY_GAP);
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
                found.add(callers.submit(() -> keys.find("old", "ES256", SOURCE)));
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
                found.add(callers.submit(() -> keys.find("new", "ES256", SOURCE)));
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
                        keys.find("old", "ES256", SOURCE);
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
