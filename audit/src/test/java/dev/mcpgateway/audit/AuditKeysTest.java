package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.InstantSource;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditKeysTest {
    @TempDir
    private Path folder;

    @Test
    void theFirstStartMakesSecretFilesThatOnlyTheOwnerReads() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        AuditKeys.init(settings, InstantSource.system());

        for (Path secret : new Path[] {settings.signingKeyFile(), settings.subjectKeyFile()}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
        }
        assertThat(Files.readString(settings.signingKeyFile(), StandardCharsets.UTF_8))
                .startsWith("-----BEGIN PRIVATE KEY-----\n");
        assertThat(Files.readString(settings.subjectKeyFile(), StandardCharsets.UTF_8))
                .matches("[0-9a-f]{64}\n");
        try (var left = Files.list(settings.signingKeyFile().resolveSibling(""))) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void aKeyThatIsThereIsUsedAndTwoLogsUnderItHaveTwoNames() throws IOException {
        AuditSettings first = TestAuditLog.settings(folder);
        AuditSettings second = new AuditSettings(
                folder.resolve("other"),
                first.origin(),
                first.signingKeyFile(),
                first.subjectKeyFile(),
                "",
                "",
                first.limits());

        LogAddress one = AuditKeys.init(first, InstantSource.system());
        byte[] key = Files.readAllBytes(first.signingKeyFile());
        LogAddress two = AuditKeys.init(second, InstantSource.system());

        assertThat(Files.readAllBytes(first.signingKeyFile())).isEqualTo(key);
        assertThat(two.origin()).isNotEqualTo(one.origin()).startsWith("audit.test/gw/");
        assertThat(two.vkey().substring(two.vkey().lastIndexOf('+')))
                .isEqualTo(one.vkey().substring(one.vkey().lastIndexOf('+')));
    }

    @Test
    void aLogThatCannotBeLookedAtIsNotTakenForNone() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        Path log = AuditKeys.init(settings, InstantSource.system()).directory();
        Files.delete(log.resolve(LogFiles.LOG_JSON));
        Files.createSymbolicLink(log.resolve(LogFiles.LOG_JSON), Path.of(LogFiles.LOG_JSON));

        assertThatThrownBy(() -> AuditKeys.init(settings, InstantSource.system()))
                .isInstanceOf(AuditRefusesToStart.class)
                .hasMessageContaining(LogFiles.LOG_JSON);
        try (var logs = Files.list(settings.directory())) {
            assertThat(logs).containsExactly(log);
        }
    }

    @Test
    void whatElseStandsBesideALogIsNone() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        LogAddress first = AuditKeys.init(settings, InstantSource.system());
        Files.writeString(settings.directory().resolve("notes.txt"), "a file");
        Files.createDirectory(settings.directory().resolve("lost+found"));

        assertThat(AuditKeys.init(settings, InstantSource.system())).isEqualTo(first);
    }

    @Test
    void thePublicHalfOfAKeyMadeElsewhereIsDerived() throws Exception {
        KeyPair made = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path pem = folder.resolve("made.pem");
        Files.writeString(
                pem,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getEncoder().encodeToString(made.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n",
                StandardCharsets.UTF_8);

        assertThat(KeyFiles.signingKey(pem).getPublic()).isEqualTo(made.getPublic());
    }

    @Test
    void anExistingLogIsNotGivenAnotherKey() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        TestAuditLog.in(folder).close();
        Files.delete(settings.signingKeyFile());

        assertRefused(settings, AuditRefusesToStart.UNREADABLE, "signing.pem");

        KeyFiles.createSigningKey(settings.signingKeyFile());
        assertRefused(settings, AuditRefusesToStart.FOREIGN, "is not the key of the log");
    }

    @Test
    void anExistingLogIsNotGivenAnotherSubjectKeyUnasked() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        TestAuditLog.in(folder).close();
        Files.delete(settings.subjectKeyFile());

        assertRefused(settings, AuditRefusesToStart.UNREADABLE, "audit-subject.key");
    }

    @Test
    void twoLogsInOneFolderAreRefused() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        TestAuditLog.in(folder).close();
        Path second = Files.createDirectory(settings.directory().resolve("20200101-00000000"));
        Files.writeString(second.resolve(LogFiles.LOG_JSON), "{}", StandardCharsets.UTF_8);

        assertRefused(settings, AuditRefusesToStart.UNREADABLE, "more than one log");
    }

    @Test
    void whatACrashDuringTheFirstStartLeftIsIgnored() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        Path left = Files.createDirectories(settings.directory().resolve(".20261121-00000000"));
        Files.writeString(left.resolve(LogFiles.LOG_JSON), "{", StandardCharsets.UTF_8);

        TestAuditLog.in(folder).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
                "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"
            })
    void aSigningKeyFileThatIsNoneIsRefusedByName(String content) throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        Files.createDirectories(settings.signingKeyFile().resolveSibling(""));
        Files.writeString(settings.signingKeyFile(), content, StandardCharsets.UTF_8);

        assertRefused(settings, AuditRefusesToStart.UNREADABLE, "signing.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "zz", "0123", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0"})
    void aSubjectKeyFileThatIsNoneIsRefusedByName(String content) throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        Files.createDirectories(settings.subjectKeyFile().resolveSibling(""));
        Files.writeString(settings.subjectKeyFile(), content, StandardCharsets.UTF_8);

        assertRefused(settings, AuditRefusesToStart.UNREADABLE, "audit-subject.key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a+b", "a\nb", "/a", "é"})
    void anOriginThatCouldNotNameAKeyIsRefused(String origin) {
        assertThatThrownBy(() -> AuditSettings.of(folder, origin, folder.resolve("k")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("audit.origin");
    }

    @Test
    void aFolderThatCannotBeMadeIsRefusedByName() throws IOException {
        Path file = folder.resolve("file");
        Files.createFile(file);
        AuditSettings settings = AuditSettings.of(file.resolve("audit"), "audit.test/gw", folder.resolve("keys/s.pem"));

        assertRefused(settings, AuditRefusesToStart.UNREADABLE, "file/audit");
    }

    private static void assertRefused(AuditSettings settings, int exitCode, String words) {
        assertThatThrownBy(() -> AuditLog.open(settings, InstantSource.system()))
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(exitCode))
                .hasMessageContaining(words);
    }
}
