package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.InputNeeded;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts, resources, completion, log levels and round trips reach the upstream in the form of its era. */
class FeatureCallTest {
    private static final String URI = "file:///größe?id=%20&x=\"";

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private FakeMcpServer server(Speaks speaks) {
        return bench.with(FakeMcpServer.start(speaks))
                .prompt(
                        "greet",
                        turn -> turn.result("{\"messages\":[],\"asked\":"
                                + turn.message().document().raw(turn.message().params()) + "}"))
                .resource(URI, turn -> turn.result("{\"contents\":[{\"uri\":\"x\",\"text\":\"1.10\"}]}"))
                .declare("\"completions\":{},\"logging\":{}");
    }

    private UpstreamReply call(FakeMcpServer server, String method, String params, String target, Dialogue dialogue) {
        return bench.call(
                bench.upstream(server.url(), EraSetting.AUTO),
                Bench.call(Bench.request(method, params), target, "alice", dialogue));
    }

    private static String result(UpstreamReply reply) {
        assertThat(reply).isInstanceOf(Answered.class);
        Envelope message = ((Answered) reply).message();
        return message.document().raw(message.result());
    }

    private static RawRequest only(FakeMcpServer server, String method) {
        assertThat(server.requests(method)).hasSize(1);
        return server.requests(method).getFirst();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aPromptIsGotByItsOwnName(Speaks speaks) {
        FakeMcpServer server = server(speaks);

        String result = result(call(
                server,
                "prompts/get",
                "{\"name\":\"fake__greet\",\"arguments\":{\"topic\":\"x\"},\"other\":1.10}",
                "greet",
                Dialogue.NONE));

        assertThat(result).contains("\"name\":\"greet\",\"arguments\":{\"topic\":\"x\"},\"other\":1.10");
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aResourceIsReadByItsOwnUri(Speaks speaks) {
        FakeMcpServer server = server(speaks);

        String result = result(call(server, "resources/read", "{\"uri\":\"ours\"}", URI, Dialogue.NONE));

        assertThat(result).contains("\"text\":\"1.10\"");
        assertThat(only(server, "resources/read").header("Mcp-Method").isPresent())
                .isEqualTo(speaks == Speaks.MODERN);
    }

    @ParameterizedTest
    @CsvSource({"MODERN, -32602", "LEGACY, -32002"})
    void anUnknownResourceIsTheServersError(Speaks speaks, long code) {
        UpstreamReply reply = call(server(speaks), "resources/read", "{\"uri\":\"ours\"}", "file:///no", Dialogue.NONE);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        ProtocolError.class, error -> assertThat(error.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource({"MODERN, name, greet", "LEGACY, name, greet", "MODERN, uri, " + URI, "LEGACY, uri, " + URI})
    void anArgumentIsCompletedForWhatItBelongsTo(Speaks speaks, String key, String target) {
        FakeMcpServer server = server(speaks);
        String type = key.equals("name") ? "ref/prompt" : "ref/resource";

        String result = result(call(
                server,
                "completion/complete",
                "{\"ref\":{\"type\":\"" + type + "\",\"" + key
                        + "\":\"ours\"},\"argument\":{\"name\":\"a\",\"value\":\"\"}}",
                target,
                Dialogue.NONE));

        assertThat(result).contains("\"values\":[");
        assertThat(only(server, "completion/complete").header("Mcp-Name")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "legacy"})
    void aProcessIsAskedForAllOfThem(String era) {
        McpUpstream upstream = stdio(era, ClientCapabilities.NONE);

        assertThat(result(bench.call(
                        upstream,
                        Bench.call(Bench.request("prompts/get", "{\"name\":\"x\"}"), "greet", "alice", Dialogue.NONE))))
                .contains("\"name\":\"greet\"");
        assertThat(result(bench.call(
                        upstream,
                        Bench.call(
                                Bench.request("resources/read", "{\"uri\":\"x\"}"),
                                "mem://a",
                                "alice",
                                Dialogue.NONE))))
                .contains("\"uri\":\"mem://a\"");
    }

    private McpUpstream stdio(String era, ClientCapabilities own) {
        StdioUpstreamSettings all =
                StdioUpstreamSettings.of("fake", FakeStdioServer.command(era, "features"), Map.of(), EraSetting.AUTO);
        return bench.with(StdioUpstream.of(
                new StdioUpstreamSettings(
                        all.alias(),
                        all.command(),
                        all.environment(),
                        all.secretEnvironment(),
                        all.workingDirectory(),
                        all.era(),
                        all.startTimeout(),
                        all.probeTimeout(),
                        all.listTimeout(),
                        all.lineBytesMax(),
                        all.exitTimeout(),
                        all.jsonDepthMax(),
                        own),
                bench.surroundings()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tools/list; {\"name\":\"x\"}",
                "tools/call; {\"name\":7}",
                "resources/read; {\"name\":\"x\"}",
                "completion/complete; {\"ref\":{\"type\":\"ref/tool\",\"name\":\"x\"}}",
                "completion/complete; {\"ref\":{\"type\":\"ref/prompt\",\"uri\":\"x\"}}"
            })
    void aRequestWithoutATargetIsNoCall(String method, String params) {
        assertThatThrownBy(() -> Bench.call(Bench.request(method, params), "x", "alice", Dialogue.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // --- declared capabilities and round trips

    @Test
    void aModernRequestDeclaresWhatTheCallAllowsAndNothingOfTheAgents() {
        FakeMcpServer server = server(Speaks.MODERN).tool("t", turn -> turn.result("{\"d\":" + turn.declared() + "}"));
        Dialogue dialogue = Dialogue.declaring(Bench.capabilities("{\"sampling\":{},\"elicitation\":{}}"));

        UpstreamReply reply = bench.call(
                bench.upstream(server.url(), EraSetting.AUTO),
                Bench.call(Bench.modernRequest("t", "{}"), "t", "alice", dialogue));

        assertThat(result(reply)).isEqualTo("{\"d\":{\"elicitation\":{},\"sampling\":{}}}");
    }

    @Test
    void anUpstreamsStateComesBackToItAndTheAgentsOwnNever() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool(
                "t",
                turn -> turn.result(
                        "{\"resultType\":\"input_required\",\"requestState\":\"s1\",\"inputRequests\":{}}"));
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);
        Envelope agent = Bench.request(
                "tools/call",
                "{\"requestState\":\"sealed\",\"name\":\"fake__t\",\"inputResponses\":{\"forged\":1},\"arguments\":{\"n\":1.10}}");

        UpstreamReply first = bench.call(upstream, Bench.call(agent, "t", "alice", Dialogue.NONE));
        server.tool("t", ToolScript.text("done"));
        server.clearRequests();
        UpstreamReply second = bench.call(
                upstream,
                Bench.call(
                        agent,
                        "t",
                        "alice",
                        new Dialogue(
                                ClientCapabilities.NONE,
                                "\"s1\"".getBytes(StandardCharsets.UTF_8),
                                "{\"a\":{\"action\":\"accept\"}}".getBytes(StandardCharsets.UTF_8),
                                null)));

        assertThat(first).isInstanceOf(InputNeeded.class);
        assertThat(second).isInstanceOf(Answered.class);
        assertThat(only(server, "tools/call").text())
                .contains("\"requestState\":\"s1\"")
                .contains("\"inputResponses\":{\"a\":{\"action\":\"accept\"}}")
                .contains("\"arguments\":{\"n\":1.10}")
                .doesNotContain("sealed")
                .doesNotContain("forged");
    }

    @Test
    void aLegacyUpstreamGetsNoRoundTripMembers() {
        FakeMcpServer server = server(Speaks.LEGACY).tool("t", ToolScript.text(""));
        byte[] state = "\"s1\"".getBytes(StandardCharsets.UTF_8);

        var _ = bench.call(
                bench.upstream(server.url(), EraSetting.AUTO),
                Bench.call(
                        Bench.request("tools/call", "{\"requestState\":\"sealed\",\"name\":\"x\"}"),
                        "t",
                        "alice",
                        new Dialogue(ClientCapabilities.NONE, state, null, null)));

        assertThat(only(server, "tools/call").text()).doesNotContain("requestState");
    }

    @Test
    void aLegacySessionBelongsToPrincipalAndCapabilities() {
        FakeMcpServer server = server(Speaks.LEGACY).tool("t", ToolScript.text(""));
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        var _ = bench.call(upstream, Bench.call("t", "alice", "{\"roots\":{},\"sampling\":{}}"));
        var _ = bench.call(upstream, Bench.call("t", "alice", "{ \"sampling\" : {}, \"roots\":{} }"));
        var _ = bench.call(upstream, Bench.call("t", "alice", "{}"));
        var _ = bench.call(upstream, Bench.call("t", "bob", "{}"));

        assertThat(server.sessionsOpened()).isEqualTo(3);
        assertThat(server.declared("session-1")).isEqualTo("{\"roots\":{},\"sampling\":{}}");
        assertThat(server.declared("session-2")).isEqualTo("{}");
    }

    @Test
    void capabilitiesAreOneValueHoweverWritten() {
        assertThat(Bench.capabilities("{\"b\":{\"y\":1.10,\"x\":[true,null]}, \"a\":{}}"))
                .isEqualTo(Bench.capabilities("{\"\\u0061\":{ },\"b\":{\"x\":[true , null],\"y\":1.10}}"))
                .isEqualTo(new ClientCapabilities("{\"a\":{},\"b\":{\"x\":[true,null],\"y\":1.10}}"));
        assertThat(Bench.capabilities("{\"a\":\"" + "x".repeat(ClientCapabilities.BYTES_MAX) + "\"}"))
                .isEqualTo(ClientCapabilities.NONE);
        assertThat(Bench.capabilities("{\"a\":" + "[".repeat(20) + "]".repeat(20) + "}"))
                .isEqualTo(ClientCapabilities.NONE);
        assertThat(Bench.capabilities("{\"a\":{},\"b\":{}}").only(java.util.Set.of("b", "c")))
                .isEqualTo(new ClientCapabilities("{\"b\":{}}"));
    }

    // --- log messages

    @Test
    void aModernRequestCarriesTheLogLevel() {
        FakeMcpServer server = server(Speaks.MODERN).tool("t", turn -> {
            turn.openEvents();
            turn.event(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}");
            turn.event(turn.response("{\"content\":[]}"));
            turn.endEvents();
        });

        var _ = bench.call(
                bench.upstream(server.url(), EraSetting.AUTO),
                Bench.call(
                        Bench.legacyRequest("t", "{}"),
                        "t",
                        "alice",
                        new Dialogue(ClientCapabilities.NONE, null, null, "warning")));

        assertThat(only(server, "tools/call").text()).contains("\"io.modelcontextprotocol/logLevel\":\"warning\"");
        assertThat(bench.heard).hasSize(1);
    }

    @Test
    void theLogLevelOfALegacySessionIsSetWhenItChanges() {
        FakeMcpServer server = server(Speaks.LEGACY).tool("t", turn -> {
            turn.onSessionStream(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}");
            Await.until("it was heard", () -> !bench.heard.isEmpty());
            turn.result("{\"content\":[]}");
        });
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        for (String level : new String[] {"info", "info", "error"}) {
            var _ = bench.call(
                    upstream,
                    Bench.call(
                            Bench.legacyRequest("t", "{}"),
                            "t",
                            "alice",
                            new Dialogue(ClientCapabilities.NONE, null, null, level)));
            assertThat(server.logLevel("session-1")).isEqualTo(level);
        }

        assertThat(server.requests("logging/setLevel")).hasSize(2);
        assertThat(server.failures()).isEmpty();
    }

    @Test
    void aServerWithoutLoggingIsNotToldALevel() {
        FakeMcpServer server = server(Speaks.LEGACY).declare("").tool("t", ToolScript.text(""));

        UpstreamReply reply = bench.call(
                bench.upstream(server.url(), EraSetting.AUTO),
                Bench.call(
                        Bench.legacyRequest("t", "{}"),
                        "t",
                        "alice",
                        new Dialogue(ClientCapabilities.NONE, null, null, "debug")));

        assertThat(reply).isInstanceOf(Answered.class);
        assertThat(server.requests("logging/setLevel")).isEmpty();
    }

    @Test
    void aProcessIsToldTheLevelAndItsLogGoesToItsOnlyCallerAlone() {
        McpUpstream upstream = stdio("legacy", ClientCapabilities.NONE);
        Dialogue info = new Dialogue(ClientCapabilities.NONE, null, null, "info");

        String level =
                result(bench.call(upstream, Bench.call(Bench.legacyRequest("level", "{}"), "level", "alice", info)));
        var _ = bench.call(upstream, Bench.call(Bench.legacyRequest("log", "{}"), "log", "alice", info));
        var _ = bench.call(upstream, Bench.call(Bench.legacyRequest("log", "{}"), "log", "bob", info));
        var _ = bench.call(upstream, Bench.call(Bench.legacyRequest("log", "{}"), "log", "alice", info));

        assertThat(level).contains("info");
        assertThat(bench.heard).hasSize(1);
        assertThat(upstream.status().dropped()).isEqualTo(2);
    }
}
