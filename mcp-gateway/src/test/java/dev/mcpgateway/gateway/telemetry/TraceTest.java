package dev.mcpgateway.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** A trace goes through the gateway, in W3C form or not at all, and spans hold nothing of the calls. */
class TraceTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @TempDir
    static Path folder;

    private static final Queue<RawRequest> EXPORTS = new ConcurrentLinkedQueue<>();
    private static final AtomicBoolean LOST = new AtomicBoolean();
    private static FakeMcpServer crm;
    private static RawServer receiver;
    private static TestGateway silent;
    private static TestGateway exporting;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("result-text"))
                .tool("lossy", turn -> {
                    if (LOST.compareAndSet(false, true)) {
                        turn.connection().reset();
                    } else {
                        turn.result(ToolScript.textResult("here"));
                    }
                });
        receiver = RawServer.start(connection -> {
            for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                EXPORTS.add(next.get());
                connection.answer(200, "application/x-protobuf", "");
            }
        });
        silent = TestGateway.in(folder.resolve("silent")).upstream("crm", crm).start();
        exporting = TestGateway.in(folder.resolve("exporting"))
                .upstream("crm", crm, "credential: none, idempotent: lossy")
                .section("telemetry", "{otlp_url: \"http://127.0.0.1:" + receiver.port() + "\", sample_percent: 100}")
                .start();
    }

    @AfterAll
    static void stop() {
        silent.close();
        exporting.close();
        receiver.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        crm.clearRequests();
    }

    private static WireRequest withMeta(TestAgent agent, String members) {
        WireRequest request = agent.calling("crm__echo", "{\"secret\":\"argument-text\"}");
        return request.body(new String(request.body(), StandardCharsets.UTF_8)
                .replace("\"_meta\":{", "\"_meta\":{" + members + ","));
    }

    private static RawRequest sent() {
        List<RawRequest> calls = crm.requests("tools/call");
        assertThat(calls).hasSize(1);
        return calls.getFirst();
    }

    private static String sentMeta(String key) {
        return JsonMapper.shared()
                .readTree(sent().text())
                .path("params")
                .path("_meta")
                .path(key)
                .asString("");
    }

    @Test
    void withoutSpansTheAgentsContextIsHandedOn() {
        TestAgent agent = silent.agent();

        agent.send(withMeta(agent, "\"traceparent\":\"" + PARENT + "\",\"tracestate\":\"a=b\""));

        assertThat(sentMeta("traceparent")).isEqualTo(PARENT);
        assertThat(sentMeta("tracestate")).isEqualTo("a=b");
        assertThat(sent().header("traceparent")).contains(PARENT);
    }

    @Test
    void whatStandsInTheBodyGoesBeforeTheHeader() {
        TestAgent agent = silent.agent();
        String other = PARENT.replace("4bf9", "aaaa");

        agent.send(withMeta(agent, "\"traceparent\":\"" + PARENT + "\"")
                .plus("traceparent", other)
                .plus("tracestate", "x=y"));

        assertThat(sentMeta("traceparent")).isEqualTo(PARENT);
        assertThat(sent().text()).as("the state of another context").doesNotContain("x=y");
    }

    @Test
    void theHeaderIsTakenWhereTheBodySaysNothing() {
        TestAgent agent = silent.agent();

        agent.send(agent.calling("crm__echo", "{}").plus("traceparent", PARENT).plus("baggage", "user=alice"));

        assertThat(sentMeta("traceparent")).isEqualTo(PARENT);
        assertThat(sent().header("baggage")).isEmpty();
        assertThat(sent().text()).doesNotContain("baggage");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
                "nonsense",
                "",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\\r\\nX-Injected: 1"
            })
    void aMalformedContextIsDropped(String traceparent) {
        TestAgent agent = silent.agent();

        agent.send(withMeta(agent, "\"traceparent\":\"" + traceparent + "\",\"tracestate\":\"a=b\""));

        assertThat(sentMeta("traceparent")).isEmpty();
        assertThat(sentMeta("tracestate")).isEmpty();
        assertThat(sent().header("X-Injected")).isEmpty();
    }

    @Test
    void withSpansTheUpstreamsParentIsOurs() {
        TestAgent agent = exporting.agent();

        agent.send(withMeta(agent, "\"traceparent\":\"" + PARENT + "\""));

        assertThat(sentMeta("traceparent")).startsWith("00-" + TRACE + "-").isNotEqualTo(PARENT);
        assertThat(exporting.newRecords(2).getLast().text("call")).isNotEmpty();
    }

    @Test
    void spansAreExportedWithoutAnythingOfTheCall() {
        TestAgent agent = exporting.agent();
        EXPORTS.clear();

        agent.send(withMeta(agent, "\"traceparent\":\"" + PARENT + "\""));

        Await.until("spans come", () -> spans().contains("tools/call crm__echo"));
        String spans = spans();
        assertThat(spans).contains("mcp.method.name", "gateway.call.id", "tools/call echo", "gateway.upstream");
        assertThat(spans).doesNotContain("argument-text", "result-text", "alice", agent.token());
    }

    @Test
    void aSecondAttemptIsSeenInTheSpan() {
        EXPORTS.clear();

        assertThat(exporting.agent().call("crm__lossy", "{}").firstText()).isEqualTo("here");

        Await.until("spans come", () -> spans().contains("tools/call crm__lossy"));
        assertThat(spans()).contains("gateway.upstream.attempts", "retry");
        exporting.agent().call("crm__echo", "{}");
        EXPORTS.clear();
        exporting.agent().call("crm__echo", "{}");
        Await.until("spans come", () -> spans().contains("tools/call crm__echo"));
        assertThat(spans()).doesNotContain("gateway.upstream.attempts");
    }

    private static String spans() {
        StringBuilder all = new StringBuilder();
        EXPORTS.stream()
                .filter(request -> request.target().equals("/v1/traces"))
                .forEach(request -> all.append(new String(request.body(), StandardCharsets.ISO_8859_1)));
        return all.toString();
    }

    @Test
    void namesFromOutsideTheCatalogueAreNoLabels() {
        TestAgent agent = silent.agent();
        agent.call("crm__made_up_by_the_agent", "{}");
        agent.send(agent.request("made/up", ""));
        agent.call("crm__echo", "{}");

        String metrics = silent.admin("/metrics").text();

        assertThat(metrics).contains("gen_ai_tool_name=\"crm__echo\"").doesNotContain("made_up_by_the_agent");
        assertThat(metrics).doesNotContain("made/up");
    }
}
