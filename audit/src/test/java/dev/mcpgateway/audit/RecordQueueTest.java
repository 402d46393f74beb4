package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who wakes the writer, and for whom it waits. */
@Timeout(60)
class RecordQueueTest {
    private static final long FOREVER = TimeUnit.HOURS.toNanos(1);
    private static final int MANY = 100;

    private final LogState state = new LogState();
    private final RecordQueue queue = new RecordQueue(state, System::nanoTime);

    private static Pending unawaited() {
        return Pending.queued(new JsonBytes(), -1, () -> {});
    }

    private Thread writer(long nanos) {
        Thread writer = Thread.ofPlatform().daemon().unstarted(() -> {
            queue.awaitRecord(FOREVER);
            queue.awaitUrgency(MANY, nanos);
        });
        queue.writer(writer);
        writer.start();
        return writer;
    }

    private static void awaitWaiting(Thread writer) throws InterruptedException {
        while (writer.getState() != Thread.State.TIMED_WAITING) {
            assertThat(writer.isAlive()).as("still waits").isTrue();
            Thread.sleep(1);
        }
    }

    @Test
    void whatNobodyWaitsForGoesWithTheNextThatSomebodyWaitsFor() throws Exception {
        Thread writer = writer(FOREVER);
        queue.put(unawaited());
        queue.put(unawaited());
        awaitWaiting(writer);

        queue.put(Pending.awaited(new JsonBytes()));

        writer.join(Duration.ofSeconds(50));
        assertThat(writer.isAlive()).as("waits on").isFalse();
        assertThat(queue.takeAll()).hasSize(3);
    }

    @Test
    void whatSomebodyWaitsForDoesNotWait() throws Exception {
        Thread writer = writer(FOREVER);
        queue.put(Pending.awaited(new JsonBytes()));
        queue.put(unawaited());

        writer.join(Duration.ofSeconds(50));
        assertThat(writer.isAlive()).as("waits on").isFalse();
    }

    @Test
    void whatNobodyWaitsForDoesNotWaitForLong() throws Exception {
        Thread writer = writer(TimeUnit.MILLISECONDS.toNanos(2));
        queue.put(unawaited());

        writer.join(Duration.ofSeconds(50));
        assertThat(writer.isAlive()).as("waits on").isFalse();
    }

    @Test
    void nothingWaitsWhenTheLogIsClosingOrABatchIsFull() throws Exception {
        Thread closing = writer(FOREVER);
        queue.put(unawaited());
        awaitWaiting(closing);
        state.startClosing();
        queue.wakeWriter();
        closing.join(Duration.ofSeconds(50));
        assertThat(closing.isAlive()).as("waits on").isFalse();

        RecordQueue full = new RecordQueue(new LogState(), System::nanoTime);
        for (int i = 0; i < MANY; i++) {
            full.put(unawaited());
        }
        full.awaitUrgency(MANY, FOREVER);
        assertThat(full.depth()).isEqualTo(MANY);
    }
}
