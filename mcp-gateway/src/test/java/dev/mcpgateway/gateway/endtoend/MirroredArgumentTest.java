package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arguments that requests repeat in {@code Mcp-Param-*} (2026-07-28, Streamable HTTP, S-18). */
class MirroredArgumentTest {
    private static final String SCHEMA =
            "\"inputSchema\":{\"type\":\"object\",\"properties\":{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},"
                    + "\"n\":{\"type\":\"integer\",\"x-mcp-header\":\"N\"}}}}";

    @TempDir
    private static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("near", "{\"name\":\"near\"," + SCHEMA, ToolScript.text("found"))
                .tool("hidden", "{\"name\":\"hidden\"," + SCHEMA, ToolScript.text("found"));
        gateway = TestGateway.in(folder).upstream("crm", crm).policy("""
                        version: 1
                        rules:
                          - {id: near, effect: permit, principals: {subject: alice}, resources: [crm__near]}
                        """).start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        crm.clearRequests();
    }

    private static WireRequest call(String arguments) {
        return gateway.agent("alice").calling("crm__near", arguments);
    }

    private static WireAnswer send(WireRequest request) {
        return gateway.agent("alice").send(request);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"region\":\"eu\"}; Mcp-Param-Region; eu",
                "{\"region\":\"eu\"}; mcp-param-region; eu",
                "{\"region\":\"Zürich\"}; Mcp-Param-Region; =?base64?WsO8cmljaA==?=",
                "{\"n\":42}; Mcp-Param-N; 42",
                "{\"n\":42}; Mcp-Param-N; 42.0",
                "{\"n\":42.0}; Mcp-Param-N; 42"
            })
    void aFieldThatRepeatsItsArgumentIsTaken(String arguments, String field, String value) {
        assertThat(send(call(arguments).with(field, value)).status()).isEqualTo(200);
        assertThat(crm.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"region\":\"eu\"}; Mcp-Param-Region; us",
                "{\"region\":\"eu\"}; Mcp-Param-Region; EU",
                "{\"region\":\"eu\"}; Mcp-Param-Other; eu",
                "{}; Mcp-Param-Region; eu",
                "{\"region\":null}; Mcp-Param-Region; eu",
                "{\"region\":\"eu\"}; Mcp-Param-Region; =?base64?ZXU?=",
                "{\"n\":42}; Mcp-Param-N; 43",
                "{\"n\":42}; Mcp-Param-N; 1e1000000000"
            })
    void anyOtherIsRefusedBeforeTheServerHearsOfIt(String arguments, String field, String value) {
        WireAnswer answer = send(call(arguments).with(field, value));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo(-32020);
        assertThat(crm.requests()).isEmpty();
        assertThat(gateway.newSummaries(1).getLast()).contains("param_header_mismatch");
    }

    @Test
    void aFieldTwiceIsRefused() {
        WireRequest twice =
                call("{\"region\":\"eu\"}").with("Mcp-Param-Region", "eu").plus("Mcp-Param-Region", "eu");

        assertThat(send(twice).errorCode()).isEqualTo(-32020);
    }

    @Test
    void aHiddenToolIsUnknownWhateverTheFieldsSay() {
        TestAgent alice = gateway.agent("alice");
        WireAnswer hidden = alice.send(alice.calling("crm__hidden", "{\"region\":\"eu\"}"));
        WireAnswer unknown = alice.send(alice.calling("crm__nowhere", "{\"region\":\"eu\"}"));

        assertThat(hidden.errorCode()).isEqualTo(-32602);
        assertThat(hidden.text()).isEqualTo(unknown.text());
    }

    @Test
    void forALegacyAgentTheGatewayWritesTheFields() {
        TestAgent alice = gateway.agent("alice").initialize("2025-11-25");

        assertThat(alice.call("crm__near", "{\"region\":\"eu\",\"n\":7}").status())
                .isEqualTo(200);
        assertThat(crm.requests()).singleElement().satisfies(request -> {
            assertThat(request.header("Mcp-Param-Region")).hasValue("eu");
            assertThat(request.header("Mcp-Param-N")).hasValue("7");
            assertThat(request.header("Mcp-Name")).hasValue("near");
        });
    }
}
