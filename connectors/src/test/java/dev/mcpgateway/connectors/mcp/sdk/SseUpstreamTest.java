package dev.mcpgateway.connectors.mcp.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.mcp.Bench;
import dev.mcpgateway.connectors.mcp.Definition;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Cancelled;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TimedOut;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Unreachable;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeSseServer;
import dev.mcpgateway.connectors.testing.RawServer;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The old HTTP+SSE transport through the MCP Java SDK. */
class SseUpstreamTest {
    private final Bench bench = new Bench();
    private final FakeSseServer server = bench.with(FakeSseServer.start());

    @AfterEach
    void close() {
        bench.close();
    }

    private McpUpstream upstream() {
        return upstream(server.url());
    }

    private McpUpstream upstream(URI url) {
        return bench.with(SseUpstream.of(
                SseUpstreamSettings.of("fake", url, new UpstreamCredential.None()), bench.surroundings()));
    }

    private static UpstreamCall call(String tool, String arguments, String principal) {
        return Bench.call(Bench.legacyRequest(tool, arguments), tool, principal, Bench.AMPLE, 1 << 20);
    }

    private static Envelope answer(UpstreamReply reply) {
        assertThat(reply).isInstanceOf(Answered.class);
        return ((Answered) reply).message();
    }

    @Test
    void toolsAreListedAndCalled() throws UpstreamFault {
        server.answer(
                "echo",
                request ->
                        "{\"content\":[],\"args\":" + request.document().raw(request.param(McpNames.ARGUMENTS)) + "}");
        McpUpstream upstream = upstream();

        assertThat(upstream.offer().list(FeatureList.TOOLS))
                .extracting(Definition::name)
                .containsExactly("echo");
        Envelope answer = answer(bench.call(upstream, call("echo", "{\"a\":1}", "alice")));

        assertThat(answer.document().raw(answer.result())).contains("\"args\":{\"a\":1}");
        assertThat(upstream.status().revision()).isEqualTo(Revision.V2024_11_05);
        assertThat(server.requests())
                .filteredOn(request -> request.text().contains("tools/call"))
                .allMatch(request -> request.header("Authorization").orElse("").equals("Bearer of-alice"));
    }

    @Test
    void theFirstWordsComeInTheirOrder() throws UpstreamFault {
        upstream().offer();

        assertThat(server.requests().stream()
                        .map(request -> request.text().replaceAll(".*\"method\":\"([^\"]*)\".*", "$1")))
                .containsExactly("", "initialize", "notifications/initialized", "tools/list");
    }

    @Test
    void numbersKeepEveryDigitAndUnknownMembersStay() {
        String odd =
                "{ \"n\":12345678901234567890, \"f\":1.10,\"g\":0.1234567890123456789,\"e\":1e400,\"z\":-0.0,\"u\":{\"x\":[null]},\"s\":\"\\u00e9é\"}";
        server.answer(
                "echo",
                request -> "{\"content\":[],\"_meta\":{\"k\":1},\"args\":"
                        + request.document().raw(request.param(McpNames.ARGUMENTS)) + "}");

        Envelope answer = answer(bench.call(upstream(), call("echo", odd, "alice")));

        assertThat(answer.document().raw(answer.result()))
                .contains("\"args\":" + odd)
                .contains("\"_meta\":{\"k\":1}");
        assertThat(server.requests()).anyMatch(request -> request.text().contains("\"arguments\":" + odd));
    }

