package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.testing.Await;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one thread that keeps all deadlines outlives whatever one of them does. */
class DeadlineSweeperTest {
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    private void assertOthersAreAskedBehind(DeadlineSweeper.Watched failing) {
        try (DeadlineSweeper sweeper = new DeadlineSweeper(new TimeSource(InstantSource.system(), System::nanoTime))) {
            sweeper.watch(now -> {
                failed.incrementAndGet();
                failing.endOverdue(now);
            });
            Await.until("it has failed", () -> failed.get() > 0);

            sweeper.watch(_ -> asked.incrementAndGet());

            Await.until("another one is asked", () -> asked.get() > 1);
            Await.until("so is the one that failed", () -> failed.get() > 2);
        }
    }

    @Test
    void aHolderThatThrowsDoesNotEndTheDeadlinesOfOthers() {
        assertOthersAreAskedBehind(_ -> {
            throw new IllegalStateException("thrown by the test");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"unable to create native thread", "Java heap space"})
    void aHolderForWhomTheMachineHasNothingLeftDoesNotEndTheDeadlinesOfOthers(String what) {
        assertOthersAreAskedBehind(_ -> {
            throw new OutOfMemoryError(what);
        });
    }
}
