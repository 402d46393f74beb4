package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.mcp.AgentAnswer.Given;
import dev.mcpgateway.gateway.mcp.AgentAnswer.Missing;
import dev.mcpgateway.gateway.mcp.AgentAnswer.Why;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QuestionsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] PARAMS = "{\"message\":\"name?\"}".getBytes(StandardCharsets.UTF_8);

    private final Questions questions = new Questions();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final EventSink sink = message -> sent.add(new String(message, StandardCharsets.UTF_8));

    private static <T> FutureTask<T> inBackground(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        Thread.ofVirtual().start(task);
        return task;
    }

    private FutureTask<AgentAnswer> asking() {
        int before = sent.size();
        FutureTask<AgentAnswer> asking = inBackground(() -> questions.ask(sink, "elicitation/create", PARAMS, LONG));
        Await.until("the question was sent", () -> sent.size() > before);
        return asking;
    }

    private static Envelope message(String json) throws Exception {
        return Envelope.read(
                StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forRequests(1 << 20, 64)));
    }

    private boolean answer(String id) throws Exception {
        return questions.answer(message("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"action\":\"accept\"}}"));
    }

    @Test
    void aQuestionIsAnsweredOnce() throws Exception {
        FutureTask<AgentAnswer> asking = asking();

        assertThat(sent)
                .containsExactly("{\"jsonrpc\":\"2.0\",\"id\":\"gw-1\",\"method\":\"elicitation/create\",\"params\":"
                        + "{\"message\":\"name?\"}}");
        assertThat(answer("\"gw-1\"")).isTrue();
        assertThat(answer("\"gw-1\"")).as("a second answer").isFalse();
        assertThat(asking.get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Given.class,
                        given -> assertThat(given.message()
                                        .document()
                                        .raw(given.message().result()))
                                .isEqualTo("{\"action\":\"accept\"}"));
    }

    @Test
    void anErrorIsAnAnswer() throws Exception {
        FutureTask<AgentAnswer> asking = asking();

        assertThat(questions.answer(
                        message("{\"jsonrpc\":\"2.0\",\"id\":\"gw-1\",\"error\":{\"code\":-1,\"message\":\"no\"}}")))
                .isTrue();

        assertThat(asking.get(10, TimeUnit.SECONDS)).isInstanceOf(Given.class);
    }

    @Test
    void whatAnswersNothingChangesNothing() throws Exception {
        FutureTask<AgentAnswer> asking = asking();

        for (String id : List.of("\"gw-2\"", "\"gw-0\"", "1", "\"\"", "\"GW-1\"")) {
            assertThat(answer(id)).as(id).isFalse();
        }
        assertThat(questions.answer(
                        message("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-1,\"message\":\"no\"}}")))
                .isFalse();
        assertThat(asking.isDone()).isFalse();

        assertThat(answer("\"gw-1\"")).isTrue();
        assertThat(asking.get(10, TimeUnit.SECONDS)).isInstanceOf(Given.class);
    }

    @Test
    void answersReachTheirOwnQuestion() throws Exception {
        FutureTask<AgentAnswer> first = asking();
        FutureTask<AgentAnswer> second = asking();

        assertThat(answer("\"gw-2\"")).isTrue();

        assertThat(second.get(10, TimeUnit.SECONDS)).isInstanceOf(Given.class);
        assertThat(first.isDone()).isFalse();
        questions.end();
    }

    @Test
    void whoDoesNotAnswerInTimeIsToldThatNobodyWaits() throws Exception {
        AgentAnswer answer = questions.ask(sink, "sampling/createMessage", PARAMS, Duration.ofMillis(5));

        assertThat(answer).isEqualTo(new Missing(Why.TOO_LATE));
        assertThat(sent).hasSize(2);
        assertThat(sent.getLast()).contains("notifications/cancelled", "\"requestId\":\"gw-1\"");
        assertThat(answer("\"gw-1\"")).as("too late").isFalse();
    }

    @Test
    void theEndWakesAllWhoWait() throws Exception {
        FutureTask<AgentAnswer> first = asking();
        FutureTask<AgentAnswer> second = asking();

        questions.end();

        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(new Missing(Why.SESSION_ENDED));
        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(new Missing(Why.SESSION_ENDED));
        assertThat(questions.ask(sink, "elicitation/create", PARAMS, LONG)).isEqualTo(new Missing(Why.SESSION_ENDED));
        assertThat(sent).as("nothing is asked afterwards").hasSize(2);
    }

    @Test
    void anInterruptEndsTheWaitAndStays() throws Exception {
        FutureTask<Boolean> asking = new FutureTask<>(
                () -> questions.ask(sink, "elicitation/create", PARAMS, LONG).equals(new Missing(Why.INTERRUPTED))
                        && Thread.currentThread().isInterrupted());
        Thread thread = Thread.ofVirtual().start(asking);
        Await.until("the question was sent", () -> !sent.isEmpty());

        thread.interrupt();

        assertThat(asking.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answer("\"gw-1\"")).isFalse();
    }

    @Test
    void soManyQuestionsAreOpenAndNoMore() throws Exception {
        for (int i = 0; i < Questions.OPEN_MAX; i++) {
            var _ = asking();
        }

        assertThat(questions.ask(sink, "elicitation/create", PARAMS, LONG)).isEqualTo(new Missing(Why.TOO_MANY));
        assertThat(answer("\"gw-3\"")).isTrue();
        FutureTask<AgentAnswer> next = asking();
        assertThat(next.isDone()).isFalse();
        questions.end();
    }

    @Test
    void anAgentThatTakesNoQuestionAnswersNone() {
        AgentAnswer answer = questions.ask(message -> false, "elicitation/create", PARAMS, LONG);

        assertThat(answer).isEqualTo(new Missing(Why.NOT_TAKEN));
    }
}