    @Test
    void aMessageThatCannotBeReadEndsNobodysSession() throws IOException {
        server.answer("bad", _ -> "{\"content\":[],\"a\":1,\"a\":2}");
        server.answer("echo", _ -> "{\"content\":[]}");
        McpUpstream upstream = upstream();

        assertThat(bench.call(upstream, Bench.call("bad", "alice", Bench.SHORT)))
                .isEqualTo(new TimedOut());
        server.push("not json");
        server.push("[]");
        server.push("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"\"}}");
        answer(bench.call(upstream, call("echo", "{}", "alice")));

        assertThat(server.requests())
                .filteredOn(request -> request.method().equals("GET"))
                .hasSize(1);
        assertThat(upstream.status().dropped()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void eachPrincipalHasItsOwnStream() {
        server.answer("echo", _ -> "{\"content\":[]}");
        McpUpstream upstream = upstream();

        var calls = IntStream.range(0, 40)
                .mapToObj(i ->
                        Bench.start(() -> upstream.call(call("echo", "{}", "user-" + i % 4), ReplyListener.NONE)))
                .toList();
        calls.forEach(call -> answer(call.result()));

        assertThat(server.streams()).isEqualTo(4);
        assertThat(server.requests())
                .filteredOn(request -> request.text().contains("tools/call"))
                .extracting(request ->
                        request.target() + request.header("Authorization").orElse(""))
                .hasSize(40);
        assertThat(server.requests().stream()
                        .filter(request -> request.text().contains("tools/call"))
                        .map(request -> request.target()
                                + request.header("Authorization").orElse(""))
                        .distinct())
                .hasSize(4);
    }

    @Test
    void anErrorIsAProtocolError() {
        server.answer(
                "bad",
                _ ->
                        "{\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":{\"code\":-32602,\"message\":\"no\",\"data\":{\"f\":1.10}}}");

        assertThat(bench.call(upstream(), call("bad", "{}", "alice")))
                .isInstanceOfSatisfying(ProtocolError.class, error -> {
                    assertThat(error.code()).isEqualTo(-32602);
                    assertThat(error.message().document().raw(error.message().error()))
                            .contains("{\"f\":1.10}");
                });
    }

    @Test
    void progressIsTranslated() {
        server.answer("slow", request -> {
            server.push("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                    + request.document().raw(request.meta(McpNames.PROGRESS_TOKEN)) + ",\"progress\":1}}");
            return "{\"content\":[]}";
        });

        answer(bench.call(upstream(), call("slow", "{}", "alice")));

        assertThat(bench.heard)
                .extracting(message -> message.document().raw(message.params()))
                .containsExactly("{\"progressToken\":5,\"progress\":1}");
    }

    @Test
    void aServersQuestionsAreAnsweredAsEverywhere() throws IOException {
        server.answer("echo", _ -> "{\"content\":[]}");
        McpUpstream upstream = upstream();
        answer(bench.call(upstream, call("echo", "{}", "alice")));

        server.push("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}");
        server.push("{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"sampling/createMessage\",\"params\":{}}");

        Await.until(
                "both are answered",
                () -> server.requests().stream()
                                .filter(request -> request.text().matches(".*\"id\":\"[ps]\".*"))
                                .count()
                        == 2);
        assertThat(server.requests()).anyMatch(request -> request.text().contains("-32601"));
    }

    @Test
    void anAnnouncedChangeIsHeard() throws UpstreamFault, IOException {
        McpUpstream upstream = upstream();
        AtomicInteger changes = new AtomicInteger();
        upstream.onOfferChanged(changes::incrementAndGet);
        upstream.offer();

        server.push("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");

        Await.until("it was heard", () -> changes.get() == 1);
    }

    @Test
    void anInterruptAndATimeoutAreToldToTheServer() {
        server.answer("hang", _ -> "");
        McpUpstream upstream = upstream();
        assertThat(bench.call(upstream, Bench.call("hang", "alice", Bench.SHORT)))
                .isEqualTo(new TimedOut());
        var call = Bench.start(() -> upstream.call(call("hang", "{}", "alice"), ReplyListener.NONE));
        Await.until(
                "the call has arrived",
                () -> server.requests().stream()
                                .filter(request -> request.text().contains("tools/call"))
                                .count()
                        == 2);

        call.interruptWhileWaiting();

        assertThat(call.result()).isEqualTo(new Cancelled());
        Await.until(
                "the server is told twice",
                () -> server.requests().stream()
                                .filter(request -> request.text().contains("notifications/cancelled"))
                                .count()
                        == 2);
    }

    @Test
    void aStreamThatEndsTakesItsCallsWithItAndIsOpenedAgain() throws IOException {
        server.answer("hang", _ -> "").answer("echo", _ -> "{\"content\":[]}");
        McpUpstream upstream = upstream();
        var call = Bench.start(() -> upstream.call(call("hang", "{}", "alice"), ReplyListener.NONE));
        Await.until(
                "the call has arrived",
                () -> server.requests().stream()
                        .anyMatch(request -> request.text().contains("tools/call")));

        server.dropStreams();

        assertThat(call.result()).isInstanceOfSatisfying(Unreachable.class, reply -> {
            assertThat(reply.mayHaveRun()).isTrue();
            assertThat(reply.why()).contains("event stream");
        });
        answer(bench.call(upstream, call("echo", "{}", "alice")));
    }

    @Test
    void aMessageThatIsRefusedEndsItsCall() {
        server.answer("echo", _ -> "{\"content\":[]}");
        McpUpstream upstream = upstream();
        answer(bench.call(upstream, call("echo", "{}", "alice")));
        server.postStatus(500);

        assertThat(bench.call(upstream, call("echo", "{}", "alice"))).isInstanceOf(Unreachable.class);
    }

    @Test
    void anEndpointOnAnotherHostIsRefusedAndNothingSentThere() {
        RawServer other = bench.with(RawServer.start(connection -> connection.readRequest()));
        server.endpoint("http://127.0.0.1:" + other.port() + "/steal");

        assertThat(bench.call(upstream(), call("echo", "{}", "alice"))).isInstanceOf(Unreachable.class);

        assertThat(other.accepted()).isZero();
    }

    @Test
    void aBlockedAddressIsRefusedBeforeAConnection() {
        McpUpstream upstream =
                upstream(URI.create("http://metadata.invalid:" + server.url().getPort() + "/sse"));

        UpstreamFault fault = catchThrowableOfType(UpstreamFault.class, upstream::offer);

        assertThat(fault).hasMessageContaining("allow_networks");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aServerThatIsNotThereIsUnreachable() {
        server.close();

        assertThat(bench.call(upstream(), call("echo", "{}", "alice")))
                .isInstanceOfSatisfying(
                        Unreachable.class,
                        reply -> assertThat(reply.mayHaveRun()).isFalse());
    }

    @Test
    void aServerThatAnswersWithoutAStreamIsUnreachable() {
        RawServer plain = bench.with(RawServer.start(connection -> {
            connection.readRequest();
            connection.answer(404, "text/plain", "nothing here");
        }));

        assertThat(bench.call(
                        upstream(URI.create("http://127.0.0.1:" + plain.port() + "/sse")), call("echo", "{}", "alice")))
                .isInstanceOf(Unreachable.class);
    }

    @Test
    void closingEndsTheStreams() {
        server.answer("echo", _ -> "{\"content\":[]}");
        McpUpstream upstream = upstream();
        answer(bench.call(upstream, call("echo", "{}", "alice")));
        assertThat(server.streams()).isEqualTo(1);

        upstream.close();

        Await.until("the stream is closed", () -> server.streams() == 0);
    }

    @Test
    void onePrincipalThatIsRefusedDelaysNoOther() {
        server.answer("echo", _ -> "{\"content\":[]}");
        McpUpstream upstream = upstream();
        server.postStatus(401);
        assertThat(bench.call(upstream, call("echo", "{}", "mallory"))).isInstanceOf(Unreachable.class);
        server.postStatus(202);

        answer(bench.call(upstream, call("echo", "{}", "alice")));
    }
}
