package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that cannot be looked at is an error: taken for a missing one, it would switch a check off. */
class FileStorageTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsNotThereIsMissing() throws IOException {
        FileStorage storage = new FileStorage(folder);

        assertThat(storage.exists("checkpoint")).isFalse();
        assertThat(storage.exists("seg/00000000000000000000.seal")).isFalse();
        assertThat(storage.names("seg")).isEmpty();
    }

    @Test
    void whatCannotBeLookedAtIsAnError() throws IOException {
        Files.writeString(folder.resolve("seg"), "a file where the folder should be");
        Path loop = Files.createSymbolicLink(folder.resolve("checkpoint"), Path.of("checkpoint"));
        FileStorage storage = new FileStorage(folder);

        assertThat(loop).isSymbolicLink();
        assertThatThrownBy(() -> storage.exists("checkpoint")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.names("seg")).isInstanceOf(IOException.class);
    }
}
