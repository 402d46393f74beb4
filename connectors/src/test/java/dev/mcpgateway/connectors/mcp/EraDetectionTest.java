package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Unreachable;
import dev.mcpgateway.connectors.mcp.UpstreamStatus.Health;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawConnection;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.wire.Revision;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of 2026-07-28, Versioning, "Backward Compatibility", over HTTP. */
class EraDetectionTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private FakeMcpServer server(Speaks speaks) {
        return bench.with(FakeMcpServer.start(speaks)).tool("echo", ToolScript.text("hello"));
    }

    @ParameterizedTest
    @CsvSource({"MODERN, 2026-07-28", "BOTH, 2026-07-28", "LEGACY, 2025-11-25"})
    void theNewestEraThatBothSpeakIsFound(Speaks speaks, String revision) throws UpstreamFault {
        FakeMcpServer server = server(speaks);
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        Offer listing = upstream.offer();

        assertThat(listing.revision().version()).isEqualTo(revision);
        assertThat(listing.list(FeatureList.TOOLS)).extracting(Definition::name).containsExactly("echo");
        assertThat(upstream.status().revision()).isEqualTo(Revision.of(revision).orElseThrow());
        assertThat(upstream.status().health()).isEqualTo(Health.UP);
        assertThat(server.requests("initialize")).hasSize(speaks == Speaks.LEGACY ? 1 : 0);
        assertThat(bench.call(upstream, Bench.call("echo"))).isInstanceOf(Answered.class);
    }

    @Test
    void theEraIsAskedForOnce() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY);
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        upstream.offer();
        for (int i = 0; i < 5; i++) {
            bench.call(upstream, Bench.call("echo"));
        }

        assertThat(server.requests("server/discover")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"LEGACY, LEGACY, 0", "MODERN, MODERN, 1"})
    void aConfiguredEraIsNotAskedFor(EraSetting era, Speaks speaks, int discoveries) throws UpstreamFault {
        FakeMcpServer server = server(speaks);

        bench.upstream(server.url(), era).offer();

        // a modern server says there what it has, whoever asks
        assertThat(server.requests("server/discover")).hasSize(discoveries);
        assertThat(server.requests("initialize")).hasSize(1 - discoveries);
    }

    @Test
    void aConfiguredModernEraNeverFallsBack() {
        FakeMcpServer server = server(Speaks.LEGACY);

        assertThat(bench.call(bench.upstream(server.url(), EraSetting.MODERN), Bench.call("echo")))
                .isInstanceOf(UpstreamReply.ProtocolError.class);
        assertThat(server.requests("initialize")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | text/plain | Bad Request",
                "404 | text/html | <h1>Not Found</h1>",
                "405 | text/plain | ''",
                "406 | text/plain | ''",
                "400 | application/json | {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"no session\"}}",
                "400 | application/json | {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32602,\"message\":\"x\"}}",
                "404 | application/json | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"x\"}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"x\"}}",
                "200 | application/json | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
                "400 | application/json | {\"error\":\"invalid\"}",
                "400 | application/json | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"x\",\"data\":{\"supported\":[\"2025-11-25\",\"1900-01-01\"]}}}"
            })
    void anyOtherRefusalMeansLegacy(int status, String type, String body) throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.method("server/discover", ToolScript.status(status, type, body));

        assertThat(bench.upstream(server.url(), EraSetting.AUTO).offer().revision())
                .isEqualTo(Revision.V2025_11_25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32020,\"message\":\"x\"}}",
                "400 | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32021,\"message\":\"x\"}}",
                "200 | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32021,\"message\":\"x\"}}",
                "400 | {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"x\",\"data\":{\"supported\":[\"2025-11-25\",\"2026-07-28\"]}}}"
            })
    void anErrorThatOnlyModernServersGiveMeansModern(int status, String body) throws UpstreamFault {
        FakeMcpServer server = server(Speaks.BOTH);
        server.method("server/discover", ToolScript.status(status, "application/json", body));

        assertThat(bench.upstream(server.url(), EraSetting.AUTO).offer().revision())
                .isEqualTo(Revision.V2026_07_28);
        assertThat(server.requests("initialize")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"x\",\"data\":{\"supported\":[\"2031-01-01\"]}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"x\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"supportedVersions\":[\"2031-01-01\", 5]}}"
            })
    void aServerWithoutACommonRevisionIsDownAndSaysSo(String body) {
        FakeMcpServer server = server(Speaks.BOTH);
        server.method("server/discover", ToolScript.status(400, "application/json", body));
        if (body.contains("result")) {
            server.method("server/discover", ToolScript.status(200, "application/json", body));
        }
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        UpstreamFault fault = catchThrowableOfType(UpstreamFault.class, upstream::offer);

        assertThat(fault).hasMessageContaining("no protocol revision").hasMessageContaining("2026-07-28");
        assertThat(server.requests("initialize")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "500, failed with HTTP 500",
        "502, failed with HTTP 502",
        "503, come back later",
        "429, come back later",
        "401, refused our credential",
        "403, refused our credential",
        "302, redirect",
        "307, redirect",
        "408, HTTP 408"
    })
    void anOutageIsNotTakenForLegacy(int status, String reason) {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.method("server/discover", ToolScript.status(status, "text/plain", ""));
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        UpstreamFault fault = catchThrowableOfType(UpstreamFault.class, upstream::offer);

        assertThat(fault).hasMessageContaining(reason);
        assertThat(server.requests("initialize")).isEmpty();
        assertThat(upstream.status().health()).isEqualTo(Health.DOWN);
        assertThat(upstream.status().reason()).contains(reason);
    }

    @Test
    void silenceIsAnOutageAndNotLegacy() {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.method("server/discover", turn -> turn.connection().awaitPeerClose());

        UpstreamReply reply =
                bench.call(bench.upstream(server.url(), EraSetting.AUTO), Bench.call("echo", "alice", Bench.SHORT));

        assertThat(reply).isEqualTo(new Unreachable("does not answer in time", false));
        assertThat(server.requests("initialize")).isEmpty();
        assertThat(server.requests("tools/call")).isEmpty();
    }

    @Test
    void anOutageIsAskedAboutAgain() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.method("server/discover", ToolScript.status(500, "text/plain", ""));
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);
        var _ = catchThrowableOfType(UpstreamFault.class, upstream::offer);

        server.method("server/discover", ToolScript.status(404, "text/plain", ""));

        assertThat(upstream.offer().revision()).isEqualTo(Revision.V2025_11_25);
    }

    @Test
    void aServerThatBecomesLegacyIsFoundAgain() {
        FakeMcpServer server = server(Speaks.MODERN);
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);
        assertThat(bench.call(upstream, Bench.call("echo"))).isInstanceOf(Answered.class);
        bench.pass(Duration.ofMinutes(1));

        server.speak(Speaks.LEGACY);

        assertThat(bench.call(upstream, Bench.call("echo"))).isInstanceOf(Answered.class);
        assertThat(server.requests("initialize")).hasSize(1);
    }

    @Test
    void aServerThatBecomesModernIsFoundAgain() {
        FakeMcpServer server = server(Speaks.LEGACY);
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);
        assertThat(bench.call(upstream, Bench.call("echo"))).isInstanceOf(Answered.class);
        bench.pass(Duration.ofMinutes(1));

        server.speak(Speaks.MODERN);

        assertThat(bench.call(upstream, Bench.call("echo"))).isInstanceOf(Answered.class);
        assertThat(server.requests("server/discover")).hasSize(2);
    }

    @Test
    void refusalsThatDoNotMeanTheEraDoNotDoubleTheTraffic() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.tool("waf", ToolScript.status(400, "text/html", "<h1>blocked</h1>"));
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);
        bench.call(upstream, Bench.call("echo"));
        bench.pass(Duration.ofMinutes(1));

        for (int i = 0; i < 5; i++) {
            assertThat(bench.call(upstream, Bench.call("waf"))).isInstanceOf(Unreachable.class);
        }

        assertThat(server.requests("server/discover")).hasSize(2);
        assertThat(server.requests("tools/call")).hasSize(6);
    }

    @Test
    void aServerThatIsNeitherGetsAHintAtTheOldTransport() {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.method("server/discover", ToolScript.status(404, "text/plain", ""));
        server.method("initialize", ToolScript.status(405, "text/plain", ""));

        UpstreamReply reply = bench.call(bench.upstream(server.url(), EraSetting.AUTO), Bench.call("echo"));

        assertThat(reply).isInstanceOfSatisfying(Unreachable.class, unreachable -> {
            assertThat(unreachable.why()).contains("transport: sse");
            assertThat(unreachable.mayHaveRun()).isFalse();
        });
    }

    @Test
    void concurrentFirstCallsAskOnce() {
        FakeMcpServer server = server(Speaks.MODERN);
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        var calls = java.util.stream.IntStream.range(0, 20)
                .mapToObj(i -> Bench.start(() -> upstream.call(Bench.call("echo"), ReplyListener.NONE)))
                .toList();

        assertThat(calls).allSatisfy(call -> assertThat(call.result()).isInstanceOf(Answered.class));
        assertThat(server.requests("server/discover")).hasSize(1);
    }

    @Test
    void aDeadServerIsUnreachableAndNothingRan() {
        FakeMcpServer server = server(Speaks.MODERN);
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);
        server.close();

        assertThat(bench.call(upstream, Bench.call("echo")))
                .isInstanceOfSatisfying(
                        Unreachable.class,
                        reply -> assertThat(reply.mayHaveRun()).isFalse());
        assertThat(upstream.status().health()).isEqualTo(Health.DOWN);
    }

    @Test
    void aProbeIsCutAtTheDeadlineEvenWhenItDrips() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.method("server/discover", turn -> drip(turn.connection()));

        assertThat(bench.call(bench.upstream(server.url(), EraSetting.AUTO), Bench.call("echo", "alice", Bench.SHORT)))
                .isEqualTo(new Unreachable("does not answer in time", false));
    }

    private static void drip(RawConnection connection) throws Exception {
        connection.drip("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: " + "x".repeat(1000), 20);
    }
}
