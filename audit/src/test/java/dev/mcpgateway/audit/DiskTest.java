package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.testing.FaultyStorage;
import dev.mcpgateway.audit.testing.FaultyStorage.Operation;
import dev.mcpgateway.audit.testing.TestAuditLog;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Full and failing volumes: calls fail closed, and the next start finds everything that was acknowledged. */
@Timeout(60)
class DiskTest {
    private static final long MEBIBYTE = 1 << 20;

    @TempDir
    private Path folder;

    @Test
    void belowTheSoftMarkTheLogWarnsAndGoesOn() {
        try (TestAuditLog test = TestAuditLog.with(marks(10, MEBIBYTE), InstantSource.system())) {
            test.disk().volume(5 * MEBIBYTE, 100 * MEBIBYTE);
            Eventually.isTrue(() -> {
                test.log().refused(Samples.refusal("call-1"));
                return test.log().health().state() == AuditHealth.State.SOFT;
            });
            assertThat(test.log().health().reason()).contains("bytes free");
            assertThat(test.log().health().takesRecords()).isTrue();

            test.disk().volume(50 * MEBIBYTE, 100 * MEBIBYTE);
            Eventually.isTrue(() -> {
                test.log().refused(Samples.refusal("call-2"));
                return test.log().health().state() == AuditHealth.State.OPEN;
            });
        }
    }

    @Test
    void belowTheHardMarkTheLogFailsBeforeTheVolumeIsFull() {
        TestAuditLog test = TestAuditLog.with(marks(10, MEBIBYTE), InstantSource.system());
        test.disk().volume(MEBIBYTE - 1, 100 * MEBIBYTE);

        Eventually.isTrue(() -> {
            try {
                test.log().refused(Samples.refusal("call-1"));
                return false;
            } catch (AuditUnavailable e) {
                return e.reason() == AuditUnavailable.Reason.FAILED;
            }
        });
        assertThat(test.log().health().reason()).contains("hard mark");
        AuditLogTest.assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
        assertThat(test.verify().exitCode()).isZero();
    }

    @Test
    void aVolumeBelowTheHardMarkRefusesTheStart() {
        TestAuditLog.with(marks(10, 0), InstantSource.system()).close();

        assertThatThrownBy(() -> AuditLog.open(marks(10, MEBIBYTE), InstantSource.system(), real -> {
                    FaultyStorage disk = new FaultyStorage(real);
                    disk.volume(MEBIBYTE - 1, 100 * MEBIBYTE);
                    return disk;
                }))
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(AuditRefusesToStart.UNREADABLE))
                .hasMessageContaining("hard mark");
    }

    /** A full volume takes half of a batch: what was acknowledged before is kept, the half is cut off at the next start. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void aVolumeThatFailsAtAnyOperationLosesNothingAcknowledged(Operation operation) {
        List<String> acknowledged = new ArrayList<>();
        AuditSettings settings = Limits.checkpointEvery(Limits.segmentBytes(TestAuditLog.settings(folder), 4_000), 10);
        TestAuditLog test = TestAuditLog.with(settings, InstantSource.system());
        record(test, acknowledged, "before-", 6);
        test.disk().fail(operation, "No space left on device");
        record(test, acknowledged, "during-", 12);
        closeQuietly(test);

        try (TestAuditLog again = TestAuditLog.with(settings, InstantSource.system())) {
            assertThat(again.records().stream().map(found -> found.text("call")))
                    .containsAll(acknowledged);
            again.log().refused(Samples.refusal("after"));
            assertThat(again.verify().exitCode())
                    .as(again.verify().lines().toString())
                    .isZero();
        }
    }

    private static void record(TestAuditLog test, List<String> acknowledged, String name, int count) {
        for (int i = 0; i < count; i++) {
            try {
                test.log().refused(Samples.refusal(name + i));
                acknowledged.add(name + i);
            } catch (AuditUnavailable e) {
                assertThat(e.reason()).isEqualTo(AuditUnavailable.Reason.FAILED);
            }
        }
    }

    private static void closeQuietly(TestAuditLog test) {
        try {
            test.close();
        } catch (AuditUnavailable e) {
            assertThat(e.reason()).isEqualTo(AuditUnavailable.Reason.FAILED);
        }
    }

    private AuditSettings marks(int softFreePercent, long hardFreeBytes) {
        AuditSettings settings = TestAuditLog.settings(folder);
        AuditLimits now = settings.limits();
        return Limits.with(
                settings,
                new AuditLimits(
                        now.segments(),
                        now.batches(),
                        now.checkpoints(),
                        new AuditLimits.Volume(softFreePercent, hardFreeBytes),
                        now.queue(),
                        now.flood(),
                        now.heartbeatInterval(),
                        now.writeTimeout(),
                        now.clockJump()));
    }
}
