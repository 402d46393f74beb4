package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be recorded does not happen, and what happened unrecorded is not told. */
class AuditDownTest {
    private static final String UNAVAILABLE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-31503,\"message\":"
            + "\"Calls cannot be recorded at the moment. Try again.\"}}";

    private static final String POLICY = TestGateway.ALLOW_CRM + """
            tools:
              - names: [crm__look]
                read_only: true
            """;

    @TempDir
    Path folder;

    private final AtomicReference<TestGateway> breaking = new AtomicReference<>();
    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        ToolScript breaksTheLog = turn -> {
            breaking.get().breakAuditLog();
            turn.result(ToolScript.textResult("done in the dark"));
        };
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("look", breaksTheLog)
                .tool("change", breaksTheLog);
        gateway = TestGateway.in(folder).upstream("crm", crm).policy(POLICY).start();
        breaking.set(gateway);
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
        assertThat(crm.failures()).isEmpty();
    }

    @Test
    void nothingIsSentUpstreamWhenTheAuditLogIsDown() throws Exception {
        gateway.breakAuditLog();
        crm.clearRequests();

        WireAnswer answer = gateway.agent().call("crm__echo", "{}");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).hasValue("5");
        assertThat(answer.text()).isEqualTo(UNAVAILABLE);
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void noListIsAnsweredWhenTheAuditLogIsDown() throws Exception {
        gateway.breakAuditLog();

        WireAnswer answer = gateway.agent().list();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).isEqualTo(UNAVAILABLE);
    }

    @Test
    void noRefusalIsAnsweredAsSuchWhenTheAuditLogIsDown() throws Exception {
        gateway.breakAuditLog();

        assertThat(gateway.agent().call("crm__none", "{}").text()).isEqualTo(UNAVAILABLE);
        assertThat(gateway.send(gateway.agent().listing().without("Authorization"))
                        .status())
                .isEqualTo(503);
        assertThat(gateway.send(gateway.agent().listing().with("Host", "evil.example"))
                        .status())
                .isEqualTo(503);
    }

    @Test
    void noSessionIsOpenedWhenTheAuditLogIsDown() throws Exception {
        gateway.breakAuditLog();
        TestAgent agent = gateway.agent();

        WireAnswer answer = agent.send(agent.post().body(TestAgent.initializeBody("2025-11-25")));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Mcp-Session-Id")).isEmpty();
    }

    @Test
    void noStrictResultLeavesBeforeItsOutcomeIsDurable() {
        WireAnswer answer = gateway.agent().call("crm__change", "{}");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).isEqualTo(UNAVAILABLE);
        assertThat(crm.requests("tools/call")).hasSize(1);
        assertThat(recordsOfCalls("change")).containsExactly("tool.call.intent crm__change");
    }

    @Test
    void noResultLeavesWhenTheLogIsKnownToBeDownEvenOfAReadOnlyTool() {
        WireAnswer answer = gateway.agent().call("crm__look", "{}");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).isEqualTo(UNAVAILABLE);
        assertThat(recordsOfCalls("look")).containsExactly("tool.call.intent crm__look");
    }

    @Test
    void aStrictOutcomeIsInTheFileWhenItsResultArrives() {
        for (int call = 0; call < 20; call++) {
            assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);

            assertThat(recordsOfCalls("echo").stream().filter(each -> each.startsWith("tool.call.outcome ok")))
                    .as("read without waiting")
                    .hasSize(call + 1);
        }
    }

    @Test
    void theGatewayIsNotReadyWhenTheAuditLogIsDown() throws Exception {
        assertThat(gateway.admin("/readyz").status()).isEqualTo(200);

        gateway.breakAuditLog();

        WireAnswer ready = gateway.admin("/readyz");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.at("/reasons/0")).startsWith("audit: FAILED").contains("LOCK");
        assertThat(gateway.admin("/livez").status())
                .as("a restart is the operator's decision")
                .isEqualTo(200);
    }

    private java.util.List<String> recordsOfCalls(String tool) {
        return gateway.records().stream()
                .map(TestGateway::summary)
                .filter(each -> each.endsWith("crm__" + tool))
                .toList();
    }
}
