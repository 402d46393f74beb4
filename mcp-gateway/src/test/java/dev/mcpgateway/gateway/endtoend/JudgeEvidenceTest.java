package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is left of a judge's work: whose content went where, in records, reports, accounts and traces. */
class JudgeEvidenceTest extends JudgeCase {
    private static final String COPIES = "{alias: judge, daily_usd: \"5\", aliases: {gpt: {percent: 0}},"
            + " shadow: {percent: 100, daily_usd: \"1\"}}";

    private String run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Commands.run(arguments, print, print);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static AuditRecord outcome(TestGateway gateway, String alias) {
        return outcomes(gateway, alias).getFirst();
    }

    private static List<AuditRecord> outcomes(TestGateway gateway, String alias) {
        return gateway.records().stream()
                .filter(each -> each.text("ev").equals("llm.call.outcome")
                        && each.text("model.alias").equals(alias))
                .toList();
    }

    @Test
    void theRecordOfAQuestionNamesTheCallAndTheTenantWhoseContentItHas() throws Exception {
        says("no score at all");
        try (TestGateway gateway = with(JUDGE).start()) {
            ask(ModelAgent.of(gateway, "bob", Map.of("tenant", "acme")), 1);
            awaitResults(gateway, "no_score", 1);
            Await.until("it is recorded", () -> outcomes(gateway, "judge").size() == 1);

            AuditRecord judged = outcome(gateway, "gpt");
            AuditRecord question = outcome(gateway, "judge");
            assertThat(question.text("tenant")).isEqualTo("acme");
            assertThat(question.json())
                    .contains("{\"kind\":\"judge\",\"from\":\"" + judged.text("call")
                            + "\",\"to\":\"bench/judge-1\",\"reason\":\"question\"");
            assertThat(gateway.operate("GET", "/usage?by=tenant", "").text())
                    .as("what acme spent")
                    .contains("\"value\":\"acme\",\"calls\":1,");
        }
        String audit = folder.resolve("audit").toString();
        assertThat(run("exposure", "--audit", audit, "--tenant", "acme"))
                .contains("key of provider bench")
                .contains("content went to bench");
        assertThat(run("models", "report", "--audit", audit, "--by", "agent").lines())
                .anyMatch(line -> line.matches("acme +\\(gateway\\) +judge .*permitted"));
        assertThat(run("models", "report", "--audit", audit, "--by", "run"))
                .as("the question is no call of the run that it is about")
                .contains("gpt")
                .doesNotContain("judge");
    }

