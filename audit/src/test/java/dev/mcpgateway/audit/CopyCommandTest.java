package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of a log that goes on. */
class CopyCommandTest {
    private static final int COPIES = 10;

    /** A log that grows faster than it is copied would be copied ever more slowly. */
    private static final int RECORDS_MAX = 1_500;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void everyCopyOfALogThatIsWrittenToVerifiesAndHasWhatWasAcknowledged() throws Exception {
        AuditSettings settings = Limits.segmentBytes(Limits.checkpointEvery(TestAuditLog.settings(folder), 1), 20_000);
        AtomicBoolean ends = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger();
        try (TestAuditLog test = TestAuditLog.with(settings, InstantSource.system())) {
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!ends.get() && acknowledged.get() < RECORDS_MAX) {
                    test.log().refused(Samples.refusal("call-" + acknowledged.get()));
                    acknowledged.incrementAndGet();
                }
            });
            for (int i = 0; i < COPIES; i++) {
                int before = acknowledged.get();
                Path copy = folder.resolve("copies/" + i);
                assertThat(copy(folder.resolve("audit"), copy)).as(err()).isZero();

                VerifyReport report = AuditVerifier.verify(copy, VerifyOptions.pinned(test.vkeyFile()));
                assertThat(report.exitCode()).as(report.lines().toString()).isZero();
                assertThat(report.records()).isGreaterThan(before);
            }
            ends.set(true);
            writer.join();
            assertThat(LogFiles.segments(new FileStorage(test.directory()))).hasSizeGreaterThan(2);
        }
    }

    @Test
    void aCopyStartsAsTheLogWould() throws IOException {
        AuditSettings settings = TestAuditLog.settings(folder);
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            test.log().open(Samples.call("call-1"));
            Path copies = Files.createDirectory(folder.resolve("restored"));
            assertThat(copy(test.directory(), copies.resolve("log"))).as(err()).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("copied 00000000000000000000.jsonl, 1 of 1");

            AuditSettings restored = new AuditSettings(
                    copies,
                    settings.origin(),
                    settings.signingKeyFile(),
                    settings.subjectKeyFile(),
                    settings.host(),
                    settings.version(),
                    settings.limits());
            try (TestAuditLog again = TestAuditLog.with(restored, InstantSource.system())) {
                assertThat(again.events())
                        .containsExactly("log.opened", "tool.call.intent", "tool.call.unresolved", "log.opened");
                assertThat(again.verify().exitCode()).isZero();
            }
        }
    }

    @Test
    void whatIsThereIsNotWrittenOver() throws IOException {
        TestAuditLog.in(folder).close();
        Path there = Files.createDirectory(folder.resolve("there"));
        Path cut = Files.createDirectory(folder.resolve("cut.new"));

        assertThat(copy(folder.resolve("audit"), there)).isEqualTo(VerifyReport.UNREADABLE);
        assertThat(err()).contains(there + " exists already");
        assertThat(copy(folder.resolve("audit"), folder.resolve("cut"))).isEqualTo(VerifyReport.UNREADABLE);
        assertThat(err()).contains(cut + " is a copy that was cut off");
        assertThat(there).isEmptyDirectory();
        assertThat(cut).isEmptyDirectory();
    }

    @Test
    void aCopyIsNotMadeWhereAGatewayWouldFindTwoLogs() throws IOException {
        Path log = closedLog();
        Path beside = log.resolveSibling("backup");
        Path link = Files.createSymbolicLink(folder.resolve("link"), log.getParent());

        for (Path copy : List.of(beside, log.resolve("copy"), log.resolve("new/copy"), link.resolve("backup"))) {
            assertThat(copy(log, copy)).as(copy.toString()).isEqualTo(VerifyReport.UNREADABLE);
        }

        assertThat(err()).contains(beside + " is where the log itself is", "name a directory elsewhere");
        try (var left = Files.list(log.getParent())) {
            assertThat(left).containsExactly(log);
        }
        TestAuditLog.in(folder).close();
    }

    @Test
    void aLinkInALogIsNotFollowed() throws IOException {
        Path log = closedLog();
        Path secret = Files.writeString(folder.resolve("secret"), "what only who copies may read");
        Files.createSymbolicLink(log.resolve("seg/00000000000000000009.seal"), secret);

        assertThat(copy(log, folder.resolve("copy"))).isEqualTo(VerifyReport.UNREADABLE);

        assertThat(err()).contains("00000000000000000009.seal is no regular file");
        assertThat(folder.resolve("copy")).doesNotExist();
    }

    @Test
    void aLogThatWasNeverOpenedIsCopiedToo() throws IOException {
        Path log = AuditKeys.init(TestAuditLog.settings(folder), InstantSource.system())
                .directory();

        assertThat(copy(log, folder.resolve("copy"))).as(err()).isZero();

        assertThat(folder.resolve("copy/log.json")).hasSameBinaryContentAs(log.resolve("log.json"));
        assertThat(folder.resolve("copy/seg")).isEmptyDirectory();
    }

    private Path closedLog() throws IOException {
        try (TestAuditLog test = TestAuditLog.in(folder)) {
            return test.directory().toRealPath();
        }
    }

    @Test
    void whatIsNoLogIsNotCopied() {
        assertThat(copy(folder, folder.resolve("copy"))).isEqualTo(VerifyReport.UNREADABLE);
        assertThat(err()).contains("log.json does not exist");
        assertThat(folder.resolve("copy")).doesNotExist();
        assertThat(folder.resolve("copy.new")).doesNotExist();
    }

    @Test
    void aCommandLineWithoutATargetIsRefused() {
        assertThat(run("copy", folder.toString())).isEqualTo(AuditMain.USAGE);
        assertThat(err()).contains("--to is missing");
        assertThat(run("copy", "--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("audit copy DIR --to COPY");
    }

    private int copy(Path log, Path to) {
        return run("copy", log.toString(), "--to", to.toString());
    }

    private int run(String... arguments) {
        return AuditMain.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
