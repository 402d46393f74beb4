package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway whose answers are judged: {@code one} answers, {@code two} is its fallback, {@code bench} judges. */
abstract class JudgeCase {
    static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    static final String BOTH = "gpt: {tiers: [{targets: [{provider: one, model: big-1}]},"
            + " {targets: [{provider: two, model: big-2}]}]}";
    static final String JUDGE = "{alias: judge, daily_usd: \"5\", aliases: {gpt: {percent: 100}}}";
    static final String PRICES = """
            version: 1
            prices:
              - provider: bench
                model: judge-1
                effective_from: "2020-01-01"
                per_million_tokens: {input: "1", output: "1"}
              - provider: one
                model: "*"
                effective_from: "2020-01-01"
                per_million_tokens: {input: "1", output: "1"}
              - provider: two
                model: "*"
                effective_from: "2020-01-01"
                per_million_tokens: {input: "1", output: "1"}
            """;
    static final String ALLOW = """
            version: 1
            rules:
              - id: support-may-ask
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [model/call]
                resources: ["model:gpt", "model:other"]
              - id: the-judge-may-ask
                effect: permit
                principals: {issuer: gateway, subject: judge}
                actions: [model/call]
                resources: ["model:judge"]
            """;

    @TempDir
    Path folder;

    FakeModelServer one;
    FakeModelServer two;
    FakeModelServer bench;

    @BeforeEach
    void providers() {
        one = FakeModelServer.start().on("/chat/completions", turn -> turn.whole(answer("big-1", "from one")));
        two = FakeModelServer.start().on("/chat/completions", turn -> turn.whole(answer("big-2", "from two")));
        bench = FakeModelServer.start();
        says("{\"score\":0.4,\"label\":\"poor\",\"explanation\":\"it is wrong\"}");
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        bench.close();
        assertThat(one.failures()).isEmpty();
        assertThat(two.failures()).isEmpty();
    }

    static String answer(String model, String text) {
        return "{\"model\":\"" + model + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                + JsonMapper.shared().writeValueAsString(text)
                + "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}";
    }

    /** From now on the judge answers so. */
    void says(String text) {
        bench.on("/chat/completions", turn -> turn.whole(answer("judge-1", text)));
    }

    TestGateway.Builder with(String judge) throws Exception {
        return with(judge, BOTH);
    }

    TestGateway.Builder with(String judge, String gpt) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        return TestGateway.in(folder)
                .policy(ALLOW)
                .limits("{auth_failures_per_minute: 0, calls_per_minute: 100000}")
                .section("models", """

                  providers:
                    one: {kind: openai, base_url: "%s", credential: none}
                    two: {kind: openai, base_url: "%s", credential: none}
                    bench: {kind: openai, base_url: "%s", credential: none}
                  routing: {max_retries: 0}
                  aliases:
                    %s
                    other: {targets: [{provider: one, model: big-1}]}
                    judge: {targets: [{provider: bench, model: judge-1}]}
                  prices: {file: prices.yaml}
                  judge: %s
                """.formatted(one.url(), two.url(), bench.url(), gpt, judge))
                .operator();
    }

    static JsonNode health(TestGateway gateway, String provider) {
        for (JsonNode each : gateway.operate("GET", "/models/health", "").json().path("targets")) {
            if (each.path("provider").asString().equals(provider)) {
                return each;
            }
        }
        throw new AssertionError("no target of " + provider);
    }

    static void awaitScores(TestGateway gateway, String provider, int scores) {
        Await.until(
                scores + " scores of " + provider,
                () -> health(gateway, provider).path("scores").asInt() >= scores);
    }

    static long results(TestGateway gateway, String result) {
        return gateway.operate("GET", "/metrics", "")
                .text()
                .lines()
                .filter(line ->
                        line.startsWith("gateway_judge_results") && line.contains("gateway_result=\"" + result + "\""))
                .mapToLong(line -> Math.round(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))))
                .sum();
    }

    static void awaitResults(TestGateway gateway, String result, long atLeast) {
        Await.until(atLeast + " times " + result, () -> results(gateway, result) >= atLeast);
    }

    static void ask(ModelAgent agent, int times) {
        for (int each = 0; each < times; each++) {
            assertThat(agent.chat(CHAT).status()).isEqualTo(200);
        }
    }
}
