package dev.mcpgateway.samples.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.samples.testing.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenTest {
    private static final List<String> SLEEPER = List.of("sh", "-c", "sleep 600 & echo READY; wait");

    @TempDir
    Path folder;

    /** A load test that has started a child, which has started another, and goes on. */
    static final class Measuring {
        private Measuring() {}

        public static void main(String... arguments) throws Exception {
            try (Children children = new Children(Path.of(arguments[0]))) {
                Process child = children.start("sleeper", "", "READY", SLEEPER);
                System.out.println(String.join(
                        " ", Children.pids(child).stream().map(String::valueOf).toList()));
                new CountDownLatch(1).await();
            }
        }
    }

    @Test
    void aLoadTestThatASignalEndsLeavesNothingBehind() throws Exception {
        List<ProcessHandle> all = new ArrayList<>();
        try (ChildProcess test = ChildProcess.start(Measuring.class, folder.toString())) {
            Stream.of(test.readLine().split(" "))
                    .map(Long::parseLong)
                    .forEach(pid -> ProcessHandle.of(pid).ifPresent(all::add));
            assertThat(all).hasSize(2).allMatch(ProcessHandle::isAlive);

            test.terminate();

            test.exitCode();
            for (ProcessHandle each : all) {
                each.onExit().get(30, TimeUnit.SECONDS);
            }
            assertThat(all).noneMatch(ProcessHandle::isAlive);
        } finally {
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void nothingBeginsOnceTheEndHasBegun() {
        Children children = new Children(folder);
        children.close();

        assertThatThrownBy(() -> children.start("late", "", "READY", SLEEPER)).isInstanceOf(IOException.class);

        assertThat(folder.resolve("late.log")).doesNotExist();
    }
}
