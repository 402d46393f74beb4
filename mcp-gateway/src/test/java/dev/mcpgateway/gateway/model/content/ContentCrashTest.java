package dev.mcpgateway.gateway.model.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.audit.testing.TestAuditLog;
import dev.mcpgateway.gateway.cli.Commands;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a crash each file is whole and proved by the log, and each record of a kept content has its file. */
class ContentCrashTest {
    @TempDir
    Path folder;

    private TestContents contents;

    @BeforeEach
    void keys() throws Exception {
        contents = TestContents.in(folder);
    }

    private static List<AuditRecord> records(TestAuditLog audit, String event) {
        return audit.records().stream()
                .filter(each -> each.text("ev").equals(event))
                .toList();
    }

    private static Set<String> calls(TestAuditLog audit, String event) {
        return records(audit, event).stream()
                .map(each -> each.text("call"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ProvedFile file(AuditRecord kept) {
        return new ProvedFile(
                kept.text("detail.where"), kept.fields().at("/detail/bytes").asLong(-1), kept.text("detail.sha256"));
    }

    /** Starts as a gateway does, and looks whether log and folder say the same. Gives back how many calls were lost. */
    private int assertTheyAgree() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            contents.start(audit.log()).close();
        }
        try (TestAuditLog audit = TestAuditLog.in(folder);
                SealedContent content = contents.start(audit.log())) {
            TenantsPrivateKey key = TenantsPrivateKey.read(folder.resolve("acme.pem"));
            Set<String> proved = new TreeSet<>();
            long bytes = 0;
            for (AuditRecord kept : records(audit, "content.kept")) {
                Content opened = key.open(file(kept).read(contents.all()));
                assertThat(opened.call()).isEqualTo(kept.text("call"));
                assertThat(opened.isComplete()).isTrue();
                proved.add(kept.text("detail.where"));
                bytes += file(kept).bytes();
            }
            assertThat(contents.files().stream()
                            .map(each -> contents.all().relativize(each).toString()))
                    .containsExactlyInAnyOrderElementsOf(proved);
            assertThat(content.bytes()).containsEntry("acme", bytes);
            Set<String> lost = calls(audit, "content.lost");
            assertThat(lost).doesNotContainAnyElementsOf(calls(audit, "content.kept"));
            return lost.size();
        }
    }

    private Process writer() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ContentWritingProcess.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void aGatewayThatIsKilledWhileItWritesLeavesNothingHalfDone() throws Exception {
        int kills = Integer.getInteger("content.kills", 4);
        long seed = Long.getLong("content.seed", System.nanoTime());
        Random random = new Random(seed);
        int lost = 0;
        for (int kill = 0; kill < kills; kill++) {
            Process writer = writer();
            try (BufferedReader said = writer.inputReader(StandardCharsets.UTF_8)) {
                assertThat(said.readLine()).isEqualTo("kept");
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(200_000)));
            } finally {
                assertThat(writer.destroyForcibly().waitFor(60, TimeUnit.SECONDS))
                        .isTrue();
            }
            lost = assertTheyAgree();
        }
        System.out.println("content.seed=" + seed + ": " + kills + " kills, " + lost + " contents lost by them");
        assertCommandsWork();
    }

    private void assertCommandsWork() throws Exception {
        String audit = folder.resolve("audit").toString();
        String all = contents.all().toString();
        assertThat(run("models", "content", "list", "--audit", audit, "--content", all, "--format", "csv"))
                .contains("\"there\"")
                .doesNotContain("\"gone\"")
                .doesNotContain("\"altered\"");
        String call;
        try (TestAuditLog log = TestAuditLog.in(folder);
                SealedContent content = contents.start(log.log())) {
            List<AuditRecord> kept = records(log, "content.kept");
            call = kept.getLast().text("call");
            String key = folder.resolve("acme.pem").toString();
            assertThat(run(
                            "models",
                            "content",
                            "open",
                            "--call",
                            call,
                            "--key",
                            key,
                            "--audit",
                            audit,
                            "--content",
                            all))
                    .contains("what of Ada?");
            assertThat(content.erase("acme", LocalDate.MAX, call).files()).isEqualTo(1);
            assertThat(content.erase("acme", LocalDate.MAX, "").files()).isEqualTo(kept.size() - 1);
            assertThat(content.bytes()).containsEntry("acme", 0L);
        }
        assertThat(contents.files()).isEmpty();
    }

    private static String run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Each place in which the writing of one content can end. */
    @Test
    void whatEachStepLeavesIsEndedByWhatTheLogSays() throws Exception {
        Keeping halfWritten;
        Keeping unproved;
        Keeping proved;
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant();
            try (ContentWriter writer = new ContentWriter(audit.log(), System::nanoTime, _ -> {})) {
                proved = TestContents.keeping(tenant, 10);
                writer.write(proved);
                assertThat(proved.isKeptWithin(30_000)).isTrue();
            }
            halfWritten = TestContents.keeping(tenant, 10);
            unproved = TestContents.keeping(tenant, 10);
            Path day = contents.files().getFirst().getParent();
            Files.write(day.resolve("." + halfWritten.content().call() + ".new"), new byte[5]);
            Files.write(day.resolve(unproved.content().call() + ".jwe"), new byte[50]);
            Files.createFile(day.resolve("." + unproved.content().call() + ".unproved"));
            Files.createFile(day.resolve("." + proved.content().call() + ".unproved"));
        }

        assertThat(assertTheyAgree()).isEqualTo(2);

        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            assertThat(calls(audit, "content.kept"))
                    .containsExactly(proved.content().call());
            assertThat(calls(audit, "content.lost"))
                    .containsExactlyInAnyOrder(
                            halfWritten.content().call(), unproved.content().call());
            assertThat(records(audit, "content.lost"))
                    .allMatch(each -> each.text("detail.reason").equals("crash")
                            && each.text("tenant").equals("acme"));
        }
        assertThat(assertTheyAgree()).as("told once").isEqualTo(2);
    }

    @Test
    void aFolderHasOneGateway() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder);
                SealedContent _ = contents.start(audit.log())) {
            assertThatThrownBy(() -> contents.start(audit.log()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("used by another gateway");
        }
    }
}
