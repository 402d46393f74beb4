package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of tools: whole or not at all, bounded, and told when they change. */
class ToolListingTest {
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

    private static UpstreamFault fault(HttpUpstream upstream) {
        UpstreamFault fault = catchThrowableOfType(UpstreamFault.class, upstream::offer);
        assertThat(fault).isNotNull();
        return fault;
    }

    @ParameterizedTest
    @EnumSource(Speaks.class)
    void allPagesAreFetchedInOrder(Speaks speaks) throws UpstreamFault {
        FakeMcpServer server = server(speaks);
        for (int i = 0; i < 25; i++) {
            server.tool("tool-" + i, ToolScript.text(""));
        }
        server.toolsPerPage(10);

        Offer listing = upstream(server).offer();

        assertThat(listing.list(FeatureList.TOOLS))
                .hasSize(25)
                .extracting(Definition::name)
                .startsWith("tool-0", "tool-1");
        assertThat(server.requests("tools/list")).hasSize(3);
        assertThat(listing.problems()).isEmpty();
        assertThat(listing.ttlMillis()).isEqualTo(speaks == Speaks.LEGACY ? 0 : 60_000);
    }

    @Test
    void aDefinitionKeepsItsBytes() throws UpstreamFault {
        String definition = "{\"name\":\"t\", \"inputSchema\" :{\"type\":\"object\",\"maximum\":1.10},\"x\":[ ]}";
        FakeMcpServer server = server(Speaks.MODERN).tool("t", definition, ToolScript.text(""));

        Definition tool = upstream(server).offer().list(FeatureList.TOOLS).getFirst();

        assertThat(tool.rawBytes()).asString().isEqualTo(definition);
        assertThat(tool.document().raw(tool.inputSchema())).isEqualTo("{\"type\":\"object\",\"maximum\":1.10}");
        assertThat(tool.sha256()).isEqualTo(sha256(definition));
    }

    private static String sha256(String text) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Test
    void anEmptyCursorIsACursor() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicInteger page = new AtomicInteger();
        server.method(
                "tools/list",
                turn -> turn.result(
                        page.getAndIncrement() == 0
                                ? "{\"tools\":[],\"nextCursor\":\"\"}"
                                : "{\"tools\":[{\"name\":\"t\"}]}"));

        assertThat(upstream(server).offer().list(FeatureList.TOOLS)).hasSize(1);

