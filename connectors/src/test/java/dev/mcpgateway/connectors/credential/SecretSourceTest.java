package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets by reference: read when needed, refused when open, never printed. */
class SecretSourceTest {
    private final AtomicLong nanos = new AtomicLong();
    private final TimeSource time = new TimeSource(InstantSource.system(), nanos::get);

    @TempDir
    private Path folder;

    private Path file(String content, String mode) throws IOException {
        Path file = folder.resolve("token");
        Files.write(file, content.getBytes(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private void pass() {
        nanos.addAndGet(SecretFile.RECHECK_MILLIS * 1_000_000);
    }

    private static SecretUnavailable refusal(SecretSource source) {
        SecretUnavailable unavailable = catchThrowableOfType(SecretUnavailable.class, source::read);
        assertThat(unavailable).isNotNull();
        return unavailable;
    }

    @ParameterizedTest
    @CsvSource({"'s3cret\n', s3cret", "'s3cret\r\n', s3cret", "s3cret, s3cret", "'a\n\n', 'a\n'", "' s ', ' s '"})
    void oneTrailingLineEndIsNoPartOfASecret(String content, String secret) throws Exception {
        assertThat(new SecretFile(file(content, "rw-------"), time).read().expose())
                .isEqualTo(secret);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw----r--", "rw-----w-", "rw-rw-rw-", "r--r--r--"})
    void aFileOpenToEveryoneIsRefused(String mode) throws IOException {
        SecretUnavailable refused = refusal(new SecretFile(file("s3cret", mode), time));

        assertThat(refused)
                .hasMessageContaining("token")
                .hasMessageContaining("chmod")
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "r--r-----", "rw-rw----"})
    void aFileForOwnerAndGroupIsRead(String mode) throws Exception {
        assertThat(new SecretFile(file("s3cret", mode), time).read().expose()).isEqualTo("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void anEmptyFileIsRefused(String content) throws IOException {
        assertThat(refusal(new SecretFile(file(content, "rw-------"), time))).hasMessageContaining("is empty");
    }

    @Test
    void aFileThatIsMissingNotTextOrNoFileIsRefused() throws IOException {
        assertThat(refusal(new SecretFile(folder.resolve("none"), time))).hasMessageContaining("does not exist");
        Path private_ = Files.createDirectory(
                folder.resolve("folder"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThat(refusal(new SecretFile(private_, time))).hasMessageContaining("not a regular file");
        Path binary = file("x", "rw-------");
        Files.write(binary, new byte[] {(byte) 0xFF, 0});
        assertThat(refusal(new SecretFile(binary, time))).hasMessageContaining("UTF-8");
    }

    @Test
    void aFileUpToTheBoundIsReadAndOneByteMoreIsNot() throws Exception {
        assertThat(new SecretFile(file("x".repeat(SecretFile.BYTES_MAX), "rw-------"), time)
                        .read()
                        .expose())
                .hasSize(SecretFile.BYTES_MAX);
        assertThat(refusal(new SecretFile(file("x".repeat(SecretFile.BYTES_MAX + 1), "rw-------"), time)))
                .hasMessageContaining("longer than");
    }

    @Test
    void aChangedFileIsReadAgainAfterAWhile() throws Exception {
        Path path = file("first", "rw-------");
        SecretFile source = new SecretFile(path, time);
        assertThat(source.read().expose()).isEqualTo("first");

        Files.writeString(path, "other");
        Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(5)));

        assertThat(source.read().expose()).as("within the second").isEqualTo("first");
        pass();
        assertThat(source.read().expose()).isEqualTo("other");
    }

    @Test
    void aFileReplacedByAnotherOfEqualSizeAndTimeIsReadAgain() throws Exception {
        Path path = file("first", "rw-------");
        FileTime modified = Files.getLastModifiedTime(path);
        SecretFile source = new SecretFile(path, time);
        source.read();

        Path next = folder.resolve("next");
        Files.writeString(next, "other");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        Files.setLastModifiedTime(next, modified);
        Files.move(next, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        pass();

        assertThat(source.read().expose()).isEqualTo("other");
    }

    @Test
    void aFileThatIsOpenedToEveryoneLaterIsRefusedThen() throws Exception {
        Path path = file("s3cret", "rw-------");
        SecretFile source = new SecretFile(path, time);
        source.read();

        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        pass();

        refusal(source);
    }

    @Test
    void aVariableIsReadAndItsAbsenceNamed() throws SecretUnavailable {
        assertThat(new SecretVariable("TOKEN", _ -> "s3cret").read().expose()).isEqualTo("s3cret");
        assertThat(refusal(new SecretVariable("TOKEN", _ -> null))).hasMessageContaining("TOKEN");
        assertThat(refusal(new SecretVariable("TOKEN", _ -> ""))).hasMessageContaining("TOKEN");
    }

    @Test
    void nothingPrintsASecret() throws Exception {
        SecretVariable source = new SecretVariable("TOKEN", _ -> "s3cret");
        UpstreamCredential.StaticHeader credential =
                new UpstreamCredential.StaticHeader("Authorization", "Bearer ", source);

        assertThat(source.read()).hasToString("***");
        assertThat(credential.toString()).doesNotContain("s3cret").contains("variable TOKEN");
        assertThat(credential.issue(new CredentialUse.Own()).toString())
                .doesNotContain("s3cret")
                .contains("Authorization");
        assertThat(new SecretFile(file("s3cret", "rw-------"), time).toString())
                .contains("token")
                .doesNotContain("s3cret");
    }
}
