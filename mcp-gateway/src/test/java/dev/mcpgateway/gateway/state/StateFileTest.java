package dev.mcpgateway.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
    private static final byte[] CONTENT = "{\"a\":1}\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private Path path;
    private StateFile file;

    @BeforeEach
    void name() {
        path = folder.resolve("state/a.json");
        file = new StateFile(path);
    }

    @Test
    void aFileThatIsNotThereIsEmpty() throws IOException {
        assertThat(file.read()).isEmpty();
        assertThat(Files.exists(path.getParent())).isFalse();
    }

    @Test
    void whatWasWrittenIsReadAndNothingIsLeftAside() throws IOException {
        file.write(CONTENT);
        file.write("other".getBytes(StandardCharsets.UTF_8));
        file.write(CONTENT);

        assertThat(new StateFile(path).read())
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(CONTENT));
        try (Stream<Path> files = Files.list(path.getParent())) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void folderAndFileAreTheOwnersAlone() throws IOException {
        file.write(CONTENT);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void everyDamageIsFound() throws IOException {
        file.write(CONTENT);
        byte[] good = Files.readAllBytes(path);
        for (int cut = 0; cut < good.length; cut++) {
            Files.write(path, Arrays.copyOf(good, cut));
            assertThatThrownBy(file::read).as("cut at %s", cut).isInstanceOf(StateDamaged.class);
        }
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(path, bad);
            assertThatThrownBy(file::read).as("changed at %s", at).isInstanceOf(StateDamaged.class);
        }
        Files.write(path, "{\"a\":1}\n".repeat(100).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(file::read)
                .isInstanceOf(StateDamaged.class)
                .hasMessageContainingAll(path.toString(), "Restore it");
    }

    @Test
    void aWriteThatFailsLeavesWhatWasThere() throws IOException {
        file.write(CONTENT);

        assertThatThrownBy(() -> file.write(new byte[StateFile.BYTES_MAX + 1])).isInstanceOf(IOException.class);
        assertThat(file.read()).hasValueSatisfying(read -> assertThat(read).isEqualTo(CONTENT));
    }

    @Test
    void changesOfSeveralThreadsAreNotLost() throws Exception {
        file.write("0".getBytes(StandardCharsets.UTF_8));
        List<Thread> threads = Stream.generate(() -> Thread.ofVirtual().start(this::increment))
                .limit(8)
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(file.read())
                .hasValueSatisfying(read -> assertThat(read).asString().isEqualTo("8"));
    }

    private void increment() {
        try {
            file.locked(() -> {
                int before = Integer.parseInt(new String(file.read().orElseThrow(), StandardCharsets.UTF_8));
                file.write(Integer.toString(before + 1).getBytes(StandardCharsets.UTF_8));
                return before;
            });
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
