package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Cancelled;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TimedOut;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.ToolTurn;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a legacy server asks during a call reaches whoever calls, and nobody else; nothing else is asked of anyone. */
class QuestionsTest {
    private static final String ALL = "{\"elicitation\":{},\"sampling\":{},\"roots\":{}}";
    private static final String ACCEPT = "\"result\":{\"action\":\"accept\",\"n\":1.10}";

    private final Bench bench = new Bench();
    private final Asked asked = new Asked();

    @AfterEach
    void close() {
        bench.close();
    }

    /** Answers every question alike, and remembers it. */
    private static final class Asked implements ReplyListener {
        private final List<Envelope> questions = new CopyOnWriteArrayList<>();
        private final List<Thread> threads = new CopyOnWriteArrayList<>();
        private volatile Runnable before = () -> {};

        @Override
        public void notification(Envelope message) {}

        @Override
        public byte[] request(Envelope request) {
            questions.add(request);
            threads.add(Thread.currentThread());
            before.run();
            return ACCEPT.getBytes(StandardCharsets.UTF_8);
        }
    }

    private FakeMcpServer server() {
        return bench.with(FakeMcpServer.start(Speaks.LEGACY));
    }

    /** A tool that asks on its own stream, and answers with what it was answered. */
    private static void ask(ToolTurn turn, String method, String params) throws Exception {
        turn.openEvents();
        finish(turn, turn.ask(method, params));
    }

    private static void finish(ToolTurn turn, Envelope answer) throws Exception {
        turn.event(turn.response(
                "{\"content\":[],\"answer\":" + new String(answer.document().bytes(), StandardCharsets.UTF_8) + "}"));
        turn.endEvents();
    }

    private UpstreamReply call(McpUpstream upstream, UpstreamCall call) {
        return Bench.start(() -> upstream.call(call, asked)).result();
    }

    private static String result(UpstreamReply reply) {
        assertThat(reply).isInstanceOf(Answered.class);
        Envelope message = ((Answered) reply).message();
        return message.document().raw(message.result());
    }

