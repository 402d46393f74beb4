package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Refusals of unverified callers: the first ones are written, the rest is counted, none is lost. */
class FloodTest {
    private static final long SECOND = 1_000_000_000;

    @TempDir
    private Path folder;

    private final FloodGate gate = new FloodGate(AuditLimits.DEFAULTS);

    @Test
    void theFirstHundredOfAnAddressAndReasonAreWritten() {
        assertThat(admitted("192.0.2.1", "BadToken", 100)).isEqualTo(100);
        assertThat(admitted("192.0.2.1", "BadToken", 1)).isZero();
        assertThat(admitted("192.0.2.1", "NoToken", 100)).isEqualTo(100);
        assertThat(admitted("192.0.2.2", "BadToken", 100)).isEqualTo(100);
        assertThat(gate.summarised()).isEqualTo(1);
    }

    @Test
    void theRestIsOneSummaryWhenTheWindowEnds() {
        admitted("192.0.2.1", "BadToken", 4_811);

        assertThat(gate.due(9 * SECOND)).isEmpty();
        assertThat(gate.due(10 * SECOND)).containsExactly(new FloodGate.Summary("192.0.2.1", "BadToken", 4_711, 7, 7));
        assertThat(gate.due(20 * SECOND)).isEmpty();
        assertThat(gate.admits("192.0.2.1", "BadToken", 21 * SECOND, 8)).isTrue();
    }

    @Test
    void aWindowWithoutAnExcessHasNoSummary() {
        admitted("192.0.2.1", "BadToken", 100);

        assertThat(gate.due(10 * SECOND)).isEmpty();
    }

    @Test
    void moreAddressesThanAreCountedApartAreCountedTogether() {
        int most = AuditLimits.DEFAULTS.flood().keysMax();
        for (int i = 0; i < most; i++) {
            assertThat(gate.admits("10." + i, "BadToken", 0, 7)).isTrue();
        }

        assertThat(gate.admits("198.51.100.1", "BadToken", 0, 7)).isFalse();
        assertThat(gate.admits("198.51.100.2", "BadToken", 0, 7)).isFalse();
        assertThat(gate.admits("10.0", "BadToken", 0, 7)).isTrue();

        assertThat(gate.all()).containsExactly(new FloodGate.Summary("", "BadToken", 2, 7, 7));
    }

    @Test
    void aVerifiedCallerHasARecordForEveryRefusal() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            for (int i = 0; i < 150; i++) {
                test.log().refused(Samples.refusal("call-" + i));
            }
            assertThat(test.events().stream().filter("tool.call.denied"::equals))
                    .hasSize(150);
        }
    }

    @Test
    void aFloodIsAHundredRecordsAndACountEvenWhenTheLogIsClosedAtOnce() {
        TestAuditLog test = TestAuditLog.with(TestAuditLog.settings(folder), InstantSource.system());
        for (int i = 0; i < 1_000; i++) {
            test.log().refused(Samples.unverified("call-" + i, "192.0.2.7"));
        }
        assertThat(test.log().metrics().summarisedRefusals()).isGreaterThanOrEqualTo(800);
        test.close();

        List<AuditRecord> denied = new ArrayList<>(test.records());
        denied.removeIf(found -> !found.text("ev").equals("auth.denied"));
        long written = denied.stream()
                .filter(found -> found.text("detail.count").isEmpty())
                .count();
        long counted = denied.stream()
                .filter(found -> !found.text("detail.count").isEmpty())
                .mapToLong(found -> Long.parseLong(found.text("detail.count")))
                .sum();
        assertThat(written + counted).isEqualTo(1_000);
        assertThat(written).isLessThanOrEqualTo(200);
    }

    @Test
    void theWriterWritesTheSummaryWhenItsTimeHasCome() throws IOException {
        MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20)).open();
        for (int i = 0; i < 130; i++) {
            log.flood().admits("192.0.2.7", "BadToken", log.nanos, Rfc3339.micros(log.now));
        }
        log.pass(Duration.ofSeconds(11)).write();

        assertThat(log.lines().getLast()).contains("auth.denied", "192.0.2.7", "\"count\":30");
    }

    private int admitted(String ip, String reason, int refusals) {
        int admitted = 0;
        for (int i = 0; i < refusals; i++) {
            admitted += gate.admits(ip, reason, 0, 7) ? 1 : 0;
        }
        return admitted;
    }
}
