package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in a file that changes while it is used. */
class FileKeySetTest {
    private static final TestIssuer OLD = new TestIssuer();
    private static final Duration LOOK = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = folder.resolve("jwks.json");
        publish("ec-1");
    }

    private void publish(String keyId) throws Exception {
        Files.writeString(
                file,
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"" + keyId + "\",\"x\":\""
                        + OLD.ec().getX() + "\",\"y\":\"" + OLD.ec().getY() + "\"}]}");
    }

    private FileKeySet keys() {
        return new FileKeySet(file, nanos::get);
    }

    private static boolean has(FileKeySet keys, String keyId) throws KeysUnavailable {
        return keys.find(keyId, "ES256", "192.0.2.1").isPresent();
    }

    private void later(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void aChangeIsSeenAfterASecondAndNoEarlier() throws Exception {
        FileKeySet keys = keys();
        assertThat(has(keys, "ec-1")).isTrue();
        long before = keys.generation();
        publish("ec-2");

        later(LOOK);
        assertThat(has(keys, "ec-2")).isFalse();
        assertThat(keys.generation()).isEqualTo(before);
        later(Duration.ofNanos(1));
        assertThat(has(keys, "ec-2")).isTrue();
        assertThat(has(keys, "ec-1")).isFalse();
        assertThat(keys.generation()).isEqualTo(before + 1);

        later(LOOK.plusNanos(1));
        assertThat(has(keys, "ec-2")).isTrue();
        assertThat(keys.generation()).as("nothing has changed").isEqualTo(before + 1);
    }

    @Test
    void withoutAFileNobodyIsVerifiedUntilItIsThere() throws Exception {
        Files.delete(file);
        FileKeySet keys = keys();

        assertThatThrownBy(() -> has(keys, "ec-1"))
                .isInstanceOf(KeysUnavailable.class)
                .hasMessageContaining("cannot read")
                .hasMessageContaining("jwks.json");
        assertThat(keys.notReady()).hasValueSatisfying(why -> assertThat(why).contains("jwks.json"));

        publish("ec-1");
        later(LOOK.plusNanos(1));
        assertThat(keys.notReady()).isEmpty();
        assertThat(has(keys, "ec-1")).isTrue();
    }

    @Test
    void whatIsNoKeySetDoesNotReplaceTheLastKeys() throws Exception {
        FileKeySet keys = keys();
        for (String rubbish : new String[] {"", "null", "{}", " ".repeat(51_201)}) {
            Files.writeString(file, rubbish);
            later(LOOK.plusNanos(1));
            assertThat(has(keys, "ec-1")).isTrue();
        }
        assertThat(keys.generation()).isEqualTo(1);
        assertThat(keys.notReady()).isEmpty();
    }

    @Test
    void aFileHasFiftyKibibytesAtMost() throws Exception {
        String text = Files.readString(file);
        Files.writeString(file, text + " ".repeat(50 * 1024 - text.length()));
        assertThat(has(keys(), "ec-1")).isTrue();

        Files.writeString(file, text + " ".repeat(50 * 1024 + 1 - text.length()));
        FileKeySet keys = keys();
        assertThatThrownBy(() -> has(keys, "ec-1")).hasMessageContaining("larger than 51200 bytes");
        assertThat(keys.notReady()).isPresent();
    }

    @Test
    void aFileThatIsNoKeySetIsNamedAsWhatKeepsTheGatewayFromBeingReady() throws Exception {
        Files.writeString(file, "[]");

        assertThat(keys().notReady()).hasValueSatisfying(why -> assertThat(why).startsWith("no JSON Web Key Set"));
    }

    @Test
    void whoReadsSlowlyDoesNotPutBackWhatWasReadBefore() throws Exception {
        AtomicReference<Thread> slow = new AtomicReference<>();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicLong asked = new AtomicLong();
        FileKeySet keys = new FileKeySet(file, () -> {
            // twice whether it is time for a look, and then when the look was
            if (Thread.currentThread().equals(slow.get()) && asked.incrementAndGet() == 3) {
                reading.countDown();
                await(goOn);
            }
            return nanos.get();
        });
        later(LOOK.plusNanos(1));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> first = callers.submit(() -> {
                slow.set(Thread.currentThread());
                return has(keys, "ec-2");
            });
            await(reading);
            publish("ec-2");

            assertThat(has(keys, "ec-2"))
                    .as("nobody else looks meanwhile, or waits")
                    .isFalse();
            goOn.countDown();

            assertThat(first.get(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(has(keys, "ec-2")).isTrue();

        publish("ec-3");
        later(LOOK.plusNanos(1));
        assertThat(has(keys, "ec-3")).as("others may look again").isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
