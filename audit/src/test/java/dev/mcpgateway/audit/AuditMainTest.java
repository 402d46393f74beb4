package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditMainTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void initPrintsWhereTheLogIsAndItsKeyAndChangesNothingTheSecondTime() throws IOException {
        Path vkey = folder.resolve("gw.vkey");
        List<String> init = List.of(
                "init",
                "--dir",
                path("audit"),
                "--origin",
                "audit.test/gw",
                "--signing-key",
                path("keys/signing.pem"),
                "--vkey-out",
                vkey.toString());

        assertThat(run(init)).as(err()).isZero();
        String first = out();
        assertThat(first).matches("(?s)AUDIT_DIR=.*/audit/[0-9]{8}-[0-9a-f]{8}\nVKEY=audit\\.test/gw/.*\n");
        assertThat(Files.readString(vkey, StandardCharsets.UTF_8))
                .isEqualTo(first.substring(first.indexOf("VKEY=") + 5));

        out.reset();
        assertThat(run(init)).isZero();
        assertThat(out()).isEqualTo(first);
    }

    @Test
    void verifyProvesALogAndSaysWhatIsNotProven() {
        TestAuditLog test = closedLog();

        int exit = run(List.of(
                "verify", test.directory().toString(), "--vkey", test.vkeyFile().toString()));

        assertThat(exit).as(out()).isZero();
        assertThat(out()).contains("proven: records 0 to", "not witnessed", "not proven", "exit 0");
    }

    @Test
    void verifyFindsTheOneLogInTheConfiguredFolder() {
        TestAuditLog test = closedLog();

        assertThat(run(List.of(
                        "verify", path("audit"), "--vkey", test.vkeyFile().toString())))
                .isZero();
    }

    @Test
    void verifyWithoutAKeyIsUnanchored() {
        assertThat(run(List.of("verify", closedLog().directory().toString()))).isEqualTo(2);
    }

    @Test
    void verifyAgainstAKeptCheckpointFindsARollback() throws IOException {
        TestAuditLog test = closedLog();
        Path kept = folder.resolve("kept");
        Files.copy(test.directory().resolve(LogFiles.CHECKPOINT), kept);
        List<String> verify = List.of(
                "verify",
                test.directory().toString(),
                "--vkey",
                test.vkeyFile().toString(),
                "--expect-checkpoint",
                kept.toString(),
                "--all-signatures");
        assertThat(run(verify)).as(out()).isZero();

        Path history = test.directory().resolve(LogFiles.CHECKPOINTS);
        Path records = test.directory().resolve(LogFiles.records(0));
        String firstLine = Files.readString(history, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElseThrow();
        String firstRecord = Files.readString(records, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElseThrow();
        Files.writeString(history, firstLine + "\n", StandardCharsets.UTF_8);
        Files.writeString(records, firstRecord + "\n", StandardCharsets.UTF_8);
        Files.delete(test.directory().resolve(LogFiles.leaves(0)));
        Files.delete(test.directory().resolve(LogFiles.CHECKPOINT));

        assertThat(run(verify)).as(out()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere", "."})
    void verifyOfWhatIsNoLogCannotRead(String directory) {
        assertThat(run(List.of("verify", path(directory)))).isEqualTo(4);
        assertThat(out()).contains("log.json does not exist");
    }

    @Test
    void verifyWithAKeyFileThatIsNoneCannotRead() throws IOException {
        Path vkey = folder.resolve("bad.vkey");
        Files.writeString(vkey, "\naudit.test/gw+00000000+AAAA\n", StandardCharsets.UTF_8);

        assertThat(run(List.of("verify", closedLog().directory().toString(), "--vkey", vkey.toString())))
                .isEqualTo(4);
        assertThat(out()).contains("bad.vkey line 2");
    }

    @Test
    void queryPrintsSummariesOrWholeRecords() {
        TestAuditLog test = closedLog();
        String directory = test.directory().toString();

        assertThat(run(List.of("query", directory, "--decision", "deny"))).isZero();
        assertThat(out().lines())
                .singleElement()
                .asString()
                .contains("tool.call.denied", "crm__get_customer", "Denied");

        out.reset();
        assertThat(run(List.of("query", directory, "--json", "--newest", "--limit", "1")))
                .isZero();
        assertThat(out().lines())
                .singleElement()
                .asString()
                .startsWith("{\"v\":1,")
                .contains("log.closed");
    }

    @Test
    void queryForASubjectNeedsTheKeyAndFindsItsCalls() {
        TestAuditLog test = closedLog();
        String directory = test.directory().toString();
        String key = test.settings().subjectKeyFile().toString();

        assertThat(run(List.of("query", directory, "--subject", "user-1"))).isEqualTo(AuditMain.USAGE);
        assertThat(err()).contains("--subject-key is missing");
        assertThat(run(List.of("query", directory, "--subject", "user-1", "--subject-key", key)))
                .isZero();
        assertThat(out().lines()).hasSize(3);

        out.reset();
        assertThat(run(List.of("query", directory, "--subject", "user-2", "--subject-key", key)))
                .isZero();
        assertThat(out()).isEmpty();
    }

    @Test
    void queryReportsDamagedRecords() throws IOException {
        TestAuditLog test = closedLog();
        Path records = test.directory().resolve(LogFiles.records(0));
        Files.write(records, Tampering.flipped(Files.readAllBytes(records), 8L * 100));

        assertThat(run(List.of("query", test.directory().toString()))).isEqualTo(1);
        assertThat(err()).contains("damaged record passed over: seg/00000000000000000000.jsonl, byte 0");
    }

    @Test
    void wrongArgumentsAreAllToldAtOnce() {
        int exit = run(List.of(
                "query",
                "a",
                "b",
                "--decision",
                "maybe",
                "--trace",
                "0AF7",
                "--from",
                "yesterday",
                "--limit",
                "-3",
                "--bogus",
                "--to"));

        assertThat(exit).isEqualTo(AuditMain.USAGE);
        assertThat(err())
                .contains(
                        "one argument too many: b",
                        "--decision maybe is not one of",
                        "--trace 0AF7 is not a trace id",
                        "--from yesterday is not a time",
                        "--limit -3 is not a whole number",
                        "unknown option --bogus",
                        "--to needs a value",
                        "--help");
    }

    @Test
    void hostileArgumentsCannotSteerATerminal() {
        run(List.of("\u001b[2J"));
        run(List.of("verify", "\u001b[2J", "\u009b31m"));
        run(List.of("init", "--dir", "d", "--signing-key", "k", "--origin", "a\u001bb"));
        run(List.of("verify", path("x\u001by")));

        assertThat(err() + out()).doesNotContain("\u001b", "\u009b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"init", "verify", "query"})
    void everyCommandExplainsItself(String command) {
        assertThat(run(List.of(command, "--help"))).isZero();
        assertThat(out()).contains("Usage: audit " + command, "Example:");
        assertThat(out().lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void withoutACommandTheCommandsAreListed() {
        assertThat(run(List.of())).isEqualTo(AuditMain.USAGE);
        assertThat(run(List.of("frobnicate"))).isEqualTo(AuditMain.USAGE);
        assertThat(run(List.of("--help"))).isZero();
        assertThat(out()).contains("init", "verify", "query");
    }

    private TestAuditLog closedLog() {
        TestAuditLog test = TestAuditLog.in(folder);
        try (AuditTicket ticket = test.log().open(Samples.call("call-1"))) {
            ticket.finish(Samples.outcome());
        }
        test.log().refused(Samples.refusal("call-2"));
        test.close();
        return test;
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private int run(List<String> arguments) {
        List<String> args = new ArrayList<>(arguments);
        return AuditMain.run(
                args.toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
