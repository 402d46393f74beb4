package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
    @TempDir
    Path folder;

    private final AtomicInteger told = new AtomicInteger();
    private FileWatch watch;
    private Path first;
    private Path second;

    @BeforeEach
    void start() throws Exception {
        first = Files.writeString(folder.resolve("first"), "a");
        second = Files.writeString(folder.resolve("second"), "b");
        watch = new FileWatch(Duration.ofMillis(5));
        watch.watch(FileWatch.look(List.of(first, second)), told::incrementAndGet);
    }

    @AfterEach
    void stop() {
        watch.close();
    }

    /** Waits until the watch has looked again after now: it tells of a change of a file of its own. */
    private void aFewLooks() throws Exception {
        Path probe = Files.writeString(folder.resolve("probe"), "0");
        AtomicInteger looks = new AtomicInteger();
        watch.watch(FileWatch.look(List.of(probe)), looks::incrementAndGet);
        Files.writeString(probe, "1");
        Await.until("the watch looks", () -> looks.get() == 1);
    }

    @Test
    void eachChangeIsToldOnce() throws Exception {
        Files.writeString(second, "c");
        Await.until("the change is told", () -> told.get() == 1);
        aFewLooks();
        assertThat(told).hasValue(1);

        Files.writeString(first, "d");
        Await.until("the next change is told", () -> told.get() == 2);
    }

    @Test
    void aRewriteWithTheSameContentIsNoChange() throws Exception {
        Files.writeString(first, "a");
        Files.setLastModifiedTime(second, FileTime.fromMillis(0));
        aFewLooks();

        assertThat(told).hasValue(0);
    }

    @Test
    void aFileThatGoesAndComesIsAChange() throws Exception {
        Files.delete(first);
        Await.until("the loss is told", () -> told.get() == 1);
        Files.writeString(first, "a");
        Await.until("the return is told", () -> told.get() == 2);
    }

    @Test
    void contentThatMovesFromOneFileToTheOtherIsAChange() throws Exception {
        Files.writeString(first, "ab");
        Files.writeString(second, "");

        Await.until("the change is told", () -> told.get() >= 1);
    }

    @Test
    void whatChangedBetweenTheLookAndTheWatchIsToldOnce() throws Exception {
        FileWatch.Look before = FileWatch.look(List.of(first));
        Files.writeString(first, "c");
        AtomicInteger later = new AtomicInteger();
        watch.watch(before, later::incrementAndGet);

        Await.until("the change is told", () -> later.get() == 1);
        aFewLooks();
        assertThat(later).hasValue(1);
    }

    @Test
    void aListenerThatThrowsDoesNotEndTheWatch() throws Exception {
        AtomicInteger failing = new AtomicInteger();
        watch.watch(FileWatch.look(List.of(first)), () -> {
            failing.incrementAndGet();
            throw new IllegalStateException("thrown by the test");
        });

        Files.writeString(first, "x");
        Await.until("it was told", () -> failing.get() == 1);
        Files.writeString(first, "y");
        Await.until("it is told again", () -> failing.get() == 2);
        Await.until("others are told, too", () -> told.get() >= 1);
    }

    @Test
    void afterTheEndNothingIsTold() throws Exception {
        watch.close();
        Files.writeString(first, "late");

        watch.close();
        assertThat(told).hasValue(0);
    }
}
