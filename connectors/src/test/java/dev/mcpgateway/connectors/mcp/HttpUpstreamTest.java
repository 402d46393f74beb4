package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.credential.CallCredential;
import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Busy;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Cancelled;
import dev.mcpgateway.connectors.mcp.UpstreamReply.InputNeeded;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Malformed;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TimedOut;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TooLarge;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Unreachable;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.testing.ToolTurn;
import dev.mcpgateway.connectors.wire.AgentMessage;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Splice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over Streamable HTTP: what goes out, what may come back, in both eras. */
class HttpUpstreamTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private FakeMcpServer server(Speaks speaks) {
        return bench.with(FakeMcpServer.start(speaks));
    }

    private HttpUpstream upstream(FakeMcpServer server) {
        return bench.upstream(server.url(), EraSetting.AUTO);
    }

    private static RawRequest onlyCall(FakeMcpServer server) {
        assertThat(server.requests("tools/call")).hasSize(1);
        return server.requests("tools/call").getFirst();
    }

    private static Envelope answer(UpstreamReply reply) {
        assertThat(reply).isInstanceOf(Answered.class);
        return ((Answered) reply).message();
    }

    // --- what goes out

    @Test
    void aModernCallCarriesItsMetadataInBodyAndHeader() {
        FakeMcpServer server = server(Speaks.MODERN).tool("echo", ToolScript.text("hi"));

        answer(bench.call(upstream(server), Bench.call("echo")));

        RawRequest request = onlyCall(server);
        assertThat(request.header("MCP-Protocol-Version")).hasValue("2026-07-28");
        assertThat(request.header("Mcp-Method")).hasValue("tools/call");
        assertThat(request.header("Mcp-Name")).hasValue("echo");
        assertThat(request.header("Content-Type")).hasValue("application/json");
        assertThat(request.header("Accept")).hasValue("application/json, text/event-stream");
        assertThat(request.header("Authorization")).hasValue("Bearer of-alice");
        assertThat(request.header("traceparent"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("00-0af"));
        assertThat(request.header("tracestate")).hasValue("vendor=1");
        assertThat(request.header("Mcp-Session-Id")).isEmpty();
        assertThat(request.text())
                .contains("\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"")
                .contains("\"io.modelcontextprotocol/clientCapabilities\":{}")
                .contains("\"name\":\"echo\"")
                .contains("/clientInfo\":{\"name\":\"agent\",\"version\":\"7\"}")
                .contains("\"traceparent\":\"00-0af")
                .doesNotContain("fake__")
                .doesNotContain("agent-1")
                .doesNotContain("agent-token")
                .doesNotContain("sampling");
    }

    @Test
    void aLegacyCallCarriesItsSessionAndNoModernMetadata() {
        FakeMcpServer server = server(Speaks.LEGACY).tool("echo", ToolScript.text("hi"));

        answer(bench.call(upstream(server), Bench.call("echo")));

        RawRequest request = onlyCall(server);
        assertThat(request.header("Mcp-Session-Id")).hasValue("session-1");
        assertThat(request.header("MCP-Protocol-Version")).hasValue("2025-11-25");
        assertThat(request.header("Mcp-Method")).isEmpty();
        assertThat(request.header("Mcp-Name")).isEmpty();
        assertThat(request.header("Authorization")).hasValue("Bearer of-alice");
        assertThat(request.text())
                .contains("\"name\":\"echo\"")
                .contains("\"traceparent\":\"00-0af")
                .doesNotContain("io.modelcontextprotocol/");
        RawRequest initialize = server.requests("initialize").getFirst();
        assertThat(initialize.text()).contains("\"capabilities\":{}").contains("\"name\":\"test-gateway\"");
        assertThat(initialize.header("Mcp-Session-Id")).isEmpty();
        assertThat(server.requests("notifications/initialized")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void argumentsAndUnknownMembersKeepTheirBytesInAllFourCells(Speaks speaks) {
        String arguments =
                "{ \"n\": 12345678901234567890, \"f\":1.10, \"e\":1e400,\"s\":\"\\u00e9\\/\", \"z\":-0.0, \"a\":{\"b\" : [ ]}}";
        FakeMcpServer server = server(speaks);
        server.tool(
                "echo",
                turn -> turn.result("{\"content\":[],\"structuredContent\":" + turn.arguments()
                        + ",\"x-unknown\" : {\"n\":1.10}}"));
        HttpUpstream upstream = upstream(server);
        byte[] serverInfo = "{\"name\":\"gw\"}".getBytes(StandardCharsets.UTF_8);

        for (Era agent : Era.values()) {
            Envelope request = agent == Era.MODERN
                    ? Bench.modernRequest("echo", arguments)
                    : Bench.legacyRequest("echo", arguments);
            Envelope reply = answer(bench.call(upstream, Bench.call(request, "echo", "alice", Bench.AMPLE, 1 << 20)));
            String toAgent = new String(
                    AgentMessage.result(
                                    new Splice(reply.document()),
                                    reply,
                                    agent,
                                    request.document().rawBytes(request.id()),
                                    serverInfo,
                                    false,
                                    false)
                            .toBytes(),
                    StandardCharsets.UTF_8);

            assertThat(server.requests("tools/call").getLast().text()).contains(arguments);
            assertThat(toAgent)
                    .contains("\"structuredContent\":" + arguments)
                    .contains("\"x-unknown\" : {\"n\":1.10}")
                    .contains(agent == Era.MODERN ? "\"id\":\"agent-1\"" : "\"id\":4711");
            assertThat(toAgent.contains("resultType")).isEqualTo(agent == Era.MODERN);
        }
    }

    @Test
    void aToolNameOutsideAsciiGoesIntoItsHeaderEncoded() {
        FakeMcpServer server = server(Speaks.MODERN).tool("größe", ToolScript.text("hi"));

        answer(bench.call(upstream(server), Bench.call("größe")));

        assertThat(onlyCall(server).header("Mcp-Name")).hasValue("=?base64?Z3LDtsOfZQ==?=");
    }

    @Test
    void idsAreIntegersAndNeverTheSameTwice() {
        FakeMcpServer server = server(Speaks.MODERN).tool("echo", ToolScript.text("hi"));
        HttpUpstream upstream = upstream(server);

        for (int i = 0; i < 10; i++) {
            bench.call(upstream, Bench.call("echo", "user-" + i % 2, Bench.AMPLE));
        }

        List<String> ids = server.requests("tools/call").stream()
                .map(request -> request.text().replaceAll(".*?\"id\":([^,]+),.*", "$1"))
                .toList();
        assertThat(ids).allMatch(id -> id.matches("[0-9]+")).doesNotHaveDuplicates();
    }

    @Test
    void theCredentialOfEachCallIsItsOwn() {
        FakeMcpServer server = server(Speaks.LEGACY).tool("echo", ToolScript.text("hi"));
        HttpUpstream upstream = upstream(server);

        bench.call(upstream, Bench.call("echo", "alice", Bench.AMPLE));
        bench.call(upstream, Bench.call("echo", "bob", Bench.AMPLE));

        assertThat(server.requests("tools/call"))
                .extracting(request -> request.header("Authorization").orElseThrow())
                .containsExactly("Bearer of-alice", "Bearer of-bob");
        assertThat(server.requests("initialize"))
                .extracting(request -> request.header("Authorization").orElseThrow())
                .containsExactly("Bearer of-alice", "Bearer of-bob");
    }

    @Test
    void aCredentialThatWouldReplaceAProtocolHeaderIsNotSent() {
        FakeMcpServer server = server(Speaks.MODERN).tool("echo", ToolScript.text("hi"));
        UpstreamCall call = Bench.call("echo");
        UpstreamCall forged = new UpstreamCall(
                call.request(),
                call.target(),
                call.principal(),
                CallCredential.of(new Credential(List.of(new HttpHeader("mcp-name", "other")))),
                null,
                null,
                false,
                call.timeout(),
                call.replyBytesMax(),
                Dialogue.NONE,
                Duration.ZERO);

        assertThatThrownBy(() -> bench.call(upstream(server), forged)).isInstanceOf(IllegalArgumentException.class);

        assertThat(server.requests("tools/call")).isEmpty();
    }

    @Test
    void annotatedArgumentsAreMirroredIntoHeaders() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("sql", SQL_DEFINITION, ToolScript.text("ok"));
        HttpUpstream upstream = upstream(server);
        upstream.offer();

        Envelope request = Bench.modernRequest(
                "sql",
                "{\"region\":\"süd\",\"limit\":42.0,\"dry\":true,\"deep\":{\"tenant\":\"a b\"},\"query\":\"x\"}");
        answer(bench.call(upstream, Bench.call(request, "sql", "alice", Bench.AMPLE, 1 << 20)));

        RawRequest sent = onlyCall(server);
        assertThat(sent.header("Mcp-Param-Region")).hasValue("=?base64?c8O8ZA==?=");
        assertThat(sent.header("Mcp-Param-Limit")).hasValue("42");
        assertThat(sent.header("Mcp-Param-Dry")).hasValue("true");
        assertThat(sent.header("Mcp-Param-Tenant")).hasValue("a b");
        assertThat(sent.headers()).noneMatch(header -> header.getKey().equalsIgnoreCase("Mcp-Param-Query"));
    }

    private static final String SQL_DEFINITION = """
            {"name":"sql","inputSchema":{"type":"object","properties":{
             "region":{"type":"string","x-mcp-header":"Region"},"limit":{"type":"integer","x-mcp-header":"Limit"},
             "dry":{"type":"boolean","x-mcp-header":"Dry"},
             "deep":{"type":"object","properties":{"tenant":{"type":["string","null"],"x-mcp-header":"Tenant"}}},
             "query":{"type":"string"}}}}""";

    @Test
    void aCallRefusedForMissingMirroredHeadersIsRepeatedWithThem() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("sql", SQL_DEFINITION, turn -> {
            if (turn.request().header("Mcp-Param-Region").isPresent()) {
                turn.result(ToolScript.textResult("ok"));
            } else {
                turn.connection().answer(400, "application/json", turn.error(-32020, "Mcp-Param-Region is missing"));
            }
        });

        Envelope request = Bench.modernRequest("sql", "{\"region\":\"eu\"}");
        answer(bench.call(upstream(server), Bench.call(request, "sql", "alice", Bench.AMPLE, 1 << 20)));

        assertThat(server.requests("tools/call")).hasSize(2);
    }

    @Test
    void aServerThatAlwaysFindsAMismatchIsAskedTwiceAndNoMore() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool(
                "sql",
                SQL_DEFINITION,
                turn -> turn.connection().answer(400, "application/json", turn.error(-32020, "no")));

        UpstreamReply reply = bench.call(upstream(server), Bench.call("sql"));

        assertThat(reply).isInstanceOfSatisfying(ProtocolError.class, error -> {
            assertThat(error.code()).isEqualTo(-32020);
            assertThat(error.httpStatus()).isEqualTo(400);
        });
        assertThat(server.requests("tools/call")).hasSize(2);
    }

    // --- what may come back

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void everyStatusHasItsMeaning(Speaks speaks) {
        FakeMcpServer server = server(speaks).tool("echo", ToolScript.text("hi"));
        HttpUpstream upstream = upstream(server);
        bench.call(upstream, Bench.call("echo"));

        assertThat(reply(server, upstream, 401))
                .isEqualTo(new Unreachable("the upstream refused our credential (HTTP 401)", false));
        assertThat(reply(server, upstream, 403))
                .isEqualTo(new Unreachable("the upstream refused our credential (HTTP 403)", false));
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            assertThat(reply(server, upstream, status)).isInstanceOfSatisfying(Unreachable.class, redirect -> {
                assertThat(redirect.why()).contains("redirect").contains("" + status);
                assertThat(redirect.mayHaveRun()).isFalse();
            });
        }
        assertThat(reply(server, upstream, 429)).isInstanceOf(Busy.class);
        assertThat(reply(server, upstream, 503)).isInstanceOf(Busy.class);
        assertThat(reply(server, upstream, 500)).isEqualTo(new Unreachable("the upstream failed with HTTP 500", true));
        assertThat(reply(server, upstream, 502)).isEqualTo(new Unreachable("the upstream failed with HTTP 502", true));
        assertThat(reply(server, upstream, 413)).isEqualTo(new Unreachable("the upstream failed with HTTP 413", false));
        assertThat(reply(server, upstream, 202)).isInstanceOf(Malformed.class);
        assertThat(reply(server, upstream, 206)).isInstanceOf(Malformed.class);
    }

    private UpstreamReply reply(FakeMcpServer server, HttpUpstream upstream, int status) {
        server.tool(
                "bad",
                ToolScript.raw(
                        "HTTP/1.1 " + status
                                + " X\r\nLocation: http://127.0.0.1:1/\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"));
        server.clearRequests();
        UpstreamReply reply = bench.call(upstream, Bench.call("bad"));
        assertThat(server.requests("tools/call")).as("status %d", status).hasSize(1);
        return reply;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | application/json | not json",
                "200 | application/json | ''",
                "200 | application/json | []",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID}",
                "200 | application/json | {\"id\":ID,\"result\":{}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":999999,\"result\":{}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":\"ID\",\"result\":{}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"id\":ID,\"result\":{}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{},\"error\":{\"code\":1,\"message\":\"\"}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{},\"Result\":{}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":5}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":null}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{\"resultType\":\"task\"}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{\"resultType\":5}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":{\"code\":\"x\",\"message\":\"\"}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":{\"code\":1.5,\"message\":\"\"}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":5}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"method\":\"ping\"}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{}}trailing",
                "200 | text/html | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{}}",
                "200 | '' | {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{}}"
            })
    void aReplyThatIsNotMcpIsMalformed(int status, String type, String body) {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("bad", turn -> turn.connection().answer(status, type, body.replace("ID", turn.id())));

        assertThat(bench.call(upstream(server), Bench.call("bad"))).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | ID | -32602",
                "200 | ID | 7",
                "400 | ID | -32602",
                "400 | null | -32600",
                "404 | ID | -32601",
                "500 | ID | -32603",
                "422 | ID | 12345"
            })
    void aJsonRpcErrorIsAProtocolErrorWithItsStatus(int status, String id, long code) {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool(
                "bad",
                turn -> turn.connection()
                        .answer(
                                status,
                                "application/json; charset=utf-8",
                                "{\"jsonrpc\":\"2.0\",\"id\":" + id.replace("ID", turn.id()) + ",\"error\":{\"code\":"
                                        + code + ",\"message\":\"m\",\"data\":{\"x\":1.10}}}"));

        assertThat(bench.call(upstream(server), Bench.call("bad")))
                .isInstanceOfSatisfying(ProtocolError.class, error -> {
                    assertThat(error.code()).isEqualTo(code);
                    assertThat(error.httpStatus()).isEqualTo(status);
                    assertThat(error.message().document().raw(error.message().error()))
                            .contains("{\"x\":1.10}");
                });
    }

    @Test
    void anErrorForAnotherRequestCountsAsNone() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool(
                "bad",
                ToolScript.status(
                        500,
                        "application/json",
                        "{\"jsonrpc\":\"2.0\",\"id\":99999,\"error\":{\"code\":1,\"message\":\"\"}}"));

        assertThat(bench.call(upstream(server), Bench.call("bad"))).isInstanceOf(Unreachable.class);
    }

    @Test
    void aRefusedCredentialIsThatEvenWithAJsonRpcBody() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("bad", turn -> turn.connection().answer(401, "application/json", turn.error(-32001, "who?")));

        assertThat(bench.call(upstream(server), Bench.call("bad")))
                .isEqualTo(new Unreachable("the upstream refused our credential (HTTP 401)", false));
    }

    @Test
    void inputRequiredIsHandedOnAsSuch() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("ask", ToolScript.result("{\"resultType\":\"input_required\",\"requestState\":\"s\"}"));

        assertThat(bench.call(upstream(server), Bench.call("ask"))).isInstanceOf(InputNeeded.class);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void aReplyUpToTheBoundIsTakenAndOneByteMoreIsTooLarge(int more, boolean taken) {
        int bytesMax = 5_000;
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("big", turn -> {
            int frame = turn.response(ToolScript.textResult("")).length();
            turn.result(ToolScript.textResult("x".repeat(bytesMax + more - frame)));
        });
        server.tool("stream", turn -> {
            int frame = turn.response(ToolScript.textResult("")).length();
            turn.openEvents();
            turn.event(turn.response(ToolScript.textResult("x".repeat(bytesMax + more - frame))));
            turn.endEvents();
        });

        for (String tool : new String[] {"big", "stream"}) {
            UpstreamReply reply = bench.call(
                    upstream(server),
                    Bench.call(Bench.modernRequest(tool, "{}"), tool, "alice", Bench.AMPLE, bytesMax));
            assertThat(reply).as(tool).isInstanceOf(taken ? Answered.class : TooLarge.class);
        }
    }

    // --- event streams

    @Test
    void aStreamedReplyComesAfterItsProgress() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("slow", turn -> {
            turn.openEvents();
            turn.chunk(": keep-alive\n\nid: 5\ndata:\n\n");
            turn.event(turn.progress("1"));
            turn.event(turn.progress("2.50"));
            turn.event(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"x\"}}");
            turn.event(turn.response(ToolScript.textResult("done")));
            turn.endEvents();
        });

        Envelope answer = answer(bench.call(upstream(server), Bench.call("slow")));

        assertThat(answer.document().raw(answer.result())).contains("done");
        assertThat(bench.heard)
                .extracting(
                        message -> message.method() + " " + message.document().raw(message.params()))
                .containsExactly(
                        "notifications/progress {\"progressToken\":\"agent-token\",\"progress\":1}",
                        "notifications/progress {\"progressToken\":\"agent-token\",\"progress\":2.50}",
                        "notifications/message {\"level\":\"info\",\"data\":\"x\"}");
    }

    @Test
    void progressThatDoesNotGrowOrIsNotOursIsDroppedAndCounted() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("slow", turn -> {
            turn.openEvents();
            turn.event(turn.progress("2"));
            turn.event(turn.progress("2"));
            turn.event(turn.progress("1"));
            turn.event(turn.progress("\"3\""));
            turn.event(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":987654,\"progress\":9}}");
            turn.event(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"agent-token\",\"progress\":9}}");
            turn.event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}");
            turn.event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/invented\"}");
            turn.event(turn.progress("3"));
            turn.event(turn.response("{}"));
            turn.endEvents();
        });
        HttpUpstream upstream = upstream(server);

        answer(bench.call(upstream, Bench.call("slow")));

        assertThat(bench.heard)
                .extracting(message -> message.document().raw(message.param(McpNames.PROGRESS)))
                .containsExactly("2", "3");
        assertThat(upstream.status().dropped()).isEqualTo(7);
    }

    @Test
    void noProgressIsAskedForWhenNobodyWantsIt() {
        FakeMcpServer server = server(Speaks.MODERN).tool("echo", ToolScript.text("hi"));
        HttpUpstream upstream = upstream(server);
        UpstreamCall call = Bench.call("echo");

        bench.call(
                upstream,
                new UpstreamCall(
                        call.request(),
                        "echo",
                        "alice",
                        call.credential(),
                        null,
                        null,
                        false,
                        Bench.AMPLE,
                        1 << 20,
                        Dialogue.NONE,
                        Duration.ZERO));

        assertThat(onlyCall(server).text()).doesNotContain("progressToken").doesNotContain("traceparent");
        assertThat(onlyCall(server).header("traceparent")).isEmpty();
    }

    @Test
    void responsesForOthersAndRequestsOnAModernStreamAreDroppedAndCounted() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("odd", turn -> {
            turn.openEvents();
            turn.event("{\"jsonrpc\":\"2.0\",\"id\":999999,\"result\":{\"content\":[]}}");
            turn.event("{\"jsonrpc\":\"2.0\",\"id\":\"" + turn.id() + "\",\"result\":{\"content\":[]}}");
            turn.event("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
            turn.event("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"elicitation/create\",\"params\":{}}");
            turn.event(turn.response(ToolScript.textResult("mine")));
            turn.event(turn.response(ToolScript.textResult("second")));
            turn.endEvents();
        });
        HttpUpstream upstream = upstream(server);

        Envelope answer = answer(bench.call(upstream, Bench.call("odd")));

        assertThat(answer.document().raw(answer.result())).contains("mine");
        assertThat(upstream.status().dropped()).isEqualTo(4);
        assertThat(server.requests().stream().filter(request -> request.text().contains("-32601")))
                .isEmpty();
    }

    @Test
    void aLegacyServersPingIsAnsweredAndEverythingElseRefused() {
        FakeMcpServer server = server(Speaks.LEGACY);
        CountDownLatch answered = new CountDownLatch(2);
        server.tool("asks", turn -> {
            turn.openEvents();
            turn.event("{\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"method\":\"ping\"}");
            turn.event(
                    "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[]}}");
            Await.until(
                    "both were answered",
                    () -> server.requests().stream()
                                    .filter(request -> request.text().contains("\"result\":{}")
                                            || request.text().contains("-32601"))
                                    .count()
                            == 2);
            answered.countDown();
            turn.event(turn.response("{\"content\":[]}"));
            turn.endEvents();
        });

        answer(bench.call(upstream(server), Bench.call("asks")));

        List<String> bodies = server.requests().stream().map(RawRequest::text).toList();
        assertThat(bodies).contains("{\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"result\":{}}");
        assertThat(bodies)
                .anyMatch(body -> body.startsWith("{\"jsonrpc\":\"2.0\",\"id\":77,\"error\":{\"code\":-32601"));
        assertThat(server.requests().stream()
                        .filter(request -> request.text().contains("p-1"))
                        .map(request -> request.header("Mcp-Session-Id").orElseThrow()))
                .containsExactly("session-1");
    }

    @Test
    void aServerCannotKeepUsAnsweringItsRequests() {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.tool("asks", turn -> {
            turn.openEvents();
            for (int i = 0; i < 40; i++) {
                turn.event("{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"method\":\"ping\"}");
            }
            turn.event(turn.response("{\"content\":[]}"));
            turn.endEvents();
        });
        HttpUpstream upstream = upstream(server);

        answer(bench.call(upstream, Bench.call("asks")));

        assertThat(server.requests().stream().filter(request -> request.text().contains("\"result\":{}")))
                .hasSize(16);
        assertThat(upstream.status().dropped()).isEqualTo(24);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"jsonrpc\"\n\n",
                "data: []\n\n",
                "data: {\"jsonrpc\":\"2.0\",\"a\":1,\"a\":2}\n\n",
                "data: \u0001\n\n"
            })
    void aBrokenEventEndsTheCallAsMalformed(String event) {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicBoolean gone = new AtomicBoolean();
        server.tool("bad", turn -> {
            turn.openEvents();
            turn.chunk(event);
            turn.connection().awaitPeerClose();
            gone.set(true);
        });

        assertThat(bench.call(upstream(server), Bench.call("bad"))).isInstanceOf(Malformed.class);
        Await.until("the stream is closed", gone::get);
    }

    @Test
    void anEventOfAnotherTypeIsNoMessage() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("odd", turn -> {
            turn.openEvents();
            turn.chunk("event: endpoint\ndata: http://evil.example/\n\n");
            turn.event(turn.response("{\"content\":[]}"));
            turn.endEvents();
        });

        answer(bench.call(upstream(server), Bench.call("odd")));
    }

    @Test
    void aStreamThatEndsWithoutAnAnswerMayHaveRunTheTool() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("ends", turn -> {
            turn.openEvents();
            turn.event(turn.progress("1"));
            turn.endEvents();
        });
        server.tool("dies", turn -> {
            turn.openEvents();
            turn.event(turn.progress("1"));
            turn.connection().write("fff\r\ndata: {\"jsonrpc\"");
            turn.connection().reset();
        });

        for (String tool : new String[] {"ends", "dies"}) {
            assertThat(bench.call(upstream(server), Bench.call(tool)))
                    .isInstanceOfSatisfying(
                            Unreachable.class,
                            reply -> assertThat(reply.mayHaveRun()).as(tool).isTrue());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ": keep-alive\n\n",
                "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n\n"
            })
    void anEndlessStreamEndsAtTheTimeout(String event) {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicBoolean gone = new AtomicBoolean();
        server.tool("endless", turn -> {
            turn.openEvents();
            try {
                while (true) {
                    turn.chunk(event);
                    Thread.sleep(5);
                }
            } catch (IOException closed) {
                gone.set(true);
            }
        });

        assertThat(bench.call(upstream(server), Bench.call("endless", "alice", Bench.SHORT)))
                .isEqualTo(new TimedOut());
        Await.until("the stream is closed", gone::get);
    }

    @Test
    void aFloodOfNotificationsIsTooLarge() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("flood", turn -> {
            turn.openEvents();
            String text = "x".repeat(10_000);
            for (int i = 0; i < 100_000; i++) {
                turn.event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"data\":\"" + text
                        + "\"}}");
            }
        });

        assertThat(bench.call(upstream(server), Bench.call("flood"))).isEqualTo(new TooLarge(1 << 20));
    }

    @Test
    void anEventOfAHundredMegabytesIsTooLargeAndNotCollected() {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicInteger written = new AtomicInteger();
        server.tool("huge", turn -> {
            turn.connection().write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ");
            byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 100; i++) {
                turn.connection().write(block);
                written.incrementAndGet();
            }
        });

        assertThat(bench.call(upstream(server), Bench.call("huge"))).isEqualTo(new TooLarge(1 << 20));
        assertThat(written).hasValueLessThan(50);
    }

    // --- cancellation and time

    @Test
    void anInterruptClosesTheStreamOfAModernCall() {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicBoolean gone = new AtomicBoolean();
        server.tool("hang", turn -> {
            turn.openEvents();
            turn.connection().awaitPeerClose();
            gone.set(true);
        });
        HttpUpstream upstream = upstream(server);
        AtomicBoolean interrupted = new AtomicBoolean();

        var call = Bench.start(() -> {
            UpstreamReply reply = upstream.call(Bench.call("hang"), ReplyListener.NONE);
            interrupted.set(Thread.currentThread().isInterrupted());
            return reply;
        });
        Await.until("the call has arrived", () -> !server.requests("tools/call").isEmpty());
        call.interruptWhileWaiting();

        assertThat(call.result()).isEqualTo(new Cancelled());
        assertThat(interrupted).isTrue();
        Await.until("the server sees the close", gone::get);
        assertThat(server.requests("notifications/cancelled")).isEmpty();
    }

    @Test
    void anInterruptIsToldToALegacyServer() {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.tool("hang", ToolScript.hanging(() -> {}));
        HttpUpstream upstream = upstream(server);

        var call = Bench.start(() -> upstream.call(Bench.call("hang"), ReplyListener.NONE));
        Await.until("the call has arrived", () -> !server.requests("tools/call").isEmpty());
        call.interruptWhileWaiting();

        assertThat(call.result()).isEqualTo(new Cancelled());
        Await.until(
                "the server is told",
                () -> !server.requests("notifications/cancelled").isEmpty());
        String id = onlyCall(server).text().replaceAll(".*?\"id\":([^,]+),.*", "$1");
        RawRequest cancelled = server.requests("notifications/cancelled").getFirst();
        assertThat(cancelled.text()).contains("\"requestId\":" + id + ",");
        assertThat(cancelled.header("Mcp-Session-Id")).hasValue("session-1");
    }

    @Test
    void aTimeoutIsToldToALegacyServer() {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.tool("hang", ToolScript.hanging(() -> {}));

        assertThat(bench.call(upstream(server), Bench.call("hang", "alice", Bench.SHORT)))
                .isEqualTo(new TimedOut());

        Await.until(
                "the server is told",
                () -> !server.requests("notifications/cancelled").isEmpty());
    }

    @Test
    void progressDoesNotExtendTheTimeout() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("slow", turn -> {
            turn.openEvents();
            for (int i = 1; i < 10_000; i++) {
                turn.event(turn.progress("" + i));
                Thread.sleep(10);
            }
        });

        assertThat(bench.call(upstream(server), Bench.call("slow", "alice", Bench.SHORT)))
                .isEqualTo(new TimedOut());
        assertThat(bench.heard).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aListenerThatThrowsEndsTheCallUpstreamToo(Speaks speaks) {
        FakeMcpServer server = server(speaks);
        AtomicBoolean gone = new AtomicBoolean();
        server.tool("slow", turn -> {
            turn.openEvents();
            turn.event(turn.progress("1"));
            turn.connection().awaitPeerClose();
            gone.set(true);
        });
        HttpUpstream upstream = upstream(server);

        assertThatThrownBy(() -> Bench.start(() -> upstream.call(Bench.call("slow"), message -> {
                            throw new IllegalStateException("agent gone");
                        }))
                        .result())
                .hasMessage("agent gone");

        Await.until("the stream is closed", gone::get);
        if (speaks == Speaks.LEGACY) {
            Await.until(
                    "the server is told",
                    () -> !server.requests("notifications/cancelled").isEmpty());
        }
    }

    @Test
    void concurrentCallsOfManyPrincipalsGetTheirOwnAnswers() {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.tool("echo", turn -> {
            String session = turn.request().header("Mcp-Session-Id").orElseThrow();
            turn.openEvents();
            turn.event(turn.response(
                    "{\"content\":[],\"args\":" + turn.arguments() + ",\"session\":\"" + session + "\"}"));
            turn.endEvents();
        });
        HttpUpstream upstream = upstream(server);

        var calls = java.util.stream.IntStream.range(0, 200)
                .mapToObj(i -> Bench.start(() -> {
                    Envelope request = Bench.legacyRequest("echo", "{\"n\":" + i + "}");
                    UpstreamCall call = Bench.call(request, "echo", "user-" + i % 10, Bench.AMPLE, 1 << 20);
                    Envelope answer = answer(upstream.call(call, ReplyListener.NONE));
                    assertThat(answer.document().raw(answer.result())).contains("{\"n\":" + i + "}");
                    return i % 10 + " " + answer.document().raw(answer.result()).replaceAll(".*\"session\":", "");
                }))
                .toList();

        assertThat(calls.stream().map(Bench.Running::result).distinct()).hasSize(10);
        assertThat(server.sessionsOpened()).isEqualTo(10);
        assertThat(server.failures()).isEmpty();
    }

    @Test
    void aScriptSeesWhatAToolSees() {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicBoolean seen = new AtomicBoolean();
        ToolScript script = (ToolTurn turn) -> {
            seen.set(turn.progressToken().equals(turn.id()));
            turn.result("{\"content\":[]}");
        };
        server.tool("token", script);

        answer(bench.call(upstream(server), Bench.call("token")));

        assertThat(seen).as("the progress token is our own and unique").isTrue();
    }

    @Test
    void theTimeoutCoversTheWaitForAConnectionToo() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("hang", ToolScript.hanging(() -> {}));
        HttpUpstreamSettings all = Bench.settings(server.url(), EraSetting.MODERN);
        HttpUpstream upstream = bench.with(new HttpUpstream(
                new HttpUpstreamSettings(
                        all.alias(),
                        all.url(),
                        all.era(),
                        all.credential(),
                        new dev.mcpgateway.connectors.net.HttpSettings(
                                all.connections().origin(),
                                all.connections().client(),
                                1,
                                Duration.ofSeconds(1),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(1),
                                java.util.Optional.empty()),
                        List.of(),
                        all.listTimeout(),
                        10,
                        all.sessionIdle(),
                        64,
                        all.ownCapabilities()),
                bench.surroundings()));
        var first = Bench.start(() -> upstream.call(Bench.call("hang"), ReplyListener.NONE));
        Await.until(
                "the only connection is taken",
                () -> !server.requests("tools/call").isEmpty());

        assertThat(bench.call(upstream, Bench.call("hang"))).isInstanceOf(Busy.class);

        first.interruptWhileWaiting();
        assertThat(first.result()).isEqualTo(new Cancelled());
    }
}
