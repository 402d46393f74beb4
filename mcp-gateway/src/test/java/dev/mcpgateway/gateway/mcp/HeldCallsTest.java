package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.http.HeldBody;
import dev.mcpgateway.gateway.mcp.HeldCalls.Step;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class HeldCallsTest {
    private static final String ALICE = "corp\nalice\ndesk";
    private static final List<byte[]> ANSWER =
            List.of("\"result\":{\"action\":\"accept\"}".getBytes(StandardCharsets.UTF_8));

    private final List<String> answered = new ArrayList<>();

    private static HeldCalls calls(int all, int perPrincipal, Duration hold) {
        return new HeldCalls(all, perPrincipal, hold, new SecureRandom());
    }

    private static Envelope message(String method) {
        try {
            String json = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"inputRequests\":{\"k\":{\"method\":\"" + method
                    + "\"}}}}";
            return Envelope.read(
                    StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(1024, 8)));
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** A call that asks so often and then ends. */
    private Function<HeldCalls.Listener, UpstreamReply> asking(int times) {
        return listener -> {
            for (int i = 0; i < times; i++) {
                byte[] answer = listener.ask(message("elicitation/create")).getFirst();
                answered.add(new String(answer, StandardCharsets.UTF_8));
                if (Thread.currentThread().isInterrupted()) {
                    return new UpstreamReply.Cancelled();
                }
            }
            return new UpstreamReply.TimedOut();
        };
    }

    @Test
    void aCallThatDoesNotAskJustEnds() {
        HeldCalls held = calls(1, 1, Duration.ofMinutes(1));

        assertThat(held.begin(ALICE, "crm", 8, asking(0), _ -> {}, () -> false, new HeldBody()))
                .isEqualTo(new Step.Ended(new UpstreamReply.TimedOut()));
        assertThat(held.size()).isZero();
    }

    @Test
    void aCallThatEndsWithAnErrorIsOverForWhoWaitsForIt() {
        HeldCalls held = calls(1, 1, Duration.ofMinutes(1));
        AtomicReference<Throwable> told = new AtomicReference<>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                var _ = held.begin(
                        ALICE,
                        "crm",
                        8,
                        _ -> {
                            throw new StackOverflowError("made by a test");
                        },
                        _ -> {},
                        () -> false,
                        new HeldBody());
            } catch (RuntimeException ended) {
                told.set(ended);
            }
        });

        Await.until("it is told", () -> !waiting.isAlive());

        assertThat(told.get()).isInstanceOf(IllegalStateException.class).hasRootCauseMessage("made by a test");
        assertThat(held.begin(ALICE, "crm", 8, asking(0), _ -> {}, () -> false, new HeldBody()))
                .as("the next one")
                .isEqualTo(new Step.Ended(new UpstreamReply.TimedOut()));
    }

    @Test
    void aCallIsHeldFromItsQuestionToTheAnswer() {
        HeldCalls held = calls(1, 1, Duration.ofMinutes(1));

        Step.Asked first = (Step.Asked) held.begin(ALICE, "crm", 8, asking(2), _ -> {}, () -> false, new HeldBody());
        assertThat(AgentQuestion.of(first.question()).orElseThrow())
                .singleElement()
                .satisfies(question -> assertThat(question.kind()).isEqualTo(InputKind.ELICITATION));
        assertThat(held.question(first.id(), ALICE)).contains(first.question());
        Step.Asked second =
                (Step.Asked) held.resume(first.id(), ALICE, ANSWER, _ -> {}).orElseThrow();
        assertThat(held.resume(second.id(), ALICE, ANSWER, _ -> {}))
                .contains(new Step.Ended(new UpstreamReply.TimedOut()));

        String answer = new String(ANSWER.getFirst(), StandardCharsets.UTF_8);
        assertThat(answered).containsExactly(answer, answer);
        assertThat(held.size()).isZero();
        assertThat(held.resume(first.id(), ALICE, ANSWER, _ -> {})).isEmpty();
    }

    @Test
    void nobodyElseTakesItUp() {
        HeldCalls held = calls(2, 2, Duration.ofMinutes(1));
        Step.Asked asked = (Step.Asked) held.begin(ALICE, "crm", 8, asking(1), _ -> {}, () -> false, new HeldBody());

        assertThat(held.resume(asked.id(), "corp\nbob\ndesk", ANSWER, _ -> {})).isEmpty();
        assertThat(held.question(asked.id(), "corp\nbob\ndesk")).isEmpty();
        assertThat(held.resume("0", ALICE, ANSWER, _ -> {})).isEmpty();
        assertThat(held.size()).isOne();
        held.cancelAll();
    }

    @Test
    void tooManyQuestionsOfOnePrincipalAreRefusedToTheServer() {
        HeldCalls held = calls(10, 1, Duration.ofMinutes(1));
        var _ = held.begin(ALICE, "crm", 8, asking(1), _ -> {}, () -> false, new HeldBody());

        assertThat(held.begin(ALICE, "crm", 8, asking(1), _ -> {}, () -> false, new HeldBody()))
                .isEqualTo(new Step.Ended(new UpstreamReply.TimedOut()));
        assertThat(answered).singleElement().asString().startsWith("\"error\":");
        assertThat(held.begin("corp\nbob\ndesk", "crm", 8, asking(1), _ -> {}, () -> false, new HeldBody()))
                .isInstanceOf(Step.Asked.class);
        held.cancelAll();
        Await.until("all are gone", () -> held.size() == 0);
    }

    @Test
    void tooManyQuestionsOfOneServerAreRefusedToIt() {
        HeldCalls held = calls(10, 10, Duration.ofMinutes(1));
        var _ = held.begin(ALICE, "crm", 1, asking(1), _ -> {}, () -> false, new HeldBody());

        assertThat(held.begin("corp\nbob\ndesk", "crm", 1, asking(1), _ -> {}, () -> false, new HeldBody()))
                .isEqualTo(new Step.Ended(new UpstreamReply.TimedOut()));
        assertThat(held.begin("corp\nbob\ndesk", "files", 1, asking(1), _ -> {}, () -> false, new HeldBody()))
                .isInstanceOf(Step.Asked.class);
        held.cancelAll();
        Await.until("all are gone", () -> held.size() == 0);
        assertThat(held.begin(ALICE, "crm", 1, asking(1), _ -> {}, () -> false, new HeldBody()))
                .isInstanceOf(Step.Asked.class);
        held.cancelAll();
    }

    @Test
    void aQuestionThatNobodyAnswersCancelsItsCall() {
        HeldCalls held = calls(1, 1, Duration.ofMillis(20));
        AtomicReference<UpstreamReply> end = new AtomicReference<>();
        Function<HeldCalls.Listener, UpstreamReply> call = asking(1);

        var _ = held.begin(
                ALICE,
                "crm",
                8,
                listener -> {
                    end.set(call.apply(listener));
                    return end.get();
                },
                _ -> {},
                () -> false,
                new HeldBody());

        Await.until("the call ends", () -> end.get() != null);
        assertThat(end.get()).isEqualTo(new UpstreamReply.Cancelled());
        assertThat(held.size()).isZero();
    }

    @Test
    void anInterruptOfTheAgentsRequestCancelsTheCall() throws Exception {
        HeldCalls held = calls(1, 1, Duration.ofMinutes(1));
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicReference<Step> step = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        Thread request = Thread.ofVirtual()
                .start(() -> step.set(held.begin(
                        ALICE,
                        "crm",
                        8,
                        _ -> {
                            running.countDown();
                            try {
                                Thread.sleep(Duration.ofMinutes(1));
                            } catch (InterruptedException cancelled) {
                                interrupted.countDown();
                            }
                            return new UpstreamReply.Cancelled();
                        },
                        _ -> {},
                        () -> false,
                        new HeldBody())));
        running.await();
        request.interrupt();
        request.join();

        interrupted.await();
        assertThat(step.get()).isEqualTo(new Step.Ended(new UpstreamReply.Cancelled()));
    }

    @Test
    void aCallThatIsStoppedWhileItWaitsIsCancelled() {
        HeldCalls held = calls(2, 2, Duration.ofMinutes(1));
        AtomicBoolean stopped = new AtomicBoolean();
        var _ = held.begin(ALICE, "crm", 8, asking(1), _ -> {}, stopped::get, new HeldBody());
        var _ = held.begin(ALICE, "crm", 8, asking(1), _ -> {}, () -> false, new HeldBody());

        held.cancelStopped();
        assertThat(held.size()).isEqualTo(2);
        stopped.set(true);
        held.cancelStopped();

        Await.until("only the other waits", () -> held.size() == 1);
        held.cancelAll();
    }

    @Test
    void aCallThatWasStoppedBeforeItAskedIsNotHeld() {
        HeldCalls held = calls(1, 1, Duration.ofMinutes(1));

        var _ = held.begin(ALICE, "crm", 8, asking(1), _ -> {}, () -> true, new HeldBody());

        Await.until("it does not wait", () -> held.size() == 0);
    }

    @Test
    void whatTheCallThrowsComesOut() {
        HeldCalls held = calls(1, 1, Duration.ofMinutes(1));

        assertThatThrownBy(() -> held.begin(
                        ALICE,
                        "crm",
                        8,
                        _ -> {
                            throw new IllegalStateException("broken");
                        },
                        _ -> {},
                        () -> false,
                        new HeldBody()))
                .hasMessage("broken");
    }
}
