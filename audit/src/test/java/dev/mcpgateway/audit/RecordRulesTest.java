package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What must hold between records even when every hash and signature is right: a writer with a bug, or a thief of the key,
 * is found by what the records say.
 */
class RecordRulesTest {
    private final MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20));

    @Test
    void anOutcomeWithoutItsIntentIsAltered() throws Exception {
        log.open().calls("a", 2).close();
        rewritten("\"parent\":3", "\"parent\":1");

        assertAltered("ends a call, but record 1 is no open intent");
    }

    @Test
    void anOutcomeOfAnotherCallIsAltered() throws Exception {
        log.open().calls("a", 1).close();
        ForgeryTest.alter(
                log.storage,
                line -> line.contains(".outcome") ? line.replace("\"call\":\"a0\"", "\"call\":\"b0\"") : line);
        ForgeryTest.resign(log.storage, log.signer);

        assertAltered("record 2", "is no open intent of that call");
    }

    @Test
    void aReopenedLogThatForgetsAnOpenCallIsAltered() throws Exception {
        log.open().calls("a", 1);
        log.write(log.intent("open"));
        log.storage.restart();
        log.open().close();
        ForgeryTest.alter(log.storage, line -> line.replace("tool.call.unresolved", "tool.call.nothing"));
        ForgeryTest.resign(log.storage, log.signer);

        assertAltered("1 calls have neither outcome nor unresolved record");
    }

    @Test
    void aRecordOlderThanTheOneBeforeIsAltered() throws Exception {
        log.open().calls("a", 2).close();
        rewritten("\"seq\":4,\"b\":5,\"bn\":1,\"ts\":\"2026", "\"seq\":4,\"b\":5,\"bn\":1,\"ts\":\"2025");

        assertAltered("record 4", "older than the record before");
    }

    @Test
    void anotherLogJsonIsAltered() throws Exception {
        log.open().calls("a", 1).close();
        log.storage.overwrite(LogFiles.LOG_JSON, LogIdentity.encode("20261121-00000001", MemoryLog.ORIGIN, 1_000_000));

        assertAltered("record 0", "another log.json");
    }

    @Test
    void aLogThatDoesNotBeginWithItsOpeningIsAltered() throws Exception {
        log.open().close();
        rewritten("log.opened", "log.openly");

        assertAltered("record 0", "not log.opened");
    }

    @Test
    void aSegmentThatEndsWithTheFirstRecordAfterADowntimeIsNoGap() throws Exception {
        MemoryLog full = MemoryLog.fresh(MemoryLog.limits(1));
        full.open().calls("a", 1);
        full.storage.restart();
        full.pass(Duration.ofMinutes(30)).open().close();

        assertThat(full.events()).containsSubsequence("tool.call.outcome", "log.sealed", "log.opened");
        assertThat(full.verify().exitCode())
                .as(full.verify().lines().toString())
                .isZero();
        assertThat(full.verify().lines()).anyMatch(line -> line.contains("down without having been closed"));
    }

    @Test
    void silenceWithoutHeartbeatsIsAGap() throws Exception {
        log.open().calls("a", 1);
        log.now = log.now.plus(Duration.ofMinutes(30));
        log.write(log.intent("late")).close();
        rewritten("log.clock", "log.cluck");

        VerifyReport report = log.verify();
        assertThat(report.exitCode()).isEqualTo(VerifyReport.UNANCHORED);
        assertThat(report.lines().getFirst()).contains("no heartbeat from");
    }

    @Test
    void heartbeatsFillTheSilence() throws IOException {
        log.open();
        for (int minute = 0; minute < 30; minute++) {
            log.pass(Duration.ofMinutes(1)).write();
        }
        log.close();

        assertThat(log.events().stream().filter("log.heartbeat"::equals)).hasSize(30);
        assertThat(log.verify().exitCode()).as(log.verify().lines().toString()).isZero();
    }

    @Test
    void timeWhileTheLogWasDownIsSaidAndNoGap() throws IOException {
        log.open().calls("a", 1).close().pass(Duration.ofDays(2)).open();
        log.storage.restart();
        log.pass(Duration.ofDays(3)).open().close();

        VerifyReport report = log.verify();
        assertThat(report.exitCode()).as(report.lines().toString()).isZero();
        assertThat(report.lines()).anyMatch(line -> line.startsWith("the log was closed from"));
        assertThat(report.lines())
                .anyMatch(line -> line.startsWith("the log was down without having been closed from"));
    }

    private void rewritten(String from, String to) throws IOException, GeneralSecurityException {
        ForgeryTest.alter(log.storage, line -> line.replace(from, to));
        ForgeryTest.resign(log.storage, log.signer);
    }

    private void assertAltered(String... words) {
        VerifyReport report = log.verify();
        assertThat(report.exitCode()).as(report.lines().toString()).isEqualTo(VerifyReport.ALTERED);
        assertThat(report.lines().getFirst()).contains(words);
    }
}
