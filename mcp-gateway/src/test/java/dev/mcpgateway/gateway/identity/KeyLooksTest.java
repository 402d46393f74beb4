package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who waits for which look, and how often there is one. */
class KeyLooksTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final AtomicInteger begun = new AtomicInteger();
    private final Semaphore mayEnd = new Semaphore(0);
    private final AtomicInteger refused = new AtomicInteger();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        mayEnd.release(1_000_000);
        callers.shutdownNow();
    }

    private KeyLooks looks(Duration wait) {
        return new KeyLooks(this::look, nanos::get, nanos::addAndGet, wait);
    }

    private void look() {
        begun.incrementAndGet();
        mayEnd.acquireUninterruptibly();
    }

    private Future<Long> asks(KeyLooks looks, String source) {
        return callers.submit(() -> {
            try {
                return looks.await(source, () -> false);
            } catch (KeysUnavailable full) {
                refused.incrementAndGet();
                throw full;
            }
        });
    }

    private static long answer(Future<Long> asked) throws Exception {
        return asked.get(30, TimeUnit.SECONDS);
    }

    @Test
    void oneLookAnswersAllWhoCameBeforeItBegan() throws Exception {
        CountDownLatch turn = new CountDownLatch(1);
        AtomicInteger waited = new AtomicInteger();
        KeyLooks looks = new KeyLooks(
                this::look,
                nanos::get,
                rest -> {
                    waited.incrementAndGet();
                    turn.await();
                    nanos.addAndGet(rest);
                },
                LONG);
        mayEnd.release(KeyLooks.BURST);
        for (int i = 0; i < KeyLooks.BURST; i++) {
            answer(asks(looks, "a"));
        }
        assertThat(waited).as("as many at once").hasValue(0);

        List<Future<Long>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            asked.add(asks(looks, "a"));
        }
        Await.until("all of them wait", () -> looks.waiting() == 50);
        assertThat(begun).hasValue(KeyLooks.BURST);
        turn.countDown();
        mayEnd.release();

        for (Future<Long> each : asked) {
            assertThat(answer(each)).isEqualTo(KeyLooks.BURST + 1);
        }
        assertThat(begun).hasValue(KeyLooks.BURST + 1);
        assertThat(looks.waiting()).isZero();
    }

    @Test
    void whoComesWhileALookIsUnderWayIsAnsweredByTheNext() throws Exception {
        KeyLooks looks = looks(LONG);
        Future<Long> first = asks(looks, "a");
        Await.until("the first look is under way", () -> begun.get() == 1);
        Future<Long> second = asks(looks, "b");
        Await.until("both wait", () -> looks.waiting() == 2);

        mayEnd.release();
        assertThat(answer(first)).isEqualTo(1);
        Await.until("the next look is under way", () -> begun.get() == 2);
        assertThat(second.isDone()).isFalse();

        mayEnd.release();
        assertThat(answer(second)).isEqualTo(2);
    }

    @Test
    void whoLearnsEnoughFromTheLookUnderWayDoesNotCauseAnother() throws Exception {
        KeyLooks looks = looks(LONG);
        AtomicInteger found = new AtomicInteger();
        var _ = asks(looks, "a");
        Await.until("a look is under way", () -> begun.get() == 1);
        Future<Long> second = callers.submit(() -> looks.await("b", () -> found.get() == 1));
        Await.until("both wait", () -> looks.waiting() == 2);

        found.set(1);
        mayEnd.release();

        assertThat(answer(second)).isEqualTo(1);
        assertThat(begun).hasValue(1);
    }

    @Test
    void aPauseAllowsTheBurstAgainAndNoMore() throws Exception {
        KeyLooks looks = looks(LONG);
        mayEnd.release(1_000);
        for (int i = 0; i < KeyLooks.BURST + 3; i++) {
            answer(asks(looks, "a"));
        }
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        long before = nanos.get();

        for (int i = 0; i < KeyLooks.BURST; i++) {
            answer(asks(looks, "a"));
        }
        assertThat(nanos.get() - before).isZero();
        answer(asks(looks, "a"));
        assertThat(nanos.get() - before).isEqualTo(KeyLooks.GAP.toNanos());
    }

    @Test
    void nobodyWaitsLongerThanSaid() throws Exception {
        KeyLooks looks = looks(Duration.ofMillis(20));

        assertThatThrownBy(() -> looks.await("a", () -> false))
                .isInstanceOfSatisfying(
                        KeysUnavailable.class,
                        busy -> assertThat(busy.retrySeconds()).isEqualTo(1));

        assertThat(looks.waiting()).isZero();
        Await.until("others still learn from the look", () -> begun.get() == 1);
    }

    @Test
    void whoIsInterruptedStopsWaiting() {
        KeyLooks looks = looks(LONG);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> looks.await("a", () -> false)).isInstanceOf(KeysUnavailable.class);

        assertThat(Thread.interrupted()).as("still known").isTrue();
        assertThat(looks.waiting()).isZero();
    }

    @Test
    void oneSourceTakesHalfOfTheRoomAtMostAndOthersFindTheirs() throws Exception {
        KeyLooks looks = looks(LONG);
        for (int i = 0; i < KeyLooks.WAITING_MAX; i++) {
            var _ = asks(looks, "flood");
        }
        Await.until("half of them wait", () -> looks.waiting() == KeyLooks.WAITING_MAX / 2);
        Await.until("the others are refused", () -> refused.get() == KeyLooks.WAITING_MAX / 2);

        for (int i = 0; i < KeyLooks.WAITING_SHARE + 1; i++) {
            var _ = asks(looks, "friend");
        }
        Await.until("a friend beyond the share is refused", () -> refused.get() == KeyLooks.WAITING_MAX / 2 + 1);
        assertThat(looks.waiting()).isEqualTo(KeyLooks.WAITING_MAX / 2 + KeyLooks.WAITING_SHARE);
    }

    @Test
    void theRoomIsBounded() throws Exception {
        KeyLooks looks = looks(LONG);
        for (int i = 0; i < KeyLooks.WAITING_MAX + 10; i++) {
            var _ = asks(looks, "source-" + i);
        }

        Await.until("those beyond the room are refused", () -> refused.get() == 10);
        assertThat(looks.waiting()).isEqualTo(KeyLooks.WAITING_MAX);
        mayEnd.release(2);
        Await.until("all have left", () -> looks.waiting() == 0);
    }

    @Test
    void aLookThatFailsUnforeseenEndsAllTheSame() throws Exception {
        KeyLooks looks = new KeyLooks(
                () -> {
                    begun.incrementAndGet();
                    throw new IllegalStateException("a test's");
                },
                nanos::get,
                nanos::addAndGet,
                LONG);

        assertThat(answer(asks(looks, "a"))).isEqualTo(1);
        assertThat(answer(asks(looks, "a"))).isEqualTo(2);
    }
}
