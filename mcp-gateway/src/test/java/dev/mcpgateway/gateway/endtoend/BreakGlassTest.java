package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.gateway.config.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outside of the change windows a stop or a restriction ends when two operators say so, and begins by the word of one. */
class BreakGlassTest {
    private static final String NEVER = "{days: [], from: \"09:00\", to: \"10:00\"}";
    private static final String ALWAYS = "{from: \"00:00\", to: \"00:00\"}";
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[]}";
    private static final String OPS = "{name: ops, secret: {file: ops.token}, roles: [operator]}";

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;
    private ModelAgent alice;

    @BeforeEach
    void providers() throws Exception {
        openai = FakeModelServer.start()
                .on("/chat/completions", turn -> turn.answer(200, "{\"model\":\"acme-large-1\",\"choices\":[]}"));
        anthropic = FakeModelServer.start();
        for (String name : List.of("ops", "chief")) {
            Path token = Files.createFile(
                    folder.resolve(name + ".token"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(token, name + "-secret\n");
        }
    }

    private TestGateway.Builder with(String window, String tokens) throws Exception {
        return ModelGateways.in(folder, openai, anthropic)
                .section("admin", "{host: 127.0.0.1, port: 0, tokens: [" + tokens + "]}")
                .models("signals: {change_windows: [" + window + "], two_operators_outside: true}");
    }

    private void start(String window) throws Exception {
        gateway = with(window, OPS + ", " + OPS.replace("ops", "chief")).start();
        alice = ModelAgent.of(gateway);
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        openai.close();
        anthropic.close();
    }

    private Ran as(String operator, String... arguments) {
        return Ran.as(operator, gateway, folder, arguments);
    }

    private String stopAlice() {
        Ran stopped = as("ops", "kill", "add", "subject", "alice", "--issuer", "corp", "--reason", "incident 12");
        assertThat(stopped.code()).as(stopped.err()).isZero();
        assertThat(alice.chat(CHAT).status()).isEqualTo(401);
        return stopped.out().split(" ", 2)[0];
    }

    private Ran letGo(String operator, String id) {
        return as(operator, "kill", "remove", id, "--reason", "repaired");
    }

    private Ran lift(String operator) {
        return as(operator, "restrict", "--tenant", "acme", "--lift", "--reason", "repaired");
    }

    @Test
    void aStopGoesOnUntilAnotherOperatorSaysSoToo() throws Exception {
        start(NEVER);
        String id = stopAlice();

        Ran first = letGo("ops", id);
        Ran again = letGo("ops", id);

        assertThat(first.code()).isEqualTo(1);
        assertThat(first.err()).contains("asked by ops").contains("another operator must say so, too, until ");
        assertThat(again.code()).isEqualTo(1);
        assertThat(alice.chat(CHAT).status()).isEqualTo(401);
        assertThat(letGo("chief", id).code()).isZero();
        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
    }

    @Test
    void theFirstWordEndsWithItsTimeAndIsAboutOneThing() throws Exception {
        start(NEVER);
        String id = stopAlice();
        assertThat(as("ops", "restrict", "--tenant", "acme", "--reason", "incident 12")
                        .code())
                .isZero();
        assertThat(letGo("ops", id).code()).isEqualTo(1);

        assertThat(lift("chief").code()).as("of something else").isEqualTo(1);
        gateway.clock().advance(Duration.ofMinutes(15));
        assertThat(letGo("chief", id).code()).as("too late").isEqualTo(1);

        assertThat(as("ops", "restrict", "--list").out()).contains("acme");
        assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(401);
        assertThat(letGo("ops", id).code()).isZero();
    }

    @Test
    void aWordAboutARestrictionIsNoneAboutTheOneThatIsSetInItsPlace() throws Exception {
        start(NEVER);
        assertThat(as("ops", "restrict", "--tenant", "acme", "--models", "gpt", "--reason", "incident 12")
                        .code())
                .isZero();
        assertThat(lift("ops").code()).isEqualTo(1);
        gateway.clock().advance(Duration.ofSeconds(1));
        assertThat(as("ops", "restrict", "--tenant", "acme", "--reason", "it got worse")
                        .code())
                .isZero();

        assertThat(lift("chief").code()).isEqualTo(1);

        assertThat(as("ops", "restrict", "--list").out()).contains("acme");
        assertThat(lift("ops").code()).isZero();
    }

    @Test
    void theLogHasBothWordsAndTheEnd() throws Exception {
        start(NEVER);
        assertThat(as("ops", "restrict", "--tenant", "acme", "--reason", "incident 12")
                        .code())
                .isZero();
        gateway.skipRecords();

        assertThat(lift("ops").code()).isEqualTo(1);
        assertThat(lift("chief").code()).isZero();

        gateway.skipRecords();
        assertThat(gateway.records().stream()
                        .filter(each -> each.text("ev").startsWith("admin."))
                        .map(each -> each.text("ev") + " " + each.text("detail.administrator")))
                .contains("admin.break_glass.asked ops", "admin.break_glass.agreed chief")
                .endsWith("admin.restriction.lifted chief");
        assertThat(as("ops", "restrict", "--list").out()).doesNotContain("acme");
    }

    @Test
    void inAWindowOneOperatorIsEnough() throws Exception {
        start(ALWAYS);

        assertThat(letGo("ops", stopAlice()).code()).isZero();
        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
    }

    @Test
    void itIsNotConfiguredWhereItCouldNotWork() throws Exception {
        with(NEVER, OPS).write();
        assertThat(problems()).contains("needs two tokens with the role operator");

        with(NEVER, OPS + ", " + OPS.replace("ops.token", "chief.token")).write();
        assertThat(problems()).as("two tokens of one operator").contains("two names and two secrets");

        with(NEVER, OPS + ", " + OPS.replace("name: ops", "name: chief")).write();
        assertThat(problems()).as("one token of two names").contains("two names and two secrets");

        with("", OPS + ", " + OPS.replace("ops", "chief")).write();
        assertThat(problems()).contains("without change_windows no time is outside of them");
    }

    private String problems() throws Exception {
        return ConfigFile.read(folder.resolve("gateway.yaml")) instanceof ConfigFile.Loaded.Bad(var problems)
                ? problems.toString()
                : "";
    }
}
