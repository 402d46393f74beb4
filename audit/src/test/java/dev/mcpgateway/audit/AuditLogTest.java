package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.testing.FaultyStorage;
import dev.mcpgateway.audit.testing.FaultyStorage.Operation;
import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a caller of the log may rely on. */
@Timeout(60)
class AuditLogTest {
    @TempDir
    private Path folder;

    @Test
    void aCallIsAnIntentAndAnOutcomeThatNamesIt() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            try (AuditTicket ticket = test.log().open(Samples.call("call-1"))) {
                assertThat(ticket.callId()).isEqualTo("call-1");
                ticket.finish(Samples.outcome());
            }

            AuditRecord intent = test.records().get(1);
            AuditRecord outcome = test.records().get(2);
            assertThat(intent.text("ev")).isEqualTo("tool.call.intent");
            assertThat(outcome.text("ev")).isEqualTo("tool.call.outcome");
            assertThat(outcome.text("parent")).isEqualTo(Long.toString(intent.seq()));
            assertThat(outcome.text("call")).isEqualTo("call-1");
            assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        }
    }

    @Test
    void anIntentIsOnDiskBeforeItsTicketIsGivenOut() throws InterruptedException {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            AtomicBoolean given = new AtomicBoolean();
            FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);

            Thread caller = Thread.ofVirtual().start(() -> {
                test.log().open(Samples.call("call-1"));
                given.set(true);
            });
            sync.awaitReached();
            assertThat(given).isFalse();

            sync.release();
            caller.join();
            assertThat(given).isTrue();
        }
    }

    @Test
    void aStrictOutcomeIsOnDiskBeforeFinishReturns() throws InterruptedException {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            AuditTicket ticket = test.log().open(Samples.call("call-1", Durability.STRICT));
            AtomicBoolean finished = new AtomicBoolean();
            FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);

            Thread caller = Thread.ofVirtual().start(() -> {
                ticket.finish(Samples.outcome());
                finished.set(true);
            });
            sync.awaitReached();
            assertThat(finished).isFalse();

            sync.release();
            caller.join();
            assertThat(test.events()).endsWith("tool.call.outcome");
        }
    }

    @Test
    void anIntentOutcomeIsQueuedWithoutWaitingForTheDisk() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            AuditTicket ticket = test.log().open(Samples.call("call-1", Durability.INTENT));
            FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);

            ticket.finish(Samples.outcome());

            sync.awaitReached();
            sync.release();
            Eventually.isTrue(() -> test.events().contains("tool.call.outcome"));
        }
    }

    @Test
    void aRefusalAndAnEventAreOnDiskBeforeTheCallReturns() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            test.log().refused(Samples.refusal("call-1"));
            assertThat(test.events()).endsWith("tool.call.denied");

            test.log()
                    .append(new AuditEvent.PolicyChanged(
                            Actor.NONE, Source.NONE, "ops", List.of("anna", "ben"), "", "cd".repeat(32), ""));
            assertThat(test.events()).endsWith("policy.changed");
        }
    }

    @Test
    void anAsynchronousEventIsWrittenSoonAndCountedMeanwhile() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);
            test.log().appendAsync(new AuditEvent.SessionClosed(Samples.ACTOR, Samples.SOURCE, Samples.MCP, "expired"));
            sync.awaitReached();
            assertThat(test.log().health().queuedRecords()).isEqualTo(1);

            sync.release();
            Eventually.isTrue(() -> test.events().contains("session.closed"));
        }
    }

    @Test
    void aTicketClosedWithoutAnOutcomeIsRecordedAsAborted() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            assertThatThrownBy(() -> {
                        try (AuditTicket ticket = test.log().open(Samples.call("call-1"))) {
                            throw new IllegalArgumentException("a bug after call " + ticket.callId());
                        }
                    })
                    .hasMessageContaining("a bug");

            assertThat(test.records().getLast().text("outcome.status")).isEqualTo("aborted");
        }
    }

    @Test
    void aTicketHasOneOutcome() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            AuditTicket ticket = test.log().open(Samples.call("call-1"));
            ticket.finish(Samples.outcome());

            assertThatThrownBy(() -> ticket.finish(Samples.outcome())).isInstanceOf(IllegalStateException.class);
            ticket.close();

            assertThat(test.events()).containsExactly("log.opened", "tool.call.intent", "tool.call.outcome");
        }
    }

    @Test
    void noSecretAndNoPlainSubjectIsInAnyFile() throws IOException {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            Actor actor = new Actor("https://id.example/", "canary-subject", "app", List.of(), "canary-jti", "acme");
            McpExchange mcp = new McpExchange("2025-11-25", "tools/call", "1", "canary-session", "streamable_http");
            CallOpened plain = Samples.call("call-1");
            CallOpened call = new CallOpened(
                    plain.callId(),
                    plain.kind(),
                    plain.durability(),
                    actor,
                    plain.agent(),
                    plain.source(),
                    mcp,
                    plain.trace(),
                    plain.tool(),
                    plain.policy(),
                    plain.decision(),
                    plain.arguments());
            ScreenRecord.Finding finding =
                    new ScreenRecord.Finding("SEC-01", 1, "text", "/content/0", 0, 11, "canary-span");
            ScreenRecord screen = new ScreenRecord(
                    List.of(),
                    "enforce",
                    "hit",
                    "block",
                    "",
                    List.of(finding),
                    new ScreenRecord.Coverage(1, 11, 0, false));
            try (AuditTicket ticket = test.log().open(call)) {
                ticket.finish(new CallOutcome(
                        CallStatus.SCREENED, "screened", 200, 1, 1, 1, PayloadSize.NONE, screen, List.of()));
            }
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("canary");
            }
        }
    }

    @Test
    void aRecordThatIsTooLargeRefusesItsCallAndNothingElse() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            List<ScreenRecord.Finding> findings = new ArrayList<>();
            for (int i = 0; i < RecordParts.LIST_ENTRIES_MAX; i++) {
                findings.add(new ScreenRecord.Finding("R".repeat(900), 1, "text", "/".repeat(900), 0, 1, "x"));
            }
            CallOutcome huge = new CallOutcome(
                    CallStatus.OK,
                    "",
                    200,
                    1,
                    1,
                    1,
                    PayloadSize.NONE,
                    new ScreenRecord(List.of(), "", "", "", "", findings, new ScreenRecord.Coverage(1, 1, 0, false)),
                    List.of());
            AuditTicket ticket = test.log().open(Samples.call("call-1"));

            assertThatThrownBy(() -> ticket.finish(huge))
                    .isInstanceOfSatisfying(
                            AuditUnavailable.class,
                            refused ->
                                    assertThat(refused.reason()).isEqualTo(AuditUnavailable.Reason.RECORD_TOO_LARGE));

            ticket.close();
            assertThat(test.records().getLast().text("outcome.status")).isEqualTo("aborted");
            assertThat(test.log().health().state()).isEqualTo(AuditHealth.State.OPEN);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"WRITE", "SYNC"})
    void afterTheFirstErrorNothingIsAcknowledgedAnyMore(Operation operation) {
        TestAuditLog test = TestAuditLog.in(folder);
        test.disk().fail(operation, "Input/output error");

        assertUnavailable(() -> test.log().open(Samples.call("call-1")), AuditUnavailable.Reason.FAILED);
        test.disk().heal();
        assertUnavailable(() -> test.log().open(Samples.call("call-2")), AuditUnavailable.Reason.FAILED);
        assertUnavailable(() -> test.log().refused(Samples.refusal("call-3")), AuditUnavailable.Reason.FAILED);
        assertUnavailable(
                () -> test.log().refused(Samples.unverified("call-4", "192.0.2.1")), AuditUnavailable.Reason.FAILED);

        assertThat(test.log().health().state()).isEqualTo(AuditHealth.State.FAILED);
        assertThat(test.log().health().reason()).contains("Input/output error");
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
    }

    @Test
    void anOutcomeThatCannotBeWrittenWithholdsTheResultAndTheCallIsUnresolvedLater() {
        TestAuditLog test = TestAuditLog.in(folder);
        AuditTicket ticket = test.log().open(Samples.call("call-1"));
        test.disk().fail(Operation.SYNC, "Input/output error");
        assertUnavailable(() -> ticket.finish(Samples.outcome()), AuditUnavailable.Reason.FAILED);
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);

        try (TestAuditLog again = TestAuditLog.in(folder)) {
            assertThat(again.events()).contains("tool.call.intent");
            assertThat(again.events()).containsAnyOf("tool.call.unresolved", "tool.call.outcome");
            assertThat(again.verify().exitCode())
                    .as(again.verify().lines().toString())
                    .isZero();
        }
    }

    @Test
    void aFailedCheckpointFailsTheLog() {
        TestAuditLog test =
                TestAuditLog.with(Limits.checkpointEvery(TestAuditLog.settings(folder), 20), InstantSource.system());
        test.disk().fail(Operation.RENAME, "Input/output error");
        test.log().refused(Samples.refusal("call-1"));

        Eventually.isTrue(() -> test.log().health().state() == AuditHealth.State.FAILED);
        assertUnavailable(() -> test.log().open(Samples.call("call-2")), AuditUnavailable.Reason.FAILED);
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
    }

    @Test
    void aLastCheckpointThatCannotBeMadeFailsTheLog() {
        TestAuditLog test = TestAuditLog.in(folder);
        test.log().refused(Samples.refusal("call-1"));
        test.disk().fail(Operation.RENAME, "No space left on device");

        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);

        assertThat(test.log().health().reason()).contains("No space left on device");
        assertGoesOn();
    }

    @Test
    void aCheckpointThatFailsBehindTheLastRecordIsNotSignedASecondTime() throws InterruptedException {
        AuditSettings settings = Limits.checkpointEvery(TestAuditLog.settings(folder), 1);
        TestAuditLog test = TestAuditLog.with(settings, InstantSource.system());
        test.log().refused(Samples.refusal("call-1"));
        Eventually.isTrue(() -> test.log().metrics().uncheckpointedRecords() == 0);
        Thread.sleep(10);
        FaultyStorage.Hold rename = test.disk().hold(Operation.RENAME);
        AtomicBoolean failed = new AtomicBoolean();
        Thread closing = Thread.ofPlatform().start(() -> {
            assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
            failed.set(true);
        });
        rename.awaitReached();
        Eventually.isTrue(() -> test.log().health().reason().equals("the log was closed"));

        test.disk().fail(Operation.RENAME, "No space left on device");
        rename.release();
        closing.join();

        assertThat(failed).isTrue();
        assertGoesOn();
    }

    private void assertGoesOn() {
        try (TestAuditLog again = TestAuditLog.in(folder)) {
            again.log().refused(Samples.refusal("call-2"));
            assertThat(again.verify().exitCode())
                    .as(again.verify().lines().toString())
                    .isZero();
        }
    }

    @Test
    void aDiskThatHangsFailsTheLogAndFreesItsCallers() {
        TestAuditLog test =
                TestAuditLog.with(Limits.writeTimeout(TestAuditLog.settings(folder), 300), InstantSource.system());
        FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);

        assertUnavailable(() -> test.log().open(Samples.call("call-1")), AuditUnavailable.Reason.FAILED);
        assertThat(test.log().health().reason()).contains("longer than");

        sync.release();
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
    }

    @Test
    void aDiskThatHangsInACheckpointAndThenInARecordFreesItsCallersToo() {
        AuditSettings settings = Limits.checkpointEvery(Limits.writeTimeout(TestAuditLog.settings(folder), 300), 20);
        TestAuditLog test = TestAuditLog.with(settings, InstantSource.system());
        FaultyStorage.Hold rename = test.disk().hold(Operation.RENAME);
        test.log().refused(Samples.refusal("call-1"));
        rename.awaitReached();
        FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);

        assertUnavailable(() -> test.log().refused(Samples.refusal("call-2")), AuditUnavailable.Reason.FAILED);
        assertThat(test.log().health().reason()).contains("longer than");

        rename.release();
        sync.release();
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
    }

    @Test
    void aDiskThatHangsInTheLeafHashesFreesItsCallersToo() {
        AuditSettings settings = Limits.checkpointEvery(Limits.writeTimeout(TestAuditLog.settings(folder), 300), 20);
        TestAuditLog test = TestAuditLog.with(settings, InstantSource.system());
        FaultyStorage.Hold leaves = test.disk().hold(Operation.WRITE, ".leaf");
        test.log().refused(Samples.refusal("call-1"));
        leaves.awaitReached();

        assertUnavailable(() -> test.log().refused(Samples.refusal("call-2")), AuditUnavailable.Reason.FAILED);
        assertThat(test.log().health().reason()).contains("longer than");

        leaves.release();
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
    }

    @Test
    void aCheckpointThatHangsFailsTheLog() {
        AuditSettings settings = Limits.checkpointEvery(Limits.writeTimeout(TestAuditLog.settings(folder), 300), 20);
        TestAuditLog test = TestAuditLog.with(settings, InstantSource.system());
        FaultyStorage.Hold rename = test.disk().hold(Operation.RENAME);

        Eventually.isTrue(() -> {
            try {
                test.log().refused(Samples.refusal("call-1"));
                return false;
            } catch (AuditUnavailable e) {
                return true;
            }
        });
        assertThat(test.log().health().reason()).contains("checkpoint takes longer");

        rename.release();
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);
    }

    @Test
    void theLastRecordsAreSignedEvenIfACheckpointWasBeingMadeWhenTheyCame() {
        AuditSettings settings = Limits.checkpointEvery(TestAuditLog.settings(folder), 20);
        try (TestAuditLog test = TestAuditLog.with(settings, InstantSource.system())) {
            FaultyStorage.Hold rename = test.disk().hold(Operation.RENAME);
            test.log().refused(Samples.refusal("call-1"));
            rename.awaitReached();
            test.log().refused(Samples.refusal("call-2"));
            Eventually.isTrue(() -> test.log().metrics().uncheckpointedRecords() == 2);

            rename.release();

            Eventually.isTrue(() -> test.log().metrics().uncheckpointedRecords() == 0);
        }
    }

    @Test
    void aRecordOfExactlyTheLimitIsTakenAndOneByteMoreIsNot() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            int room = RecordLine.BYTES_MAX - (SegmentWriter.lineBytesMax(0) - 1);
            int last = 1 + room - middleBytes(rejected(1));

            test.log().append(rejected(last - 1));
            test.log().append(rejected(last));
            assertUnavailable(() -> test.log().append(rejected(last + 1)), AuditUnavailable.Reason.RECORD_TOO_LARGE);

            assertThat(test.events()).containsExactly("log.opened", "policy.rejected", "policy.rejected");
            assertThat(test.records().getLast().json().length()).isLessThanOrEqualTo(RecordLine.BYTES_MAX);
            assertThat(test.verify().exitCode()).isZero();
        }
    }

    private static AuditEvent rejected(int lastBytes) {
        List<String> problems = new ArrayList<>(Collections.nCopies(63, "p".repeat(1_020)));
        problems.add("q".repeat(lastBytes));
        return new AuditEvent.PolicyRejected(Actor.NONE, Source.NONE, "ops", "", problems);
    }

    private static int middleBytes(AuditEvent event) {
        return new EventEncoding(new RecordIds(0), new Pseudonyms(new byte[32]))
                .event(event, 0)
                .length();
    }

    @Test
    void aClosedLogTakesNothing() {
        TestAuditLog test = TestAuditLog.in(folder);
        AuditTicket open = test.log().open(Samples.call("call-1"));
        test.close();

        assertUnavailable(() -> test.log().open(Samples.call("call-2")), AuditUnavailable.Reason.CLOSED);
        assertUnavailable(() -> test.log().refused(Samples.refusal("call-3")), AuditUnavailable.Reason.CLOSED);
        assertUnavailable(() -> open.finish(Samples.outcome()), AuditUnavailable.Reason.CLOSED);
        test.close();
        assertThat(test.log().health().state()).isEqualTo(AuditHealth.State.CLOSED);
    }

    @Test
    void closingEndsOpenCallsAndCoversEverythingWithACheckpoint() {
        TestAuditLog test = TestAuditLog.in(folder);
        test.log().open(Samples.call("call-1"));
        test.close();

        assertThat(test.events())
                .containsExactly("log.opened", "tool.call.intent", "tool.call.unresolved", "log.closed");
        VerifyReport report = test.verify();
        assertThat(report.exitCode()).as(report.lines().toString()).isZero();
        assertThat(report.provenRecords()).isEqualTo(4);
    }

    @Test
    void closingWritesWhatWasQueued() {
        TestAuditLog test = TestAuditLog.in(folder);
        for (int i = 0; i < 500; i++) {
            test.log().appendAsync(new AuditEvent.SessionClosed(Samples.ACTOR, Samples.SOURCE, Samples.MCP, "n" + i));
        }
        test.close();

        assertThat(test.events().stream().filter("session.closed"::equals)).hasSize(500);
    }

    @Test
    void manyCallersAtOnceGetOneRecordEachWithoutAGap() throws InterruptedException {
        TestAuditLog test = TestAuditLog.in(folder);
        Set<Long> numbers = ConcurrentHashMap.newKeySet();
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 64; caller++) {
            String name = "caller-" + caller + "-";
            callers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 25; i++) {
                    try (AuditTicket ticket = test.log().open(Samples.call(name + i))) {
                        numbers.add(ticket.seq());
                        ticket.finish(Samples.outcome());
                    }
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        AuditMetrics metrics = test.log().metrics();
        test.close();

        assertThat(numbers).hasSize(64 * 25);
        assertThat(test.records().stream().map(AuditRecord::seq))
                .containsExactlyElementsOf(
                        LongStream.range(0, 2 * 64 * 25 + 2).boxed().toList());
        assertThat(metrics.batches()).isLessThan(metrics.records());
        assertThat(test.verify().exitCode())
                .as(test.verify().lines().toString())
                .isZero();
    }

    @Test
    void aFailureInTheMiddleOfACrowdRefusesEverybodyWhoWasNotAcknowledged() throws InterruptedException {
        TestAuditLog test = TestAuditLog.in(folder);
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        CountDownLatch running = new CountDownLatch(200);
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 32; caller++) {
            String name = "caller-" + caller + "-";
            callers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 100_000; i++) {
                    try {
                        test.log().refused(Samples.refusal(name + i));
                        acknowledged.add(name + i);
                        running.countDown();
                    } catch (AuditUnavailable e) {
                        return;
                    }
                }
            }));
        }
        running.await();
        test.disk().fail(Operation.SYNC, "Input/output error");
        for (Thread caller : callers) {
            caller.join();
        }
        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);

        try (TestAuditLog again = TestAuditLog.in(folder)) {
            assertThat(again.records().stream().map(found -> found.text("call")))
                    .containsAll(acknowledged);
            assertThat(again.verify().exitCode()).isZero();
        }
    }

    @Test
    void anInterruptDoesNotEndTheWaitAndIsNotForgotten() throws InterruptedException {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);
            AtomicBoolean interruptedAfter = new AtomicBoolean();
            Thread caller = Thread.ofVirtual().start(() -> {
                AuditTicket ticket = test.log().open(Samples.call("call-1"));
                interruptedAfter.set(Thread.currentThread().isInterrupted());
                ticket.finish(Samples.outcome());
            });
            sync.awaitReached();
            caller.interrupt();
            sync.release();
            caller.join();

            assertThat(interruptedAfter).isTrue();
            assertThat(test.events()).endsWith("tool.call.intent", "tool.call.outcome");
        }
    }

    @Test
    void anInterruptDoesNotKeepTheEndFromBeingRecordedAndIsNotForgotten() {
        TestAuditLog test = TestAuditLog.in(folder);
        test.log().refused(Samples.refusal("call-1"));

        Thread.currentThread().interrupt();
        test.close();

        assertThat(Thread.interrupted()).isTrue();
        VerifyReport report = test.verify();
        assertThat(report.exitCode()).as(report.lines().toString()).isZero();
        assertThat(report.provenRecords()).isEqualTo(3);
    }

    @Test
    void aDiskThatHangsInTheLastCheckpointDoesNotHoldTheProcess() throws InterruptedException {
        TestAuditLog test =
                TestAuditLog.with(Limits.writeTimeout(TestAuditLog.settings(folder), 300), InstantSource.system());
        test.log().refused(Samples.refusal("call-1"));
        FaultyStorage.Hold rename = test.disk().hold(Operation.RENAME);

        assertUnavailable(test::close, AuditUnavailable.Reason.FAILED);

        assertThat(test.log().health().reason()).contains("ending the log takes longer");
        rename.release();
        rename.awaitEnded();
    }

    @Test
    void anObserverThatThrowsAddsNothingToACallThatHasItsOutcome() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            test.log().observe(new AuditObserver() {
                @Override
                public void ended(CallOpened call, CallOutcome outcome) {
                    throw new IllegalStateException("an observer with a bug");
                }

                @Override
                public void happened(AuditEvent event) {}
            });
            AuditTicket ticket = test.log().open(Samples.call("call-1"));

            assertThatThrownBy(() -> ticket.finish(Samples.outcome())).hasMessage("an observer with a bug");
            ticket.close();

            assertThat(test.events()).containsExactly("log.opened", "tool.call.intent", "tool.call.outcome");
        }
    }

    @Test
    void aProcessThatWasPausedInAWriteGoesOn() throws InterruptedException {
        AuditSettings settings = TestAuditLog.settings(folder);
        LogAddress address = AuditKeys.init(settings, InstantSource.system());
        FaultyStorage disk = new FaultyStorage(new FileStorage(address.directory()));
        AtomicLong pausedNanos = new AtomicLong();
        AtomicLong looks = new AtomicLong();
        LongSupplier nanoTime = () -> {
            looks.addAndGet(Thread.currentThread().getName().equals("audit-watch") ? 1 : 0);
            return System.nanoTime() + pausedNanos.get();
        };
        try (AuditLog log = AuditLog.start(Opening.of(
                settings,
                address,
                disk,
                (storage, identity) -> AuditKeys.load(settings, storage, identity),
                InstantSource.system(),
                nanoTime,
                7))) {
            FaultyStorage.Hold sync = disk.hold(Operation.SYNC);
            Thread caller = Thread.ofPlatform().start(() -> log.refused(Samples.refusal("call-1")));
            sync.awaitReached();

            pausedNanos.addAndGet(Duration.ofHours(1).toNanos());
            long before = looks.get();
            Eventually.isTrue(() -> looks.get() > before + 4);
            sync.release();
            caller.join();

            assertThat(log.health().state()).as(log.health().reason()).isEqualTo(AuditHealth.State.OPEN);
            assertThat(log.health().nextSeq()).isEqualTo(2);
        }
    }

    @Test
    void aFullQueueHoldsBackAndThenRefuses() {
        AuditSettings settings = Limits.queue(TestAuditLog.settings(folder), 3, 50);
        try (TestAuditLog test = TestAuditLog.with(settings, InstantSource.system())) {
            FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);
            AuditEvent event = new AuditEvent.SessionClosed(Samples.ACTOR, Samples.SOURCE, Samples.MCP, "expired");
            for (int i = 0; i < 3; i++) {
                test.log().appendAsync(event);
            }

            assertUnavailable(() -> test.log().appendAsync(event), AuditUnavailable.Reason.QUEUE_FULL);

            sync.release();
            Eventually.isTrue(() ->
                    test.events().stream().filter("session.closed"::equals).count() == 3);
            test.log().appendAsync(event);
            assertThat(test.log().health().state()).isEqualTo(AuditHealth.State.OPEN);
        }
    }

    @Test
    void aCallIsEndedEvenIfTheQueueIsFullWhenItsTicketIsClosed() throws InterruptedException {
        AuditSettings settings = Limits.queue(TestAuditLog.settings(folder), 1, 0);
        try (TestAuditLog test = TestAuditLog.with(settings, InstantSource.system())) {
            AuditTicket ticket = test.log().open(Samples.call("call-1", Durability.INTENT));
            FaultyStorage.Hold sync = test.disk().hold(Operation.SYNC);
            test.log().appendAsync(new AuditEvent.SessionClosed(Samples.ACTOR, Samples.SOURCE, Samples.MCP, "expired"));
            assertUnavailable(() -> ticket.finish(Samples.outcome()), AuditUnavailable.Reason.QUEUE_FULL);

            Thread caller = Thread.ofVirtual().start(ticket::close);
            Eventually.isTrue(() -> caller.getState() == Thread.State.WAITING || !caller.isAlive());
            sync.release();
            caller.join();

            assertThat(test.records().stream()
                            .filter(found -> found.text("call").equals("call-1"))
                            .map(found -> found.text("outcome.status")))
                    .containsExactly("", "aborted");
        }
    }

    @Test
    void healthAndMetricsTellWhatIsDurableAndWhatIsSigned() {
        try (TestAuditLog test =
                TestAuditLog.with(Limits.checkpointEvery(TestAuditLog.settings(folder), 20), InstantSource.system())) {
            for (int i = 0; i < 5; i++) {
                test.log().refused(Samples.refusal("call-" + i));
            }
            AuditHealth health = test.log().health();
            assertThat(health.state()).isEqualTo(AuditHealth.State.OPEN);
            assertThat(health.nextSeq()).isEqualTo(6);
            Eventually.isTrue(() -> test.log().health().checkpointSize() == 6);
            AuditMetrics metrics = test.log().metrics();
            assertThat(metrics.records()).isEqualTo(6);
            assertThat(metrics.batches()).isEqualTo(6);
            assertThat(metrics.bytes()).isGreaterThan(6 * 300);
            assertThat(metrics.syncNanosMax()).isPositive().isLessThanOrEqualTo(metrics.syncNanosSum());
            assertThat(metrics.uncheckpointedRecords()).isZero();
            assertThat(metrics.checkpoints()).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void nothingIsAcknowledgedBeforeTheFirstCheckpointIsPublished() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            List<String> journal = test.disk().journal();
            assertThat(journal).contains("RENAME checkpoint");
            assertThat(test.log().health().checkpointSize()).isEqualTo(1);
        }
    }

    @Test
    void aCheckpointIsInTheHistoryBeforeItIsPublished() {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            List<String> journal = test.disk().journal();

            int synced = journal.lastIndexOf("SYNC checkpoints.log");
            int published = journal.indexOf("RENAME checkpoint");
            assertThat(synced).isPositive().isLessThan(published);
            assertThat(journal.subList(published, journal.size())).contains("SYNC_FOLDER ");
        }
    }

    @Test
    void aNewSegmentAndItsNameAreDurableBeforeItsFirstRecord() {
        AuditSettings settings = Limits.segmentBytes(TestAuditLog.settings(folder), 3_000);
        try (TestAuditLog test = TestAuditLog.with(settings, InstantSource.system())) {
            for (int i = 0; i < 6; i++) {
                test.log().refused(Samples.refusal("call-" + i));
            }
            List<String> journal = test.disk().journal();
            String created = journal.stream()
                    .filter(line -> line.startsWith("CREATE seg/") && line.endsWith(".jsonl"))
                    .reduce((_, last) -> last)
                    .orElseThrow();
            int at = journal.indexOf(created);
            assertThat(created).isNotEqualTo("CREATE seg/00000000000000000000.jsonl");
            // checkpoints are published meanwhile, in another folder
            assertThat(journal.subList(at + 1, journal.size()).stream().filter(line -> line.contains(" seg")))
                    .first()
                    .isEqualTo("SYNC_FOLDER seg");
        }
    }

    static void assertUnavailable(ThrowingCallable action, AuditUnavailable.Reason reason) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        AuditUnavailable.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
