package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One writer per log, whatever happens to the lock file. */
@Timeout(120)
class LockTest {
    @TempDir
    private Path folder;

    @Test
    void aSecondWriterInTheSameProcessIsRefusedAndTheFirstGoesOn() {
        try (TestAuditLog first = TestAuditLog.in(folder)) {
            assertInUse("this process");

            first.log().refused(Samples.refusal("call-1"));
            assertThat(first.log().health().state()).isEqualTo(AuditHealth.State.OPEN);
        }
        TestAuditLog.in(folder).close();
    }

    @Test
    void aSecondWriterInAnotherProcessIsRefusedAndToldWhoHasTheLock() throws Exception {
        TestAuditLog.in(folder).close();
        Process other = other("hold");
        try (var answers = other.inputReader(StandardCharsets.UTF_8)) {
            assertThat(answers.readLine()).isEqualTo("holding");

            assertInUse("pid " + other.pid());
        } finally {
            other.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
        TestAuditLog.in(folder).close();
    }

    @Test
    void theLockIsStillHeldAfterARefusedSecondWriterInTheSameProcess() throws Exception {
        try (TestAuditLog first = TestAuditLog.in(folder)) {
            assertInUse("this process");
            Process other = other("try");
            try (var answers = other.inputReader(StandardCharsets.UTF_8)) {
                assertThat(answers.readLine())
                        .contains("in use by pid " + ProcessHandle.current().pid());
            }
            assertThat(first.log().health().state()).isEqualTo(AuditHealth.State.OPEN);
        }
    }

    /** Starts {@link OtherProcess} on this log. */
    private Process other(String command) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", "")
                                + ":target/classes:target/test-classes",
                        OtherProcess.class.getName(),
                        command,
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void aWriterWhoseLockFileIsRemovedFails() throws IOException {
        TestAuditLog test = TestAuditLog.in(folder);
        Files.delete(test.directory().resolve(LogFiles.LOCK));

        assertFailsSoon(test);
    }

    @Test
    void aWriterWhoseLockFileIsReplacedFails() throws IOException {
        TestAuditLog test = TestAuditLog.in(folder);
        Path lock = test.directory().resolve(LogFiles.LOCK);
        Files.move(lock, lock.resolveSibling("LOCK.old"));
        Files.createFile(lock);

        assertFailsSoon(test);
    }

    private static void assertFailsSoon(TestAuditLog test) {
        Eventually.isTrue(() -> {
            try {
                test.log().refused(Samples.refusal("call-1"));
                return false;
            } catch (AuditUnavailable e) {
                return true;
            }
        });
        assertThat(test.log().health().state()).isEqualTo(AuditHealth.State.FAILED);
        assertThat(test.log().health().reason()).contains("LOCK");
        AuditLogTest.assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
    }

    @Test
    void aStartWithoutALockFileIsRefusedUntilSomebodyMakesSure() throws IOException {
        TestAuditLog test = TestAuditLog.in(folder);
        Path lock = test.directory().resolve(LogFiles.LOCK);
        test.close();
        Files.delete(lock);

        assertThatThrownBy(() -> TestAuditLog.in(folder))
                .isInstanceOf(AuditRefusesToStart.class)
                .hasMessageContaining("create an empty file");

        Files.createFile(lock);
        TestAuditLog.in(folder).close();
    }

    @Test
    void sealedSegmentsCannotBeWrittenByAccident() throws IOException {
        AuditSettings settings = Limits.segmentBytes(TestAuditLog.settings(folder), 3_000);
        TestAuditLog test = TestAuditLog.with(settings, InstantSource.system());
        for (int i = 0; i < 8; i++) {
            test.log().refused(Samples.refusal("call-" + i));
        }
        test.close();

        Path first = test.directory().resolve(LogFiles.records(0));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
                .isEqualTo("r--r-----");
        assertThat(test.directory().resolve(LogFiles.seal(0))).exists();
        assertThat(test.verify().exitCode())
                .as(test.verify().lines().toString())
                .isZero();
    }

    private void assertInUse(String holder) {
        assertThatThrownBy(() -> TestAuditLog.in(folder))
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(AuditRefusesToStart.UNREADABLE))
                .hasMessageContainingAll(List.of("in use by", holder).toArray(String[]::new));
    }
}
