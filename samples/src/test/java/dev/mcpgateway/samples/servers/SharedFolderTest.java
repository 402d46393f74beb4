package dev.mcpgateway.samples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One folder and nothing outside it. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedFolderTest {
    @TempDir
    Path temp;

    private Path root;
    private SharedFolder folder;

    @BeforeEach
    void fill() throws IOException {
        root = Files.createDirectory(temp.resolve("shared"));
        Files.createDirectory(root.resolve("sub"));
        Files.writeString(root.resolve("a.txt"), "grün");
        Files.writeString(temp.resolve("secret.txt"), "outside");
        Files.createDirectory(temp.resolve("shared-not"));
        Files.writeString(temp.resolve("shared-not/secret.txt"), "outside");
        folder = new SharedFolder(root);
    }

    @Test
    void filesAreListedReadAndWritten() throws ToolFailed {
        folder.write("sub/b.txt", "one");
        folder.write("sub/b.txt", "2");

        assertThat(folder.list("")).containsExactly("a.txt", "sub/");
        assertThat(folder.list("sub")).containsExactly("b.txt");
        assertThat(folder.read("a.txt")).isEqualTo("grün");
        assertThat(folder.read("sub/../sub/b.txt")).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.txt",
                "sub/../../secret.txt",
                "../shared-not/secret.txt",
                "/etc/passwd",
                "a.txt\0.png",
                "./../secret.txt"
            })
    void aPathThatLeadsOutIsRefused(String path) {
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.read(path));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.write(path, "changed"));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.list(path));

        assertThat(temp.resolve("secret.txt")).hasContent("outside");
        assertThat(temp.resolve("shared-not/secret.txt")).hasContent("outside");
    }

    @Test
    void anAbsolutePathIsRefusedEvenInside() {
        assertThatExceptionOfType(ToolFailed.class)
                .isThrownBy(() -> folder.read(root.resolve("a.txt").toString()));
    }

    @Test
    void linksThatLeadOutAreNotFollowed() throws IOException {
        Files.createSymbolicLink(root.resolve("file-link"), temp.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("folder-link"), temp);
        Files.createSymbolicLink(root.resolve("dangling"), temp.resolve("new.txt"));

        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.read("file-link"));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.read("folder-link/secret.txt"));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.list("folder-link"));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.write("file-link", "changed"));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.write("folder-link/x.txt", "changed"));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.write("dangling", "changed"));
        assertThat(temp.resolve("secret.txt")).hasContent("outside");
        assertThat(temp.resolve("x.txt")).doesNotExist();
        assertThat(temp.resolve("new.txt")).doesNotExist();
    }

    @Test
    void aLinkThatStaysInsideIsFollowed() throws Exception {
        Files.createSymbolicLink(root.resolve("inner"), root.resolve("a.txt"));

        assertThat(folder.read("inner")).isEqualTo("grün");
    }

    @Test
    void onlyTextsUpToTheLimitAreReadAndWritten() throws Exception {
        String longest = "x".repeat(SharedFolder.FILE_BYTES_MAX);
        folder.write("long.txt", longest);
        Files.writeString(root.resolve("longer.txt"), longest + "x");
        Files.write(root.resolve("binary"), new byte[] {(byte) 0xFF, 0});

        assertThat(folder.read("long.txt")).hasSize(SharedFolder.FILE_BYTES_MAX);
        assertThatExceptionOfType(ToolFailed.class)
                .isThrownBy(() -> folder.read("longer.txt"))
                .withMessageContaining("262144 bytes");
        assertThatExceptionOfType(ToolFailed.class)
                .isThrownBy(() -> folder.read("binary"))
                .withMessageContaining("UTF-8");
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.write("c.txt", longest + "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sub", ".", "missing.txt"})
    void whatIsNoFileIsNotRead(String path) {
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.read(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sub", ".", "missing/x.txt"})
    void whatCannotBeAFileIsNotWritten(String path) {
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.write(path, "x"));
    }

    @Test
    void aPipeIsNeitherReadNorWritten() throws Exception {
        // opening a pipe without a partner would block for ever
        int exit = new ProcessBuilder("mkfifo", root.resolve("pipe").toString())
                .start()
                .waitFor();
        assertThat(exit).isZero();

        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.read("pipe"));
        assertThatExceptionOfType(ToolFailed.class).isThrownBy(() -> folder.write("pipe", "x"));
    }

    @Test
    void errorsNeverNameTheFolderItself() {
        assertThatExceptionOfType(ToolFailed.class)
                .isThrownBy(() -> folder.read("missing.txt"))
                .satisfies(failed -> assertThat(failed.text()).doesNotContain(root.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret.txt", "../missing.txt", "../missing/x.txt"})
    void whetherSomethingOutsideExistsIsNotTold(String path) {
        assertThatExceptionOfType(ToolFailed.class)
                .isThrownBy(() -> folder.read(path))
                .withMessage("'" + path + "' is outside the shared folder.");
        assertThatExceptionOfType(ToolFailed.class)
                .isThrownBy(() -> folder.write(path, "x"))
                .withMessage("'" + path + "' is outside the shared folder.");
    }

    @Test
    void aFileIsNoSharedFolder() {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> new SharedFolder(root.resolve("a.txt")));
    }
}