        assertThat(server.requests("tools/list").getLast().text()).contains("\"cursor\":\"\"");
    }

    @Test
    void aCursorIsGivenBackAsItCame() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY);
        AtomicInteger page = new AtomicInteger();
        server.method(
                "tools/list",
                turn -> turn.result(
                        page.getAndIncrement() == 0
                                ? "{\"tools\":[],\"nextCursor\":\"a\\u00e9\\/\\\"b\"}"
                                : "{\"tools\":[],\"nextCursor\":null}"));

        upstream(server).offer();

        assertThat(server.requests("tools/list").getLast().text()).contains("\"cursor\":\"a\\u00e9\\/\\\"b\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"tools\":{}}",
                "{\"tools\":5}",
                "{\"tools\":[],\"nextCursor\":5}",
                "{\"tools\":[],\"nextCursor\":\"same\"}",
                "{\"resultType\":\"input_required\"}"
            })
    void aBrokenListIsNoList(String result) {
        FakeMcpServer server = server(Speaks.MODERN).method("tools/list", ToolScript.result(result));

        fault(upstream(server));
    }

    @Test
    void endlessPagesAreNoList() {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicInteger page = new AtomicInteger();
        server.method(
                "tools/list", turn -> turn.result("{\"tools\":[],\"nextCursor\":\"" + page.incrementAndGet() + "\"}"));

        assertThat(fault(upstream(server))).hasMessageContaining("200 pages");

        assertThat(page).hasValue(OfferPages.PAGES_MAX);
    }

    @ParameterizedTest
    @CsvSource({"1999, true", "2000, true", "2001, false"})
    void asManyToolsAsAllowedAreAList(int count, boolean listed) throws UpstreamFault {
        FakeMcpServer server = server(Speaks.MODERN);
        StringBuilder tools = new StringBuilder("{\"tools\":[{\"name\":\"t0\"}");
        for (int i = 1; i < count; i++) {
            tools.append(",{\"name\":\"t").append(i).append("\"}");
        }
        server.method("tools/list", ToolScript.result(tools.append("]}").toString()));

        if (listed) {
            assertThat(upstream(server).offer().list(FeatureList.TOOLS)).hasSize(count);
        } else {
            assertThat(fault(upstream(server))).hasMessageContaining("more than 2000 entries");
        }
    }

    @Test
    void pagesThatAreTooLargeTogetherAreNoList() {
        FakeMcpServer server = server(Speaks.MODERN);
        AtomicInteger page = new AtomicInteger();
        String filler = "x".repeat(5_000_000);
        server.method(
                "tools/list",
                turn -> turn.result(
                        "{\"tools\":[],\"x\":\"" + filler + "\",\"nextCursor\":\"" + page.incrementAndGet() + "\"}"));

        assertThat(fault(upstream(server))).hasMessageContaining("16777216 bytes");
    }

    @Test
    void unusableAndDoubleNamesAreLeftOutAndReported() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.MODERN);
        server.method(
                "tools/list",
                ToolScript.result("{\"tools\":[{\"name\":\"a\",\"n\":1},5,{},{\"name\":5},{\"name\":\"\"},"
                        + "{\"name\":\"" + "x".repeat(129)
                        + "\"},{\"name\":\"a\\u0007b\"},{\"name\":\"a\",\"n\":2},{\"name\":\""
                        + "y".repeat(128) + "\"}]}"));

        Offer listing = upstream(server).offer();

        assertThat(listing.list(FeatureList.TOOLS)).extracting(Definition::name).containsExactly("a", "y".repeat(128));
        assertThat(listing.list(FeatureList.TOOLS).getFirst().rawBytes())
                .asString()
                .contains("\"n\":1");
        assertThat(listing.problems()).hasSize(7).anyMatch(problem -> problem.contains("a\\u0007b"));
    }

    @Test
    void toolsWithInvalidAnnotationsAreLeftOutOverModernHttpOnly() throws UpstreamFault {
        String bad =
                "{\"name\":\"bad\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A: b\"}}}}";
        for (Speaks speaks : new Speaks[] {Speaks.MODERN, Speaks.LEGACY}) {
            FakeMcpServer server =
                    server(speaks).tool("good", ToolScript.text("")).tool("bad", bad, ToolScript.text(""));

            Offer listing = upstream(server).offer();

            assertThat(listing.list(FeatureList.TOOLS)).hasSize(speaks == Speaks.MODERN ? 1 : 2);
            assertThat(listing.problems()).hasSize(speaks == Speaks.MODERN ? 1 : 0);
        }
    }

    @Test
    void aLegacySessionThatWasForgottenIsOpenedAgain() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY).tool("t", ToolScript.text(""));
        HttpUpstream upstream = upstream(server);
        upstream.offer();
        server.forgetSessions();

        assertThat(upstream.offer().list(FeatureList.TOOLS)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void anAnnouncedChangeIsHeard(Speaks speaks) throws UpstreamFault, IOException {
        FakeMcpServer server = server(speaks).tool("t", ToolScript.text(""));
        HttpUpstream upstream = upstream(server);
        AtomicInteger changes = new AtomicInteger();
        upstream.onOfferChanged(changes::incrementAndGet);
        upstream.offer();
        Await.until("it listens", () -> server.listeners() == 1);

        server.announce("notifications/resources/updated");
        server.announceToolsChanged();
        Await.until("it was heard", () -> changes.get() == 1);
        server.announceToolsChanged();
        Await.until("it was heard again", () -> changes.get() == 2);
        server.dropListeners();

        Await.until("it listens anew, and takes the gap for a change", () -> changes.get() == 3);
        Await.until("there is one stream", () -> server.listeners() == 1);
    }

    @Test
    void aPingOnTheStreamForChangesIsAnswered() throws UpstreamFault, IOException {
        FakeMcpServer server = server(Speaks.LEGACY).tool("t", ToolScript.text(""));
        HttpUpstream upstream = upstream(server);
        upstream.offer();
        Await.until("it listens", () -> server.listeners() == 1);

        server.announceRaw("{\"jsonrpc\":\"2.0\",\"id\":\"keep\",\"method\":\"ping\"}");

        Await.until(
                "it is answered",
                () -> server.requests().stream()
                        .anyMatch(request ->
                                request.text().equals("{\"jsonrpc\":\"2.0\",\"id\":\"keep\",\"result\":{}}")));
    }

    @Test
    void aServerThatAnnouncesNothingIsNotListenedTo() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY).tool("t", ToolScript.text(""));
        server.toolCapabilities("{}");
        HttpUpstream upstream = upstream(server);

        upstream.offer();
        upstream.offer();

        assertThat(server.requests("GET")).isEmpty();
    }

    @Test
    void aServerThatRefusesTheStreamIsNotAskedInALoop() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY).tool("t", ToolScript.text(""));
        server.method("GET", ToolScript.status(405, "text/plain", ""));
        HttpUpstream upstream = upstream(server);

        upstream.offer();
        Await.until("it was asked", () -> !server.requests("GET").isEmpty());
        bench.pass(java.time.Duration.ofMinutes(10));
        bench.call(upstream, Bench.call("t"));

        assertThat(server.requests("GET")).hasSize(1);
    }

    @Test
    void aChangeToldOnTheStreamOfACallIsHeardToo() {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.tool("t", turn -> {
            turn.openEvents();
            turn.event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
            turn.event(turn.response("{\"content\":[]}"));
            turn.endEvents();
        });
        HttpUpstream upstream = upstream(server);
        AtomicInteger changes = new AtomicInteger();
        upstream.onOfferChanged(changes::incrementAndGet);

        bench.call(upstream, Bench.call("t"));

        assertThat(changes).hasValue(1);
        assertThat(bench.heard).isEmpty();
    }

    @Test
    void aListThatHangsEndsAtItsTimeoutAndIsOneReason() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.method("tools/list", ToolScript.hanging(() -> {}));
        HttpUpstreamSettings all = Bench.settings(server.url(), EraSetting.MODERN);
        HttpUpstream upstream = bench.with(new HttpUpstream(
                new HttpUpstreamSettings(
                        all.alias(),
                        all.url(),
                        all.era(),
                        all.credential(),
                        all.connections(),
                        all.allowNetworks(),
                        Bench.SHORT,
                        all.sessionsMax(),
                        all.sessionIdle(),
                        all.jsonDepthMax(),
                        all.ownCapabilities()),
                bench.surroundings()));

        assertThat(fault(upstream)).hasMessage("does not answer in time");
        assertThat(upstream.status().reason()).isEqualTo("does not answer in time");
    }
}
