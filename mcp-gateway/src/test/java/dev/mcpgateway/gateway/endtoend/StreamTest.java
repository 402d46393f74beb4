package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The GET stream of a legacy session: whose it is, how many there are, and how it ends. */
class StreamTest {
    private static final String TOOLS_CHANGED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}";

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void serve() {
        crm = FakeMcpServer.start(Speaks.LEGACY).tool("echo", ToolScript.text("hello"));
        crm.toolCapabilities("{\"listChanged\":true}");
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
    }

    private void start(String limits) throws Exception {
        gateway = TestGateway.in(folder).upstream("crm", crm).limits(limits).start();
    }

    private TestAgent session() {
        return gateway.agent().initialize("2025-11-25");
    }

    private void changeTools(String tool) throws Exception {
        crm.tool(tool, ToolScript.text(""));
        Await.until("the gateway listens for changes", () -> crm.listeners() > 0);
        crm.announceToolsChanged();
    }

    private List<AuditRecord> records(String event) {
        return gateway.records().stream()
                .filter(each -> each.text("ev").equals(event))
                .toList();
    }

    private void awaitClosed(String reason) {
        Await.until(
                "the end is recorded: " + reason,
                () -> records("stream.closed").stream()
                        .anyMatch(each -> each.text("detail.reason").equals(reason)));
    }

    @Test
    void changesComeOnTheStreamOfTheSession() throws Exception {
        start("{}");
        try (AgentStream stream = session().get()) {
            assertThat(stream.head().status()).isEqualTo(200);
            assertThat(stream.head().header("Content-Type")).hasValue("text/event-stream");
            assertThat(stream.head().header("Mcp-Session-Id")).isEmpty();

            changeTools("more");

            assertThat(stream.text()).isEqualTo(TOOLS_CHANGED);
        }
    }

    @Test
    void whatChangedBeforeTheStreamOpenedIsToldOnce() throws Exception {
        start("{}");
        TestAgent alice = session();
        TestAgent witness = session();
        try (AgentStream seen = witness.get()) {
            changeTools("one");
            assertThat(seen.text()).isEqualTo(TOOLS_CHANGED);
            changeTools("two");
            assertThat(seen.text()).isEqualTo(TOOLS_CHANGED);
        }

        try (AgentStream stream = alice.get()) {
            assertThat(stream.text()).isEqualTo(TOOLS_CHANGED);
            assertThat(alice.send(alice.deleting()).status()).isEqualTo(204);
            assertThat(stream.rest()).as("two changes are one").isEmpty();
        }
    }

    @Test
    void nothingIsToldWhenNothingChanged() throws Exception {
        start("{}");
        TestAgent alice = session();
        try (AgentStream stream = alice.get()) {
            crm.announceRaw("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
            crm.announceRaw("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/prompts/list_changed\"}");
            crm.clearRequests();
            Await.until(
                    "the gateway has looked", () -> !crm.requests("tools/list").isEmpty());
            alice.send(alice.deleting());
            assertThat(stream.rest()).isEmpty();
        }
    }

    @Test
    void aSecondStreamTakesThePlaceOfTheFirst() throws Exception {
        start("{}");
        TestAgent alice = session();
        try (AgentStream first = alice.get();
                AgentStream second = alice.get()) {
            assertThat(first.rest()).isEmpty();
            changeTools("more");
            assertThat(second.text()).isEqualTo(TOOLS_CHANGED);
        }
        awaitClosed("closed");
        awaitClosed("gone");
    }

    @Test
    void lastEventIdMeansNothing() throws Exception {
        start("{}");
        TestAgent alice = session();
        try (AgentStream stream = AgentStream.open(gateway, alice.getting().plus("Last-Event-ID", "17"))) {
            changeTools("more");
            assertThat(stream.text()).isEqualTo(TOOLS_CHANGED);
        }
    }

    @Test
    void aStreamOfAnotherCallerIsNotFound() throws Exception {
        start("{}");
        String session = session().session();
        TestAgent mallory = gateway.agent("mallory");

        WireAnswer stolen = mallory.send(mallory.getting().plus("Mcp-Session-Id", session));
        WireAnswer guessed = mallory.send(mallory.getting().plus("Mcp-Session-Id", "no-such-session"));

        assertThat(stolen.status()).isEqualTo(404);
        assertThat(stolen.text()).isEqualTo(guessed.text());
        assertThat(records("stream.opened")).isEmpty();
    }

    @Test
    void aSessionOfAnotherViewIsNotFound() throws Exception {
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .section("views", """

                          default: {path: /mcp, upstreams: [crm]}
                          desk: {path: /mcp/desk, audience: https://desk.example/, upstreams: [crm]}
                        """)
                .start();
        String session = session().session();
        TestAgent atDesk = gateway.agent(claims -> claims.put("aud", "https://desk.example/"))
                .at("/mcp/desk");

        WireAnswer answer = atDesk.send(
                atDesk.getting().with("MCP-Protocol-Version", "2025-11-25").plus("Mcp-Session-Id", session));

        assertThat(answer.status()).isEqualTo(404);
    }

    @Test
    void withoutASessionThereIsNothingToGet() throws Exception {
        start("{}");
        TestAgent alice = gateway.agent();

        WireAnswer answer = alice.send(alice.getting().without("MCP-Protocol-Version"));

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).hasValue("POST");
    }

    @Test
    void withoutATokenThereIsNoStream() throws Exception {
        start("{}");
        TestAgent alice = session();

        assertThat(alice.send(alice.getting().without("Authorization")).status())
                .isEqualTo(401);
    }

    @Test
    void theVersionIsThatOfTheSession() throws Exception {
        start("{}");
        TestAgent alice = session();

        assertThat(alice.send(alice.getting().with("MCP-Protocol-Version", "2025-06-18"))
                        .status())
                .isEqualTo(400);
        assertThat(alice.send(alice.getting().with("MCP-Protocol-Version", "2026-07-28"))
                        .status())
                .isEqualTo(400);
        AgentStream.open(gateway, alice.getting().without("MCP-Protocol-Version"))
                .close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "text/event-stream;q=0", "image/*"})
    void whoTakesNoEventsIsRefused(String accept) throws Exception {
        start("{}");
        TestAgent alice = session();

        assertThat(alice.send(alice.getting().with("Accept", accept)).status()).isEqualTo(406);
        assertThat(alice.send(alice.getting().without("Accept")).status()).isEqualTo(406);
        assertThat(records("stream.opened")).isEmpty();
    }

    @Test
    void theEndOfTheSessionIsTheEndOfTheStream() throws Exception {
        start("{}");
        TestAgent alice = session();
        try (AgentStream stream = alice.get()) {
            assertThat(alice.send(alice.deleting()).status()).isEqualTo(204);

            assertThat(stream.rest()).isEmpty();
        }
        awaitClosed("closed");
        assertThat(alice.send(alice.getting()).status()).isEqualTo(404);
    }

    @Test
    void theEndOfTheTokenIsTheEndOfTheStreamAndNotOfTheSession() throws Exception {
        start("{keep_alive_ms: 1000, session_idle_s: 86400}");
        TestAgent alice = session();
        try (AgentStream stream = alice.get()) {
            gateway.clock().advance(Duration.ofHours(2));
            assertThat(stream.rest()).isEmpty();
        }
        awaitClosed("expired");

        try (AgentStream stream = alice.with(gateway.token()).get()) {
            changeTools("more");
            assertThat(stream.text()).isEqualTo(TOOLS_CHANGED);
        }
    }

    @Test
    void anOpenStreamKeepsTheSessionAlive() throws Exception {
        start("{session_idle_s: 60}");
        TestAgent alice = session();
        TestAgent other = session();
        try (AgentStream stream = alice.get()) {
            gateway.clock().advance(Duration.ofSeconds(61));
            Await.until(
                    "the other session has ended",
                    () -> records("session.closed").size() == 1);
            assertThat(other.list().status()).isEqualTo(404);

            changeTools("more");
            assertThat(stream.text()).isEqualTo(TOOLS_CHANGED);
            assertThat(alice.list().status()).isEqualTo(200);
        }
        awaitClosed("gone");
        assertThat(alice.list().status())
                .as("its time begins when the stream ends")
                .isEqualTo(200);
        gateway.clock().advance(Duration.ofSeconds(61));
        Await.until(
                "it has ended without being asked",
                () -> records("session.closed").size() == 2);
    }

    @Test
    void theStreamEndsInOrderWhenTheGatewayStops() throws Exception {
        start("{}");
        try (AgentStream stream = session().get()) {
            Thread closing = Thread.ofVirtual().start(gateway::close);
            assertThat(stream.rest()).isEmpty();
            closing.join();
        }
        awaitClosed("drained");
    }

    @Test
    void streamsOfACallerAreCounted() throws Exception {
        start("{streams_per_caller: 2}");
        TestAgent third = session();
        try (AgentStream _ = session().get();
                AgentStream _ = session().get()) {
            assertThat(third.send(third.getting()).status()).isEqualTo(429);
            gateway.agent("bob").initialize("2025-11-25").get().close();
        }
        Await.until("places are free again", () -> {
            try (AgentStream again = AgentStream.ask(gateway, third.getting())) {
                return again.head().status() == 200;
            }
        });
    }

    @Test
    void aHundredStreamsOfOneSessionAreOne() throws Exception {
        start("{}");
        TestAgent alice = session();
        List<AgentStream> streams = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            AgentStream stream = AgentStream.ask(gateway, alice.getting());
            assertThat(stream.head().status()).isIn(200, 429);
            streams.add(stream);
        }
        changeTools("more");
        assertThat(streams.getLast().text()).isEqualTo(TOOLS_CHANGED);
        for (AgentStream each : streams.subList(0, 99)) {
            assertThat(each.rest()).isEmpty();
        }
        streams.forEach(AgentStream::close);
        Await.until(
                "all ends are recorded",
                () -> records("stream.closed").size()
                        == records("stream.opened").size());
    }

    @Test
    void whatIsPostedToTheSessionIsNotAnsweredOnTheStream() throws Exception {
        start("{}");
        TestAgent alice = session();
        try (AgentStream stream = alice.get()) {
            assertThat(alice.call("crm__echo", "{}").firstText()).isEqualTo("hello");
            assertThat(alice.send(alice.request("ping", "")).status()).isEqualTo(200);
            alice.send(alice.deleting());

            assertThat(stream.rest()).isEmpty();
        }
    }

    @Test
    void beginningAndEndAreRecorded() throws Exception {
        start("{}");
        TestAgent alice = session();
        alice.get().close();
        awaitClosed("gone");

        AuditRecord session = records("session.opened").getFirst();
        assertThat(records("stream.opened")).singleElement().satisfies(opened -> {
            assertThat(opened.text("mcp.session")).isEqualTo(session.text("mcp.session"));
            assertThat(opened.text("actor.sub_p")).isEqualTo(session.text("actor.sub_p"));
            assertThat(opened.json())
                    .contains("\"lists\":[\"tools\",\"prompts\",\"resources\"]")
                    .doesNotContain(alice.session());
        });
        assertThat(records("stream.closed"))
                .singleElement()
                .satisfies(closed -> assertThat(closed.text("mcp.session")).isEqualTo(session.text("mcp.session")));
    }

    @Test
    void withoutAnAuditLogThereIsNoStream() throws Exception {
        start("{}");
        TestAgent alice = session();
        gateway.breakAuditLog();

        assertThat(alice.send(alice.getting()).status()).isEqualTo(503);
    }

    @Test
    void answersThatNobodyAskedForAreRefusedByTheThousand() throws Exception {
        start("{}");
        TestAgent alice = session();
        try (AgentStream stream = alice.get();
                WireClient client = gateway.connect()) {
            for (int i = 0; i < 10_000; i++) {
                String answer = "{\"jsonrpc\":\"2.0\",\"id\":\"gw-" + i + "\",\"result\":{}}";
                assertThat(client.exchange(alice.message(answer, "")).status()).isEqualTo(400);
            }
            changeTools("more");
            assertThat(stream.text()).isEqualTo(TOOLS_CHANGED);
        }
    }
}
