package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scopes: which are needed, which hold others, what an agent is told about those that it lacks. */
class ScopeTest {
    private static final List<String> TOOLS = List.of("read", "write", "drop", "open");
    private static final List<String> SCOPES = List.of("crm:read", "crm:write", "crm:admin", "other");

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN);
        TOOLS.forEach(tool -> crm.tool(tool, ToolScript.text("done")));
        gateway = TestGateway.in(folder)
                .section("scopes", "{implies: {\"crm:admin\": [\"crm:write\"], \"crm:write\": [\"crm:read\"]}}")
                .upstream("crm", crm)
                .upstream("files", crm)
                .section(
                        "views",
                        "{default: {path: /mcp, upstreams: [crm]}, files: {path: /mcp/files, upstreams: [files]}}")
                .limits("{calls_per_minute: 100000}")
                .policy("""
                        version: 1
                        rules:
                          - {id: open, effect: permit, principals: {issuer: corp}, actions: [tools/call], resources: [crm__open]}
                          - {id: read, effect: permit, principals: {issuer: corp}, actions: [tools/call], resources: [crm__read],
                             requires_scope: ["crm:read"]}
                          - {id: write, effect: permit, principals: {issuer: corp}, actions: [tools/call], resources: [crm__write],
                             requires_scope: ["crm:read", "crm:write"]}
                          - {id: drop, effect: permit, principals: {issuer: corp, groups: [support]}, actions: [tools/call],
                             resources: [crm__drop], requires_scope: ["crm:admin", "other"]}
                          - {id: files, effect: permit, principals: {issuer: corp}, actions: [tools/call],
                             resources: [files__read], requires_scope: ["files:read"]}
                        """)
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        crm.clearRequests();
    }

    private static TestAgent with(String scopes) {
        return gateway.agent(claims -> claims.put("scope", scopes));
    }

    private static Set<String> listed(TestAgent agent) {
        return agent.list()
                .json()
                .at("/result/tools")
                .valueStream()
                .map(tool -> tool.path("name").stringValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isCallable(TestAgent agent, String tool) {
        WireAnswer answer = agent.call(tool, "{}");
        return answer.status() == 200
                && answer.errorCode() == 0
                && answer.refusalCode().isEmpty();
    }

    @Test
    void aWiderScopeHoldsTheNarrowerOnes() {
        assertThat(listed(with(""))).containsExactly("crm__open");
        assertThat(listed(with("crm:read"))).containsExactly("crm__open", "crm__read");
        assertThat(listed(with("crm:write"))).containsExactly("crm__open", "crm__read", "crm__write");
        assertThat(listed(with("crm:admin"))).containsExactly("crm__open", "crm__read", "crm__write");
        assertThat(listed(with("crm:admin other")))
                .containsExactly("crm__drop", "crm__open", "crm__read", "crm__write");
        assertThat(isCallable(with("crm:admin"), "crm__write")).isTrue();
        assertThat(isCallable(with("crm:read"), "crm__write")).isFalse();
    }

    @Test
    void whoLacksScopesIsToldAllThatTheOperationNeedsAtOnce() {
        WireAnswer answer = with("crm:read").call("crm__drop", "{}");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("WWW-Authenticate").orElseThrow())
                .contains("error=\"insufficient_scope\"", "scope=\"crm:admin other\"", "resource_metadata=\"")
                .doesNotContain("offline_access");
        assertThat(with("").call("crm__write", "{}").header("WWW-Authenticate").orElseThrow())
                .contains("scope=\"crm:read crm:write\"");
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void aHiddenToolIsNotTurnedIntoAQuestionOfScopes() {
        TestAgent outsider = gateway.agent(claims -> {
            claims.put("groups", List.of());
            claims.put("scope", "");
        });

        assertThat(outsider.call("crm__drop", "{}").errorCode()).isEqualTo(-32602);
    }

    @Test
    void theMetadataNamesTheScopesOfItsViewAndNoOthers() {
        assertThat(supported("/mcp")).containsExactlyInAnyOrder("crm:read", "crm:write", "crm:admin", "other");
        assertThat(supported("/mcp/files")).containsExactly("files:read");
        assertThat(gateway.send(gateway.agent().at("/mcp/files").listing().without("Authorization"))
                        .header("WWW-Authenticate")
                        .orElseThrow())
                .contains("scope=\"files:read\"");
    }

    private static List<String> supported(String path) {
        WireAnswer document = gateway.send(WireRequest.of("GET", "/.well-known/oauth-protected-resource" + path)
                .plus("Host", gateway.url().getAuthority()));
        return document.json()
                .path("scopes_supported")
                .valueStream()
                .map(each -> each.stringValue())
                .toList();
    }

    @Test
    void whatIsListedCanBeCalledAndWhatCanBeCalledIsListed() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            List<String> granted = new ArrayList<>();
            SCOPES.stream().filter(scope -> random.nextBoolean()).forEach(granted::add);
            boolean support = random.nextBoolean();
            int number = i;
            TestAgent agent = gateway.agent(claims -> {
                claims.put("sub", "user-" + number);
                claims.put("scope", String.join(" ", granted));
                claims.put("groups", support ? List.of("support") : List.of());
            });

            Set<String> callable = TOOLS.stream()
                    .map(tool -> "crm__" + tool)
                    .filter(tool -> isCallable(agent, tool))
                    .collect(Collectors.toCollection(TreeSet::new));

            assertThat(callable)
                    .as("scopes %s, support %s, seed %s", granted, support, seed)
                    .isEqualTo(listed(agent));
        }
    }
}