    private HttpUpstream upstream(FakeMcpServer server) {
        return bench.upstream(server.url(), EraSetting.AUTO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elicitation/create", "sampling/createMessage", "roots/list"})
    void aQuestionOnTheCallsStreamIsAskedOnTheCallingThread(String method) {
        FakeMcpServer server = server().tool("t", turn -> ask(turn, method, "{\"message\":\"hé\",\"big\":1.10}"));
        HttpUpstream upstream = upstream(server);

        var running = Bench.start(() -> upstream.call(Bench.call("t", "alice", ALL), asked));

        assertThat(result(running.result())).contains("\"id\":\"q-1\"").contains(ACCEPT);
        assertThat(asked.questions)
                .singleElement()
                .satisfies(question -> assertThat(question.document().raw(question.params()))
                        .isEqualTo("{\"message\":\"hé\",\"big\":1.10}"));
        assertThat(asked.threads).containsExactly(running.thread());
        assertThat(server.failures()).isEmpty();
    }

    @Test
    void aQuestionOnTheSessionsStreamReachesTheOnlyCall() {
        FakeMcpServer server = server().tool("t", turn -> {
            Envelope answer = turn.askOnSessionStream("elicitation/create", "{}");
            turn.openEvents();
            finish(turn, answer);
        });

        assertThat(result(call(upstream(server), Bench.call("t", "alice", ALL))))
                .contains(ACCEPT);
    }

    @Test
    void aQuestionOnTheSessionsStreamDuringTwoCallsIsRefused() {
        CountDownLatch asking = new CountDownLatch(1);
        FakeMcpServer server = server();
        server.tool("waits", turn -> {
            asking.await();
            turn.result("{\"content\":[]}");
        });
        server.tool("t", turn -> {
            Await.until(
                    "both calls are there", () -> server.requests("tools/call").size() == 2);
            Envelope answer = turn.askOnSessionStream("elicitation/create", "{}");
            asking.countDown();
            turn.openEvents();
            finish(turn, answer);
        });
        HttpUpstream upstream = upstream(server);
        var other = Bench.start(() -> upstream.call(Bench.call("waits", "alice", ALL), asked));
        Await.until("it waits", () -> server.requests("tools/call").size() == 1);

        assertThat(result(call(upstream, Bench.call("t", "alice", ALL)))).contains("-32600");

        assertThat(other.result()).isInstanceOf(Answered.class);
        assertThat(asked.questions).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{}; elicitation/create; {}; -32601",
                "{}; roots/list; {}; -32601",
                "{\"elicitation\":{}}; sampling/createMessage; {}; -32601",
                "{\"elicitation\":{}}; elicitation/create; {\"mode\":\"url\"}; -32602",
                "{\"elicitation\":{\"url\":{}}}; elicitation/create; {\"message\":\"form\"}; -32602",
                "{\"sampling\":{}}; sampling/createMessage; {\"tools\":[]}; -32602",
                "{\"sampling\":{}}; tasks/get; {}; -32601",
                "{\"sampling\":[]}; sampling/createMessage; {}; -32601"
            })
    void whatWasNotDeclaredIsRefused(String declared, String method, String params, String code) {
        FakeMcpServer server = server().tool("t", turn -> {
            turn.openEvents();
            finish(turn, turn.askAnyway(method, params));
        });

        assertThat(result(call(upstream(server), Bench.call("t", "alice", declared))))
                .contains("\"code\":" + code);

        assertThat(asked.questions).isEmpty();
    }

    @Test
    void aUrlIsAskedForWhereItWasDeclared() {
        FakeMcpServer server =
                server().tool("t", turn -> ask(turn, "elicitation/create", "{\"mode\":\"url\",\"url\":\"https://x\"}"));

        assertThat(result(
                        call(upstream(server), Bench.call("t", "alice", "{\"elicitation\":{\"form\":{},\"url\":{}}}"))))
                .contains(ACCEPT);
    }

    @Test
    void aServerThatAsksEndlesslyIsAnsweredSixteenTimes() {
        FakeMcpServer server = server().tool("t", turn -> {
            turn.openEvents();
            for (int i = 0; i < 100; i++) {
                turn.event(ToolTurn.question("" + i, "roots/list", "{}"));
            }
            Await.until("it was asked", () -> asked.questions.size() == Questions.ANSWERED_MAX);
            turn.event(turn.response("{\"content\":[]}"));
            turn.endEvents();
        });
        HttpUpstream upstream = upstream(server);

        assertThat(call(upstream, Bench.call("t", "alice", ALL))).isInstanceOf(Answered.class);

        assertThat(asked.questions).hasSize(Questions.ANSWERED_MAX);
    }

    @Test
    void anIdIsAnsweredOnceAndInItsOwnBytes() {
        FakeMcpServer server = server().tool("t", turn -> {
            turn.openEvents();
            turn.event(ToolTurn.question("\"\\u0071\"", "roots/list", "{}"));
            turn.event(ToolTurn.question("\"\\u0071\"", "roots/list", "{}"));
            finish(turn, turn.ask("roots/list", "{}"));
        });

        assertThat(call(upstream(server), Bench.call("t", "alice", ALL))).isInstanceOf(Answered.class);

        assertThat(asked.questions).hasSize(2);
        assertThat(server.requests().stream().filter(request -> request.text().contains("\"id\":\"\\u0071\"")))
                .hasSize(1);
    }

    @Test
    void aServerThatAnswersWhileItsQuestionIsOpenIsNotAnsweredAnyMore() {
        CountDownLatch answered = new CountDownLatch(1);
        FakeMcpServer server = server().tool("t", turn -> {
            turn.openEvents();
            turn.event(ToolTurn.question("1", "roots/list", "{}"));
            Await.until("it was asked", () -> !asked.questions.isEmpty());
            turn.event(ToolTurn.question("2", "roots/list", "{}"));
            turn.event(turn.response("{\"content\":[]}"));
            turn.endEvents();
            answered.countDown();
        });
        asked.before = () -> {
            try {
                answered.await();
            } catch (InterruptedException nobodyWantsTheAnswer) {
                // the answer of the server may be here before the server has noted that it answered
                Thread.currentThread().interrupt();
            }
        };

        assertThat(call(upstream(server), Bench.call("t", "alice", ALL))).isInstanceOf(Answered.class);

        assertThat(asked.questions.size()).isBetween(1, 2);
    }

    @Test
    void aQuestionExtendsTheCallOnce() {
        FakeMcpServer server = server().tool("t", turn -> {
            turn.openEvents();
            turn.event(ToolTurn.question("1", "roots/list", "{}"));
            Await.until("it was asked", () -> asked.questions.size() == 1);
            bench.pass(Duration.ofSeconds(15));
            finish(turn, turn.ask("roots/list", "{}"));
        });

        assertThat(result(call(upstream(server), withWait(Duration.ofSeconds(60)))))
                .contains(ACCEPT);
    }

    @Test
    void aCallInWhichNothingWasAskedIsNotExtended() {
        FakeMcpServer server = server().tool("t", turn -> {
            turn.openEvents();
            bench.pass(Duration.ofSeconds(15));
            turn.connection().awaitPeerClose();
        });

        assertThat(call(upstream(server), withWait(Duration.ofHours(1)))).isInstanceOf(TimedOut.class);

        Await.until(
                "the server is told",
                () -> !server.requests("notifications/cancelled").isEmpty());
    }

    private static UpstreamCall withWait(Duration inputWait) {
        UpstreamCall plain = Bench.call("t", "alice", ALL);
        return new UpstreamCall(
                plain.request(),
                plain.target(),
                plain.principal(),
                plain.credential(),
                null,
                null,
                false,
                plain.timeout(),
                plain.replyBytesMax(),
                plain.dialogue(),
                inputWait);
    }

    @Test
    void anInterruptEndsTheQuestionAndTheCall() {
        FakeMcpServer server = server().tool("t", turn -> ask(turn, "roots/list", "{}"));
        HttpUpstream upstream = upstream(server);
        asked.before = () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
            }
        };
        var running = Bench.start(() -> upstream.call(Bench.call("t", "alice", ALL), asked));
        Await.until("it was asked", () -> asked.questions.size() == 1);

