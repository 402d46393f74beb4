package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wall clocks that lie: the order of the log never depends on them, and the log says when they jumped. */
class ClockTest {
    /** A thread that is still busy with the checkpoint before. */
    private static final CheckpointSink NEVER_READY = new CheckpointSink() {
        @Override
        public boolean checkpoint(TreeHead head, long micros) {
            return false;
        }

        @Override
        public void seal(FinishedSegment segment, long micros) {}
    };

    private final MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20));

    static Stream<Duration> jumps() {
        return Stream.of(
                Duration.ofHours(1),
                Duration.ofHours(-1),
                Duration.ofDays(3_652),
                Duration.ofDays(-3_652),
                Duration.ofSeconds(3),
                Duration.ofSeconds(-3));
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void aJumpIsRecordedAndTheLogStaysWhole(Duration jump) throws IOException {
        log.open().calls("a", 2);
        log.now = log.now.plus(jump);
        log.calls("b", 2).close();

        String clock = log.lines().stream()
                .filter(line -> line.contains("log.clock"))
                .findFirst()
                .orElseThrow();
        assertThat(clock).contains("\"jump_ms\":" + jump.toMillis());
        assertThat(times()).isSorted();
        assertThat(log.verify().exitCode()).as(log.verify().lines().toString()).isZero();
    }

    @Test
    void aLeapSecondIsNoJump() throws IOException {
        log.open().calls("a", 1);
        log.now = log.now.plusSeconds(1);
        log.calls("b", 1).close();

        assertThat(log.events()).doesNotContain("log.clock");
    }

    @Test
    void aClockThatStandsStillIsRecordedAndKeepsTheOrder() throws IOException {
        log.open();
        Instant frozen = log.now;
        for (int i = 0; i < 5; i++) {
            log.pass(Duration.ofSeconds(10));
            log.now = frozen;
            log.calls("a" + i, 1);
        }
        log.close();

        assertThat(log.events()).contains("log.clock");
        assertThat(log.verify().exitCode()).as(log.verify().lines().toString()).isZero();
    }

    @Test
    void aProcessThatStartsWithAnEarlierClockKeepsTheOrder() throws IOException {
        log.open().calls("a", 1).close();
        log.now = log.now.minus(Duration.ofDays(400));
        log.open().calls("b", 1).close();

        assertThat(times()).isSorted();
        assertThat(log.lines().getLast()).contains("\"time\":\"2025-");
        assertThat(log.verify().exitCode()).as(log.verify().lines().toString()).isZero();
    }

    @Test
    void aCheckpointIsNotLateForTheTimeThatTheProcessWasPaused() throws IOException {
        log.open().calls("a", 1);
        log.core().signWith(NEVER_READY);
        log.pass(Duration.ofSeconds(2)).write(log.intent("before"));

        log.pass(Duration.ofHours(1)).write(log.intent("after"));
        log.pass(Duration.ofSeconds(20)).write(log.intent("soon"));

        assertThatThrownBy(() -> log.pass(Duration.ofSeconds(20)).write(log.intent("late")))
                .hasMessageContaining("checkpoint takes longer");
    }

    @Test
    void aCheckpointIsLateAlsoWhereOneIsSeldomAskedFor() throws IOException {
        AuditLimits often = MemoryLog.limits(1 << 20);
        MemoryLog seldom = MemoryLog.fresh(new AuditLimits(
                often.segments(),
                often.batches(),
                new AuditLimits.Checkpoints(
                        often.writeTimeout().multipliedBy(2),
                        often.checkpoints().recordsMax()),
                often.volume(),
                often.queue(),
                often.flood(),
                often.heartbeatInterval(),
                often.writeTimeout(),
                often.clockJump()));
        seldom.open();
        seldom.core().signWith(NEVER_READY);

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 3; i++) {
                        seldom.pass(often.writeTimeout().multipliedBy(2)).write(seldom.intent("late" + i));
                    }
                })
                .hasMessageContaining("checkpoint takes longer");
    }

    private List<String> times() throws IOException {
        return log.lines().stream()
                .map(line -> line.substring(line.indexOf("\"ts\":\"") + 6).substring(0, Rfc3339.BYTES))
                .toList();
    }
}
