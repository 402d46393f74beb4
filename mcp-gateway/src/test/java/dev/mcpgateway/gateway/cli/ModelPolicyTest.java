package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code check}, {@code policy explain} and {@code policy diff} say of models, with the sample that README goes through. */
class ModelPolicyTest {
    private static final Path SAMPLE = Path.of(System.getProperty("basedir", "."), "../samples/models");
    private static final String BUILDER = "{\"issuer\":\"keys\",\"subject\":\"me\",\"groups\":[\"builders\"]}";

    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void copy() throws Exception {
        for (String name : new String[] {"gateway.yaml", "policy.yaml", "prices.yaml"}) {
            Files.copy(SAMPLE.resolve(name), folder.resolve(name));
        }
        secret("model.key", "rw-------");
        secret("ops.token", "rw-------");
    }

    private void secret(String name, String rights) throws Exception {
        Files.writeString(folder.resolve(name), "a-secret");
        Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString(rights));
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void edit(String name, String from, String to) throws Exception {
        String text = Files.readString(file(name));
        assertThat(text).contains(from);
        Files.writeString(file(name), text.replace(from, to));
    }

    private static Ran run(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int code = Commands.run(
                words,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Ran check() {
        return run("check", "--strict", "--config", file("gateway.yaml"));
    }

    private Ran explain(String model, String as) {
        return run("policy", "explain", "--config", file("gateway.yaml"), "--model", model, "--as", as);
    }

    private Ran diff() {
        return run("policy", "diff", "--config", file("gateway.yaml"), "--new", file("new.yaml"));
    }

    private String makeKey(String group) {
        Ran made = run(
                "keys",
                "create",
                "--config",
                file("gateway.yaml"),
                "--name",
                "n",
                "--subject",
                group,
                "--client",
                "c",
                "--groups",
                group);
        assertThat(made.code()).as(made.err()).isZero();
        return made.out();
    }

    @Test
    void theSampleIsRight() {
        assertThat(check()).isEqualTo(new Ran(0, file("gateway.yaml") + ": no problem found\n", ""));
    }

    @Test
    void aKeyOfAProviderThatIsNotThereOrOpenToEveryone() throws Exception {
        Files.delete(file("model.key"));
        Ran absent = check();
        secret("model.key", "rw-r--r--");
        Ran open = check();

        assertThat(absent.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(absent.err())
                .contains("(at /models/providers/first/credential/static/secret)")
                .contains("model.key does not exist: create it or correct the path")
                .contains("2 problems");
        assertThat(open.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(open.err()).contains("model.key is open to everyone (rw-r--r--): chmod 600 it");
    }

    @Test
    void aSecretThatIsWrittenInsteadOfAReferenceIsNotRepeated() throws Exception {
        for (String credential : new String[] {
            "sk-in-clear-1234",
            "{static: sk-in-clear-1234}",
            "{static: {secret: sk-in-clear-1234}}",
            "{sk-in-clear-1234: x}"
        }) {
            Files.copy(SAMPLE.resolve("gateway.yaml"), file("gateway.yaml"), StandardCopyOption.REPLACE_EXISTING);
            edit("gateway.yaml", "{static: {secret: {file: model.key}}}", credential);

            Ran ran = check();

            assertThat(ran.code()).as(credential).isEqualTo(ExitCode.PROBLEMS);
            assertThat(ran.err()).contains("/models/providers/first/credential").doesNotContain("sk-in-clear");
        }
    }

    @Test
    void aReportOfNoTimeIsRefusedAndNotEmpty() {
        Ran ran = run("models", "report", "--audit", folder, "--from", "2026-02-02", "--to", "2026-02-01");

        assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.err()).isEqualTo("--from is after --to\n");
    }

    @Test
    void aKeyThatIsMadeWhereThereAreOnlyModelsIsForThem() throws Exception {
        makeKey("builders");

        assertThat(Files.readString(file("state/keys.json")))
                .contains("\"models\"")
                .doesNotContain("\"default\"");
    }

    @Test
    void explainSaysWhoServesAModelAndWhatMayBeSpent() {
        Ran ran = explain("chat", BUILDER);

        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("served by first/scripted-1, then second/scripted-1\n")
                .contains("budget    each-key: 1 USD a day for each key\n")
                .contains("output    at most 2000 tokens");
        assertThat(explain("draft", BUILDER.replace("builders", "interns")).out())
                .contains("limits    10 calls a minute\n");
    }

    @Test
    void explainSaysWhoIsNotAskedBecauseOfWhereItIs() throws Exception {
        edit("gateway.yaml", "first: {kind", "first: {residency: us, kind");
        edit("gateway.yaml", "second: {kind", "second: {residency: eu, kind");
        edit("policy.yaml", "    max_output_tokens: 2000\n", "    max_output_tokens: 2000\n    residency: [eu, ch]\n");

        Ran some = explain("chat", BUILDER);
        assertThat(some.code()).isZero();
        assertThat(some.out())
                .contains("served by first/scripted-1 (not asked: it is in us), then second/scripted-1\n")
                .contains("residency ch, eu\n");
        assertThat(check().err()).contains("no provider and no target has the residency 'ch'");

        edit("policy.yaml", "residency: [eu, ch]", "residency: ch");
        Ran none = explain("chat", BUILDER);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.out()).contains("No target is where the caller's data may go, so every call is refused.");
        assertThat(run("policy", "explain", "--policy", file("policy.yaml"), "--model", "chat", "--as", BUILDER)
                        .out())
                .contains("residency ch\n");
    }

    @Test
    void explainSaysThatAModelIsNotThereWhateverRulesPermit() {
        Ran ran = explain("chatt", BUILDER);

        assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(ran.out())
                .contains("decision  permit")
                .contains(
                        "No model is called 'chatt' in the configuration, so every call is refused. Did you mean 'chat'?")
                .doesNotContain("guardrails");
    }

    @Test
    void explainSaysThatACallPassesBecauseItIsObserved() throws Exception {
        LocalDate until = LocalDate.now(ZoneOffset.UTC).plusDays(9);
        edit("gateway.yaml", "  prices:", "  observe: {until: " + until + ", aliases: [draft]}\n  prices:");
        String stranger = "{\"issuer\":\"keys\",\"groups\":[\"nobody\"]}";

        Ran observed = explain("draft", stranger);

        assertThat(observed.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(observed.out()).contains("decision  no_permit", "OBSERVED  until " + until);
        assertThat(explain("chat", stranger).out()).doesNotContain("OBSERVED");
    }

    @Test
    void explainNamesWhatItCannotRead() {
        assertThat(explain("chat", "absent.json").err()).contains("--as names no file that can be read: absent.json");
        assertThat(explain("chat", "{\"group\":[]}").err()).contains("unknown key 'group'; known: claims, client_id");
        assertThat(explain("chat", "{\"groups\":\"builders\"}").err()).contains("'groups' must be a list of texts");
        Ran missing = run("policy", "explain", "--config", file("absent.yaml"), "--model", "chat", "--as", "{}");
        assertThat(missing.code()).isEqualTo(ExitCode.FAILED);
        assertThat(missing.err()).isEqualTo("no such file: " + file("absent.yaml") + "\n");
    }

    @Test
    void diffNamesTheKeysThatLoseAndGain() throws Exception {
        makeKey("builders");
        makeKey("interns");
        Files.copy(file("policy.yaml"), file("new.yaml"));
        assertThat(diff().out()).contains("rules     the same", "nothing changes for them");
        assertThat(diff().code()).isZero();

        edit("new.yaml", "[\"model:*\"]\n    ack_broad: true", "[\"model:chat\"]\n    # ");
        edit("new.yaml", "calls_per_minute: 10", "calls_per_minute: 1");
        Ran ran = diff();

        assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(ran.out())
                .contains("rules     ~builders-use-all-models ~interns-draft\n")
                .containsPattern(
                        "loses +key \\w+ \\(n\\)\\R +model:draft\\R +permit by builders-use-all-models -> no permit\\R")
                .containsPattern(
                        "limits +key \\w+ \\(n\\)\\R +model:draft\\R +10 calls a minute -> 1 calls a minute\\R")
                .contains("loses      issuer keys, group builders\n")
                .doesNotContain("gains");
    }

    @Test
    void diffTellsWhatBecomesOfScreeningWhoeverUsesATool() throws Exception {
        Files.copy(file("policy.yaml"), file("new.yaml"));
        Files.writeString(
                file("new.yaml"),
                "\nscreening:\n  - {tools: [\"*\"], hidden: {mode: enforce, action: redact}}\n",
                StandardOpenOption.APPEND);

        Ran ran = diff();

        assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(ran.out())
                .contains("rules     the same")
                .containsPattern(
                        "settings +any__any, whoever uses it\\R +hidden shadow flag -> hidden enforce redact\\R")
                .doesNotContain("nothing changes");
    }

    @Test
    void diffOfAPolicyThatWouldNotBeTakenOverSaysWhy() throws Exception {
        Files.copy(file("policy.yaml"), file("new.yaml"));
        edit("new.yaml", "expect: permit}", "expect: hidden}");

        Ran ran = diff();

        assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("the test expects hidden, but the policy says permit");
        assertThat(run("policy", "diff", "--new", file("new.yaml")).code()).isEqualTo(ExitCode.USAGE);
    }
}
