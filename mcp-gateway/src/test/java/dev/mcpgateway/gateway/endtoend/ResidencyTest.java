package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data of a caller who is to stay in a place goes to nobody elsewhere, whoever asks for it and why. */
class ResidencyTest extends JudgeCase {
    private static final String EU_FOR_ACME = ALLOW + """
            models:
              - {names: "model:*", principals: {tenant: acme}, residency: [eu, ch]}
            """;
    private static final String COPIES = "{alias: judge, daily_usd: \"5\", aliases: {gpt: {percent: 0}},"
            + " shadow: {percent: 100, daily_usd: \"1\"}}";

    /** Where {@code one}, {@code two} and {@code bench} are. */
    private TestGateway in(String ofOne, String ofTwo, String ofBench, String judge) throws Exception {
        return with(judge)
                .models("one: {", "one: {" + ofOne)
                .models("two: {", "two: {" + ofTwo)
                .models("bench: {", "bench: {" + ofBench)
                .policy(EU_FOR_ACME)
                .start();
    }

    private static String at(String place) {
        return place.isEmpty() ? "" : "residency: " + place + ", ";
    }

    private static ModelAgent of(TestGateway gateway, String tenant) {
        return ModelAgent.of(gateway, "alice", Map.of("tenant", tenant));
    }

    private String why(TestGateway gateway, String call) {
        gateway.skipRecords();
        return Ran.of("models", "why", call, "--audit", folder.resolve("audit").toString(), "--format", "csv")
                .out();
    }

    @Test
    void whoMayNotGoToTheFirstTargetIsServedByTheNextOneAndTheRecordSaysWhy() throws Exception {
        try (TestGateway gateway = in(at("us"), at("eu"), at("eu"), JUDGE)) {
            WireAnswer answer = of(gateway, "acme").chat(CHAT);

            assertThat(answer.text()).contains("from two");
            assertThat(one.requests()).isEmpty();
            assertThat(why(gateway, answer.header("x-gateway-call-id").orElseThrow()))
                    .contains("\"reroute\",\"one/big-1\",\"two/big-2\",\"residency\"");
            assertThat(of(gateway, "umbrella").chat(CHAT).text()).contains("from one");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"us", ""})
    void whereNobodyIsInAnAllowedPlaceNobodyIsAskedAndTheAgentHearsWhy(String place) throws Exception {
        try (TestGateway gateway = in(at(place), at("us"), at("eu"), JUDGE)) {
            gateway.skipRecords();

            WireAnswer answer = of(gateway, "acme").chat(CHAT);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json().at("/error/code").asString()).isEqualTo("policy_denied");
            assertThat(answer.json().at("/error/message").asString()).contains("where your data may go");
            assertThat(answer.text()).doesNotContain("big-1").doesNotContain("\"us\"");
            AuditRecord refused = gateway.newRecords(1).getFirst();
            assertThat(refused.text("ev")).isEqualTo("llm.call.denied");
            assertThat(refused.text("detail.reason")).isEqualTo("residency");
            assertThat(refused.text("detail.stage")).isEqualTo("ROUTE");
            assertThat(why(gateway, answer.header("x-gateway-call-id").orElseThrow()))
                    .contains("\"refused\",\"gpt\",\"\",\"residency\"");
            assertThat(one.requests()).isEmpty();
            assertThat(two.requests()).isEmpty();
        }
    }

    @Test
    void aTargetsOwnPlaceCountsBeforeItsProviders() throws Exception {
        try (TestGateway gateway = with(JUDGE)
                .models("one: {", "one: {residency: us, ")
                .models("{provider: one, model: big-1}]},", "{provider: one, model: big-1, residency: ch}]},")
                .policy(EU_FOR_ACME)
                .start()) {
            assertThat(of(gateway, "acme").chat(CHAT).text()).contains("from one");
            assertThat(of(gateway, "acme").chat(CHAT.replace("gpt", "other")).status())
                    .isEqualTo(403);
        }
    }

    @Test
    void aRequestThatChoosesThePlaceItselfIsNotLetThrough() throws Exception {
        try (TestGateway gateway = in(at("eu"), at("eu"), at("eu"), JUDGE)) {
            String elsewhere = CHAT.replace("\"gpt\",", "\"gpt\",\"inference_geo\":\"us\",");

            assertThat(of(gateway, "acme").chat(elsewhere).status()).isEqualTo(403);
            assertThat(one.requests()).isEmpty();
            assertThat(of(gateway, "umbrella").chat(elsewhere).status()).isEqualTo(200);
        }
    }

    @Test
    void aJudgeElsewhereSeesNothingOfItAndGoesOnForOthers() throws Exception {
        try (TestGateway gateway = in(at("eu"), at("eu"), at("us"), JUDGE)) {
            assertThat(of(gateway, "acme").chat(CHAT).status()).isEqualTo(200);
            awaitResults(gateway, "failed", 1);
            assertThat(bench.requests()).isEmpty();

            assertThat(of(gateway, "umbrella").chat(CHAT).status()).isEqualTo(200);
            awaitScores(gateway, "one", 1);
            assertThat(bench.requests()).hasSize(1);
        }
    }

    @Test
    void whatOneAskerMayNotSendTheJudgeMayNotEither() throws Exception {
        // the rule is about the asker's model and name, neither of which the judge has
        try (TestGateway gateway = with(JUDGE)
                .models("one: {", "one: {residency: eu, ")
                .models("bench: {", "bench: {residency: us, ")
                .policy(ALLOW + """
                        models:
                          - {names: "model:gpt", principals: {issuer: corp, subject: alice}, residency: eu}
                        """)
                .start()) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);
            awaitResults(gateway, "failed", 1);
            assertThat(bench.requests()).isEmpty();
        }
    }

    @Test
    void aCopyGoesOnlyWhereItsCallMight() throws Exception {
        try (TestGateway gateway = in(at("eu"), at("us"), at("eu"), COPIES)) {
            assertThat(of(gateway, "acme").chat(CHAT).status()).isEqualTo(200);
            awaitResults(gateway, "copy_failed", 1);
            assertThat(two.requests()).isEmpty();

            assertThat(of(gateway, "umbrella").chat(CHAT).status()).isEqualTo(200);
            awaitResults(gateway, "copy_answered", 1);
            assertThat(two.requests()).hasSize(1);
        }
    }

    @Test
    void aHedgeGoesOnlyWhereItsCallMight() throws Exception {
        String gpt =
                "gpt: {hedge: {after_ms: 100}, targets: [{provider: one, model: big-1}, {provider: two, model: big-2},"
                        + " {provider: bench, model: big-3}]}";
        bench.on("/chat/completions", turn -> turn.whole(answer("big-3", "from bench")));
        one.on("/chat/completions", turn -> turn.connection().awaitPeerClose());
        try (TestGateway gateway = with(JUDGE.replace("100}", "0}"), gpt)
                .models("one: {", "one: {residency: eu, ")
                .models("two: {", "two: {residency: us, ")
                .models("bench: {", "bench: {residency: eu, ")
                .policy(EU_FOR_ACME)
                .start()) {
            WireAnswer answer = of(gateway, "acme").chat(CHAT);

            assertThat(answer.text()).contains("from bench");
            assertThat(two.requests()).isEmpty();
        }
    }
}
