package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may not see a tool cannot tell that it exists: not from an answer's bytes, not from what reaches the upstream. */
class HiddenToolTest {
    private static final String POLICY = """
            version: 1
            rules:
              - id: support-may-call
                effect: permit
                principals: {issuer: corp, groups: [support]}
                resources: [crm__echo, crm__forbidden, crm__hostile]
              - id: nobody-may
                effect: forbid
                resources: [crm__forbidden]
              - id: broken-for-text
                effect: forbid
                principals: {claims: {level: 7}}
                resources: [crm__echo]
              - id: refunds
                effect: permit
                principals: {issuer: corp, groups: [support]}
                resources: [crm__refund]
                requires_scope: [mcp:crm:write, mcp:crm:refund, mcp:crm:read]
              - id: others-refund
                effect: permit
                principals: {issuer: corp, groups: [finance]}
                resources: [crm__ledger]
                requires_scope: [mcp:crm:ledger]
            """;

    private static final String HOSTILE = "{\"name\":\"hostile\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
            + "{\"x\":{\"$ref\":\"http://127.0.0.1:1/schema\"}}}}";

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static FakeMcpServer other;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("secret", ToolScript.text("no rule names it"))
                .tool("forbidden", ToolScript.text("a rule forbids it"))
                .tool("hostile", HOSTILE, ToolScript.text("its schema cannot be enforced"))
                .tool("refund", ToolScript.text("refunded"))
                .tool("ledger", ToolScript.text("for finance"));
        other = FakeMcpServer.start(Speaks.MODERN).tool("elsewhere", ToolScript.text("in another view"));
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .upstream("other", other)
                .section(
                        "views",
                        "{default: {path: /mcp, upstreams: [crm]}, second: {path: /mcp/second, upstreams: [other]}}")
                .policy(POLICY)
                .start();
        Await.until("the upstream is watched for changes", () -> crm.listeners() == 1);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
        other.close();
    }

    @BeforeEach
    void forget() {
        crm.clearRequests();
        gateway.skipRecords();
    }

    /** Everything that came over the wire, from the status line to the last byte. */
    private static String bytes(WireRequest request) {
        try (WireClient client = gateway.connect()) {
            client.send(request.plus("Connection", "close").bytes());
            return client.readToEnd();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "crm__secret",
                "crm__forbidden",
                "crm__hostile",
                "crm__ledger",
                "other__elsewhere",
                "secret",
                "crm__Echo",
                "crm__echo ",
                "crm__echo.",
                "crm__ｅcho",
                "crm__%65cho",
                "crm__crm__echo",
                "CRM__echo"
            })
    void aHiddenToolAnswersByteForByteLikeAnUnknownOne(String name) {
        TestAgent modern = gateway.agent();
        TestAgent legacy = gateway.agent().initialize("2025-11-25");

        assertThat(bytes(named(modern, name))).isEqualTo(bytes(named(modern, "crm__nonesuch")));
        assertThat(bytes(named(legacy, name))).isEqualTo(bytes(named(legacy, "crm__nonesuch")));
        assertThat(bytes(named(modern, "crm__nonesuch")))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .endsWith("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"Unknown tool\"}}");
        assertThat(crm.requests()).as("nothing went upstream").isEmpty();
    }

    /** A good call of that name; the header carries what HTTP can carry. */
    private static WireRequest named(TestAgent agent, String name) {
        WireRequest call = agent.callingWith(name, "\"arguments\":{\"a\":1}");
        String header =
                java.util.Base64.getEncoder().encodeToString(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return call.toString().contains("Mcp-Name") ? call.with("Mcp-Name", "=?base64?" + header + "?=") : call;
    }

    @Test
    void whyAToolIsHiddenStandsInTheAuditLogOnly() {
        TestAgent agent = gateway.agent();

        agent.call("crm__secret", "{}");
        agent.call("crm__forbidden", "{}");
        agent.call("crm__nonesuch", "{}");

        assertThat(gateway.newSummaries(3))
                .containsExactly(
                        "tool.call.denied LOCATE tool_hidden crm__secret",
                        "tool.call.denied LOCATE tool_hidden crm__forbidden",
                        "tool.call.denied LOCATE unknown_tool crm__nonesuch");
    }

    @Test
    void aDeniedToolIsNeverLookedUpUpstream() {
        gateway.agent().call("crm__secret", "{}");
        gateway.agent().call("crm__forbidden", "{}");
        gateway.agent().call("crm__refund", "{}");
        gateway.agent().call("crm__nonesuch", "{}");
        gateway.agent().list();

        assertThat(crm.requests()).isEmpty();
    }

    @Test
    void aDeniedToolsSchemaIsNotConsulted() {
        String tooMuch = "{\"x\":\"" + "a".repeat(2_000_000) + "\"}";

        assertThat(gateway.agent().call("crm__secret", tooMuch).text())
                .as("not: the arguments are too large")
                .isEqualTo(gateway.agent().call("crm__nonesuch", "{}").text());
    }

    @Test
    void aToolThatLacksOnlyAScopeAsksForAllScopesAtOnce() {
        WireAnswer answer =
                gateway.agent(claims -> claims.put("scope", "mcp:crm:read")).call("crm__refund", "{}");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("WWW-Authenticate"))
                .hasValue("Bearer error=\"insufficient_scope\", scope=\"mcp:crm:read mcp:crm:refund mcp:crm:write\","
                        + " resource_metadata=\"http://127.0.0.1:" + gateway.port()
                        + "/.well-known/oauth-protected-resource/mcp\"");
        assertThat(answer.text())
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-31403,\"message\":\"The access token lacks a"
                                + " scope for this.\"}}");
        assertThat(crm.requests()).isEmpty();
    }

    @Test
    void withAllScopesTheCallRuns() {
        TestAgent agent = gateway.agent(claims -> claims.put("scope", "mcp:crm:refund mcp:crm:read mcp:crm:write"));

        assertThat(agent.call("crm__refund", "{}").firstText()).isEqualTo("refunded");
    }

    @Test
    void aScopeIsNotAskedOfSomebodyWhomNoRuleCouldPermit() {
        WireAnswer answer =
                gateway.agent(claims -> claims.put("groups", List.of("guests"))).call("crm__refund", "{}");

        assertThat(answer.errorCode()).isEqualTo(-32602);
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
    }

    @Test
    void aForbidThatCannotBeEvaluatedHidesTheTool() {
        WireAnswer answer = gateway.agent(claims -> claims.put("level", "7")).call("crm__echo", "{}");

        assertThat(answer.errorCode()).isEqualTo(-32602);
        assertThat(crm.requests()).isEmpty();
    }
}
