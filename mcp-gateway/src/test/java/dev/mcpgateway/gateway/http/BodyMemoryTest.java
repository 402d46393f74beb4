package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The sums of a room for bodies are right to the byte, whoever takes and gives at once. */
class BodyMemoryTest {
    private static void assertRefused(Runnable taking, Reason reason) {
        assertThatThrownBy(taking::run).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.why().reason()).isEqualTo(reason);
            assertThat(refused.why().retryAfterSeconds()).isOne();
        });
    }

    @Test
    void bothBoundsAreKeptToTheByte() {
        BodyMemory memory = new BodyMemory(100, 60);
        memory.take("alice", 60);

        assertRefused(() -> memory.take("alice", 1), Reason.TOO_MANY_BODIES);
        memory.take("bob", 40);
        assertRefused(() -> memory.take("carol", 1), Reason.NO_ROOM_FOR_BODY);
        memory.give("alice", 10);
        memory.take("carol", 10);

        assertThat(memory.held()).isEqualTo(100);
        assertThat(memory.callers()).isEqualTo(3);
    }

    @Test
    void whoIsRefusedHoldsNothingAndIsForgotten() {
        BodyMemory memory = new BodyMemory(10, 5);
        memory.take("alice", 5);
        memory.take("bob", 5);

        assertRefused(() -> memory.take("carol", 5), Reason.NO_ROOM_FOR_BODY);
        assertRefused(() -> memory.take("dave", 6), Reason.TOO_MANY_BODIES);

        assertThat(memory.callers()).isEqualTo(2);
        memory.give("alice", 5);
        memory.give("bob", 5);
        assertThat(memory.callers()).isZero();
        assertThat(memory.held()).isZero();
    }

    @Test
    void manyAtOnceNeverHaveMoreThanThereIsAndLeaveNothing() throws Exception {
        BodyMemory memory = new BodyMemory(1_000, 400);
        List<Future<?>> running = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < 16; thread++) {
                String caller = "caller-" + thread % 4;
                Random sizes = new Random(thread);
                running.add(threads.submit(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        takeAndGive(memory, caller, 1 + sizes.nextInt(200));
                    }
                }));
            }
        }
        for (Future<?> each : running) {
            each.get();
        }

        assertThat(memory.held()).isZero();
        assertThat(memory.callers()).isZero();
    }

    private static void takeAndGive(BodyMemory memory, String caller, int bytes) {
        try {
            memory.take(caller, bytes);
        } catch (Refused full) {
            return;
        }
        assertThat(memory.held()).isBetween((long) bytes, 1_000L);
        memory.give(caller, bytes);
    }
}
