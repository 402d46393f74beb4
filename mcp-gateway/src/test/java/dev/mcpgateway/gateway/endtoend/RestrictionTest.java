package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A suspicious tenant keeps what the operator classed read-only and one model; everything else is unknown to it. */
class RestrictionTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[]}";
    private static final String MESSAGES = "{\"model\":\"claude\",\"max_tokens\":5,\"messages\":[]}";
    private static final String POLICY = ModelGateways.ALLOW + """
              - id: support-may-call
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [tools/call]
                resources: [crm__*]
                ack_broad: true
            tools:
              - {names: [crm__find], read_only: true}
            """;

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        openai = FakeModelServer.start()
                .on("/chat/completions", turn -> turn.answer(200, "{\"model\":\"acme-large-1\",\"choices\":[]}"));
        anthropic = FakeModelServer.start()
                .on("/messages", turn -> turn.answer(200, "{\"type\":\"message\",\"content\":[]}"));
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("find", ToolScript.text("found"))
                .tool("refund", ToolScript.text("refunded"));
        start();
    }

    private void start() throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic)
                .policy(POLICY)
                .upstream("crm", crm)
                .operator()
                .start();
        gateway.skipRecords();
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
        crm.close();
    }

    private TestAgent tools(String tenant) {
        return gateway.agent(claims -> claims.put("tenant", tenant));
    }

    private int ask(String tenant, String path, String body) {
        String token = gateway.token(claims -> {
            claims.put("aud", gateway.url().resolve("/v1").toString());
            claims.put("tenant", tenant);
        });
        return gateway.send(WireRequest.of("POST", path)
                        .plus("Host", "127.0.0.1:" + gateway.port())
                        .plus("Authorization", "Bearer " + token)
                        .plus("Content-Type", "application/json")
                        .body(body))
                .status();
    }

    private Ran restrict(String... arguments) {
        return Ran.of(
                gateway,
                folder,
                Stream.concat(Stream.of("restrict"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void aRestrictedTenantKeepsWhatChangesNothingAndTheListedModels() {
        Ran set = restrict("--tenant", "acme", "--models", "gpt", "--reason", "incident 12");
        assertThat(set.code()).as(set.err()).isZero();
        assertThat(set.out()).contains("acme  read-only tools  models: gpt", "by ops: incident 12");

        assertThat(tools("acme").call("crm__find", "{}").text()).contains("found");
        WireAnswer hidden = tools("acme").call("crm__refund", "{}");
        WireAnswer unknown = tools("acme").call("crm__nosuch", "{}");
        assertThat(hidden.text()).isEqualTo(unknown.text());
        assertThat(hidden.status()).isEqualTo(unknown.status());
        TestAgent listing = tools("acme");
        assertThat(listing.send(listing.request("tools/list", "")).text())
                .contains("crm__find")
                .doesNotContain("refund");
        assertThat(ask("acme", "/v1/chat/completions", CHAT)).isEqualTo(200);
        assertThat(ask("acme", "/v1/messages", MESSAGES)).isEqualTo(404);

        assertThat(tools("other").call("crm__refund", "{}").text()).contains("refunded");
        assertThat(ask("other", "/v1/messages", MESSAGES)).isEqualTo(200);
    }

    @Test
    void theLimitIsThatOfTheTenantsCallersAlone() {
        restrict("--tenant", "acme", "--models", "gpt", "--calls-per-minute", "2", "--reason", "r");

        assertThat(List.of(
                        ask("acme", "/v1/chat/completions", CHAT),
                        ask("acme", "/v1/chat/completions", CHAT),
                        ask("acme", "/v1/chat/completions", CHAT)))
                .containsExactly(200, 200, 429);
    }

    @Test
    void itSurvivesARestartAndIsLifted() throws Exception {
        restrict("--tenant", "acme", "--reason", "incident 12");
        gateway.close();
        java.nio.file.Files.delete(folder.resolve("openai.key"));
        java.nio.file.Files.delete(folder.resolve("anthropic.key"));
        start();
        assertThat(ask("acme", "/v1/chat/completions", CHAT)).isEqualTo(404);
        assertThat(restrict("--list").out()).contains("acme  read-only tools  models: none");

        assertThat(restrict("--tenant", "acme", "--lift", "--reason", "repaired")
                        .code())
                .isZero();

        assertThat(ask("acme", "/v1/chat/completions", CHAT)).isEqualTo(200);
        assertThat(restrict("--list").out()).isEmpty();
        gateway.skipRecords();
        assertThat(gateway.records())
                .filteredOn(found -> found.text("ev").startsWith("admin.restriction"))
                .extracting(found ->
                        found.text("ev") + " " + found.text("tenant") + " " + found.text("detail.administrator"))
                .containsExactly("admin.restriction.set acme ops", "admin.restriction.lifted acme ops");
    }

    @Test
    void whatTheGatewayDoesNotKnowIsRefused() {
        assertThat(restrict("--tenant", "acme", "--models", "nosuch", "--reason", "r")
                        .err())
                .contains("no model has that alias; there are claude, gpt, secret");
        assertThat(restrict("--tenant", "acme", "--lift", "--reason", "r").err())
                .contains("no such tenant");
        assertThat(restrict("--tenant", "acme").code()).isEqualTo(2);
    }

    @Test
    void aClaimThatIsNoTextDoesNotEscape() {
        restrict("--tenant", "acme", "--reason", "r");

        WireAnswer answer = gateway.agent(claims -> claims.put("tenant", 7)).call("crm__refund", "{}");

        assertThat(answer.text()).doesNotContain("refunded");
        assertThat(gateway.agent(claims -> claims.put("tenant", List.of("acme", "b")))
                        .call("crm__refund", "{}")
                        .text())
                .doesNotContain("refunded");
    }
}