    @Test
    void nothingIsKeptForATenantByTheGatewaysWord() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(new ECGenParameterSpec("secp256r1"));
        TestGateway.Builder builder = with(JUDGE)
                .models(
                        "content: {tenants: {acme: {issuers: [corp, gateway], public_key: acme.pub.pem, keep_days: 1}}}");
        Files.writeString(
                folder.resolve("acme.pub.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(
                                        keys.generateKeyPair().getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        TestGateway gateway = builder.start();
        try (gateway) {
            ask(ModelAgent.of(gateway, "bob", Map.of("tenant", "acme")), 1);
            awaitScores(gateway, "one", 1);
        }
        assertThat(gateway.records().stream()
                        .filter(each -> each.text("ev").equals("content.kept"))
                        .map(each -> each.text("call")))
                .containsExactly(outcome(gateway, "gpt").text("call"));
    }

    @Test
    void theRecordOfACopyNamesTheTenant() throws Exception {
        try (TestGateway gateway = with(COPIES).start()) {
            ask(ModelAgent.of(gateway, "bob", Map.of("tenant", "acme")), 1);
            awaitScores(gateway, "two", 1);
            Await.until("it is recorded", () -> outcomes(gateway, "gpt").size() == 2);

            AuditRecord copy = outcomes(gateway, "gpt").getLast();
            assertThat(copy.json())
                    .contains("\"kind\":\"shadow\",\"from\":\""
                            + outcome(gateway, "gpt").text("call"));
            assertThat(copy.text("tenant")).isEqualTo("acme");
            Await.until("it is judged", () -> outcomes(gateway, "judge").size() == 1);
            assertThat(outcome(gateway, "judge").json())
                    .as("the copy is what was judged")
                    .contains("\"kind\":\"judge\",\"from\":\"" + copy.text("call"));
        }
    }

    @Test
    void theRulesOfTheJudgesAliasRouteByTheTenantWhoseContentItIs() throws Exception {
        two.on("/chat/completions", turn -> turn.whole(answer("judge-2", "{\"score\":0.9}")));
        try (TestGateway gateway = with(JUDGE, "gpt: {targets: [{provider: one, model: big-1}]}")
                .models(
                        "judge: {targets: [{provider: bench, model: judge-1}]}",
                        "judge: {tiers: [{targets: [{provider: bench, model: judge-1}]},"
                                + " {targets: [{provider: two, model: judge-2}]}],"
                                + " rules: [{when: {tenants: [acme]}, tiers: [2]}]}")
                .start()) {
            ask(ModelAgent.of(gateway, "bob", Map.of("tenant", "acme")), 2);
            awaitScores(gateway, "one", 2);
            assertThat(bench.requests()).as("another place than acme's").isEmpty();

            ask(ModelAgent.of(gateway, "carol", Map.of("tenant", "free")), 1);
            awaitScores(gateway, "one", 3);
            assertThat(bench.requests()).hasSize(1);
            assertThat(two.requests()).hasSize(2);
        }
    }

    @Test
    void aJudgeThatFallsSilentIsNoDriftOfWhoServesAgents() throws Exception {
        says("{\"score\":0.9}");
        try (TestGateway gateway = with(JUDGE).models("signals: {}").start()) {
            ask(ModelAgent.of(gateway), 60);
            awaitScores(gateway, "one", 60);
            gateway.clock().advance(Duration.ofHours(2));
            bench.on("/chat/completions", turn -> turn.answer(500, "{}"));

            ask(ModelAgent.of(gateway), 60);
            Await.until("all is recorded", () -> outcomes(gateway, "gpt").size() == 120);

            assertThat(gateway.operate("GET", "/metrics", "").text()).doesNotContain("routing_drift");
        }
    }

    @Test
    void anEvaluationStandsInTheTraceOfTheCallThatItIsAbout() throws Exception {
        try (OtlpReceiver receiver = new OtlpReceiver();
                TestGateway gateway = with(JUDGE.replace("daily", "explanations: true, daily"))
                        .section("telemetry", receiver.section())
                        .start()) {
            ask(ModelAgent.of(gateway), 1);
            awaitScores(gateway, "one", 1);
            Await.until("the spans are exported", () -> receiver.spans().size() == 4);

            OtlpReceiver.Span call = span(receiver, "chat gpt");
            OtlpReceiver.Span judges = span(receiver, "chat judge");
            OtlpReceiver.Span asked = span(receiver, "chat judge-1");
            assertThat(call.kind()).isEqualTo(OtlpReceiver.SERVER);
            assertThat(judges.kind()).as("nobody asked the gateway to").isEqualTo(OtlpReceiver.INTERNAL);
            assertThat(judges.parent()).isEqualTo(call.id());
            assertThat(judges.trace()).isEqualTo(call.trace());
            assertThat(judges.attributes()).doesNotContainKey("network.transport");
            assertThat(asked.kind()).isEqualTo(OtlpReceiver.CLIENT);
            assertThat(asked.parent()).isEqualTo(judges.id());
            assertThat(judges.events("gen_ai.evaluation.result"))
                    .singleElement()
                    .satisfies(event -> assertThat(event.attributes())
                            .containsEntry("gen_ai.evaluation.name", "answer_quality")
                            .containsEntry("gen_ai.evaluation.score.value", 0.4)
                            .containsEntry("gen_ai.evaluation.score.label", "poor")
                            .containsEntry("gen_ai.evaluation.explanation", "it is wrong")
                            .containsEntry("gen_ai.response.model", "big-1")
                            .containsEntry(
                                    "gateway.judged_call.id", call.attributes().get("gateway.call.id")));
            assertThat(judges.events("gateway.judge")).hasSize(1);
        }
    }

    @Test
    void whatAJudgeWritesOfTheConversationStaysOutOfTelemetry() throws Exception {
        says("{\"score\":0.4,\"label\":\"alice@corp.example\",\"explanation\":\"bob@corp.example\"}");
        try (OtlpReceiver receiver = new OtlpReceiver();
                TestGateway gateway =
                        with(JUDGE).section("telemetry", receiver.section()).start()) {
            ask(ModelAgent.of(gateway), 1);
            awaitScores(gateway, "one", 1);
            Await.until("the spans are exported", () -> receiver.spans().size() == 4);

            assertThat(span(receiver, "chat judge").events("gen_ai.evaluation.result"))
                    .singleElement()
                    .satisfies(event -> assertThat(event.attributes())
                            .containsEntry("gen_ai.evaluation.score.value", 0.4)
                            .doesNotContainKeys("gen_ai.evaluation.score.label", "gen_ai.evaluation.explanation"));
            assertThat(receiver.spans().toString()).doesNotContain("corp.example");
        }
    }

    private static OtlpReceiver.Span span(OtlpReceiver receiver, String name) {
        return receiver.spans().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