        running.interruptWhileWaiting();

        assertThat(running.result()).isInstanceOf(Cancelled.class);
        Await.until(
                "the server is told",
                () -> !server.requests("notifications/cancelled").isEmpty());
    }

    @Test
    void whatTheListenerThrowsEndsTheCall() {
        FakeMcpServer server = server().tool("t", turn -> ask(turn, "roots/list", "{}"));
        HttpUpstream upstream = upstream(server);
        asked.before = () -> {
            throw new IllegalStateException("the agent has gone");
        };

        assertThatThrownBy(() -> call(upstream, Bench.call("t", "alice", ALL)))
                .isInstanceOf(IllegalStateException.class);

        Await.until(
                "the server is told",
                () -> !server.requests("notifications/cancelled").isEmpty());
    }

    @Test
    void aListenerThatAsksNobodySaysSo() {
        FakeMcpServer server = server().tool("t", turn -> ask(turn, "roots/list", "{}"));

        UpstreamReply reply = bench.call(upstream(server), Bench.call("t", "alice", ALL));

        assertThat(result(reply)).contains("-32601").contains("not available to this caller");
    }

    @Test
    void noOneIsAskedWhileListsAreFetched() throws UpstreamFault {
        FakeMcpServer server = server();
        AtomicInteger refused = new AtomicInteger();
        server.method("tools/list", turn -> {
            turn.openEvents();
            Envelope answer = turn.askAnyway("sampling/createMessage", "{}");
            refused.addAndGet(new String(answer.document().bytes(), StandardCharsets.UTF_8).contains("-32601") ? 1 : 0);
            turn.event(turn.response("{\"tools\":[]}"));
            turn.endEvents();
        });

        var _ = upstream(server).offer();

        assertThat(refused).hasValue(1);
    }

    // --- over stdio

    private McpUpstream process(ClientCapabilities own) {
        StdioUpstreamSettings all =
                StdioUpstreamSettings.of("fake", FakeStdioServer.command("legacy"), Map.of(), EraSetting.AUTO);
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

    @Test
    void aProcessAsksTheOnlyCaller() {
        McpUpstream upstream = process(Bench.capabilities("{\"elicitation\":{}}"));

        var running = Bench.start(() -> upstream.call(Bench.call("elicit", "alice", ALL), asked));

        assertThat(result(running.result())).contains("\"answer\":{\"action\":\"accept\",\"n\":1.10}");
        assertThat(asked.threads).containsExactly(running.thread());
    }

    @Test
    void aProcessMayAskOnlyForWhatTheCallerDeclaredToo() {
        McpUpstream upstream = process(Bench.capabilities("{\"elicitation\":{}}"));

        assertThat(result(call(upstream, Bench.call("elicit", "alice", "{}")))).contains("-32601");

        assertThat(asked.questions).isEmpty();
    }

    @Test
    void aProcessWithTwoCallsIsRefused() {
        McpUpstream upstream = process(Bench.capabilities("{\"elicitation\":{}}"));
        var other = Bench.start(() -> upstream.call(Bench.call("hang", "bob", ALL), asked));
        var _ = bench.call(upstream, Bench.call("echo"));
        Await.until("it waits", () -> other.thread().getState() == Thread.State.TIMED_WAITING);

        assertThat(result(call(upstream, Bench.call("elicit", "alice", ALL)))).contains("-32600");

        assertThat(asked.questions).isEmpty();
        other.interruptWhileWaiting();
        assertThat(other.result()).isInstanceOf(Cancelled.class);
    }

    @Test
    void aQuestionIsNobodysWhileAGivenUpCallMayStillAsk() {
        McpUpstream upstream = process(Bench.capabilities("{\"elicitation\":{}}"));
        var bobs = Bench.start(() -> upstream.call(Bench.call("hang", "bob", ALL), asked));
        var _ = bench.call(upstream, Bench.call("echo"));
        bobs.interruptWhileWaiting();
        assertThat(bobs.result()).isInstanceOf(Cancelled.class);

        assertThat(result(call(upstream, Bench.call("elicit", "alice", ALL)))).contains("-32600");
        bench.pass(Duration.ofMinutes(2));
        assertThat(result(call(upstream, Bench.call("elicit", "alice", ALL)))).contains("accept");
    }

    @Test
    void aHastyProcessHarmsNoOne() {
        McpUpstream upstream = process(Bench.capabilities("{\"elicitation\":{}}"));

        assertThat(call(upstream, Bench.call("hasty", "alice", ALL))).isInstanceOf(Answered.class);
        assertThat(result(call(upstream, Bench.call("elicit", "alice", ALL)))).contains("accept");
    }
}
