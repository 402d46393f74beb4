package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators ask about models on the command line: why a call ended where it did, and how all providers are. */
class ModelStoryTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @TempDir
    Path folder;

    private FakeModelServer one;
    private FakeModelServer two;
    private TestGateway gateway;

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void start() throws Exception {
        one = FakeModelServer.start();
        two = FakeModelServer.start()
                .on("/chat/completions", turn -> turn.whole("{\"model\":\"big-2-0613\",\"choices\":[]}"));
        gateway = ModelGateways.routed(
                        folder,
                        one,
                        two,
                        "{max_retries: 0}",
                        "{gpt: {targets: [{provider: one, model: big-1}, {provider: two, model: big-2}]}}")
                .operator()
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        one.close();
        two.close();
    }

    private static Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Ran why(String call) {
        Ran ran = run("models", "why", call, "--audit", folder.resolve("audit").toString(), "--format", "csv");
        return new Ran(ran.code(), ran.out().replace("\"", ""), ran.err());
    }

    private static String call(WireAnswer answer) {
        return answer.header("x-gateway-call-id").orElseThrow();
    }

    @Test
    void aCallThatEndedElsewhereSaysWhyStepByStep() {
        one.on("/chat/completions", turn -> turn.answer(401, "{}"));

        WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);
        gateway.newRecords(2);
        Ran why = why(call(answer));

        assertThat(why.code()).as(why.err()).isZero();
        assertThat(why.out().lines())
                .containsExactly(
                        "step,from,to,reason,attempt",
                        "asked,gpt,one/big-1,,0",
                        "fallback,one/big-1,two/big-2,credential_refused,1",
                        "answered,two/big-2,big-2-0613,,2");
    }

    @Test
    void aCallThatWasRefusedOrFailedSaysSoToo() {
        one.on("/chat/completions", turn -> turn.answer(500, "{}"));
        two.on("/chat/completions", turn -> turn.answer(500, "{}"));
        ModelAgent alice = ModelAgent.of(gateway);

        WireAnswer failed = alice.chat(CHAT);
        WireAnswer refused = alice.chat(CHAT.replace("gpt", "none"));
        gateway.newRecords(3);

        assertThat(why(call(failed)).out())
                .contains("fallback,one/big-1,two/big-2,provider_error,1", "failed,two/big-2,,provider_failed,2");
        assertThat(why(call(refused)).out()).contains("refused,none,,unknown_model,0");
        Ran nobody = why("01JXXXXXXXXXXXXXXXXXXXXXXX");
        assertThat(nobody.code()).isEqualTo(1);
        assertThat(nobody.err()).contains("no call of a model has the id");
    }

    @Test
    void allProvidersAreOnOnePageAndWhoIsLeftAloneIsAnExitCode() {
        String[] health = Stream.concat(
                        Stream.of("models", "health", "--format", "json"),
                        Stream.of(
                                "--admin",
                                gateway.gateway().adminUrl(),
                                "--token-file",
                                folder.resolve("ops.token").toString()))
                .toArray(String[]::new);
        one.on("/chat/completions", turn -> turn.whole("{\"model\":\"big-1\",\"choices\":[]}"));
        ModelAgent alice = ModelAgent.of(gateway);
        alice.chat(CHAT);
        Ran well = run(health);
        one.on("/chat/completions", turn -> turn.answer(429, "{}", "Retry-After: 60"));
        alice.chat(CHAT);
        Ran cooling = run(health);

        assertThat(well.code()).as(well.err()).isZero();
        JsonNode rows = JsonMapper.shared().readTree(well.out());
        assertThat(List.of(
                        rows.get(0).path("model").asString(""),
                        rows.get(0).path("breaker").asString("")))
                .containsExactly("big-1", "closed");
        assertThat(cooling.code()).isEqualTo(1);
        assertThat(JsonMapper.shared()
                        .readTree(cooling.out())
                        .get(0)
                        .path("cools_for_ms")
                        .asLong(0))
                .isBetween(1L, 60_000L);
    }
}
