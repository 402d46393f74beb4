package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.credential.StoredSecret.Answer;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.Await;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What holds for every store, seen while its answer is on its way. What each store says is tried against its fake. */
class StoredSecretTest {
    private static final Answer FOUND = new Answer.Found(Secret.of("s3cret"), Optional.empty());

    private final AtomicInteger asked = new AtomicInteger();

    private static StoredSecret stored(Supplier<Answer> question) {
        return new StoredSecret(
                "secret of a store",
                question,
                new StoredSecret.Keeping(Duration.ofHours(1), Duration.ofHours(1)),
                new TimeSource(InstantSource.system(), System::nanoTime));
    }

    @Test
    void whatIsRefusedWhileItIsReadIsReadAgain() throws Exception {
        AtomicReference<StoredSecret> itself = new AtomicReference<>();
        StoredSecret secret = stored(() -> {
            if (asked.incrementAndGet() == 2) {
                itself.get().refresh();
            }
            return FOUND;
        });
        itself.set(secret);
        secret.read();
        secret.refresh();
        secret.read();
        assertThat(asked).hasValue(2);

        secret.read();
        secret.read();

        assertThat(asked).hasValue(3);
    }

    @Test
    void aStoreThatDoesNotAnswerIsAskedOnceForAllWhoWait() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        StoredSecret secret = stored(() -> {
            asked.incrementAndGet();
            try {
                answer.await();
            } catch (InterruptedException never) {
                throw new IllegalStateException(never);
            }
            return new Answer.Silent("it is down");
        });
        List<String> heard = new CopyOnWriteArrayList<>();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(Thread.ofPlatform().start(() -> {
                try {
                    heard.add(secret.read().expose());
                } catch (SecretUnavailable none) {
                    heard.add(String.valueOf(none.getMessage()));
                }
            }));
        }
        Await.until("all wait", () -> waiting.stream().allMatch(thread -> LockSupport.getBlocker(thread) != null));

        answer.countDown();
        for (Thread thread : waiting) {
            thread.join();
        }

        assertThat(heard).hasSize(20).containsOnly("secret of a store is not known: it is down");
        assertThat(asked).hasValue(1);
        assertThatThrownBy(secret::read).isInstanceOf(SecretUnavailable.class);
        assertThat(asked).as("who comes later asks").hasValue(2);
    }
}
