package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.gateway.http.HeldBody;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Calls of 2026-07-28 agents at upstreams of earlier revisions, which ask during a call and keep it open, while the agent
 * gets the question as the result of one request and answers it with the next. Such a call runs on a thread of its own
 * and is held between the two, for a limited time; a call that nobody takes up again is cancelled.
 */
final class HeldCalls {
    private static final int ID_BYTES = 16;
    private static final String ALL = "";

    private final Map<String, HeldCall> waiting = new ConcurrentHashMap<>();
    private final Map<String, Places> byUpstream = new ConcurrentHashMap<>();
    private final Places places;
    private final Duration holdMax;
    private final RandomGenerator random;

    /**
     * No call is held yet.
     *
     * @param callsMax most calls held at once
     * @param perPrincipalMax most of one principal
     * @param holdMax how long a question waits for its answer
     * @param random must be cryptographically strong
     */
    HeldCalls(int callsMax, int perPrincipalMax, Duration holdMax, RandomGenerator random) {
        this.places = new Places(callsMax, perPrincipalMax);
        this.holdMax = holdMax;
        this.random = random;
    }

    /** How the upstream's side went on. */
    sealed interface Step {
        /** It asks; the call is held under {@code id} until {@link #resume}. */
        record Asked(String id, Envelope question) implements Step {}

        /** It is over. */
        record Ended(UpstreamReply reply) implements Step {}
    }

    /** Whom a call speaks to. */
    @FunctionalInterface
    interface Listener {
        /** A notification for the agent. */
        void notification(Envelope message);

        /**
         * Asks what a result asks for.
         *
         * @return for each of its {@code inputRequests} the rest of a JSON-RPC response: {@code "result":…} or
         *     {@code "error":…}
         */
        default List<byte[]> ask(Envelope inputRequired) {
            return AgentQuestion.refused(inputRequired, "this cannot be asked here");
        }
    }

    private sealed interface Event {
        record Question(Envelope message) implements Event {}

        record Reply(UpstreamReply reply) implements Event {}

        record Failure(RuntimeException cause) implements Event {}
    }

    /** One call. At most one question is open at a time, and at most one agent's request is attached. */
    private final class HeldCall implements Listener {
        private final String id;
        private final String principal;
        private final Places ofUpstream;
        private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(2);
        private final BlockingQueue<List<byte[]>> answers = new ArrayBlockingQueue<>(1);
        private final Function<Listener, UpstreamReply> call;
        private final BooleanSupplier stopped;
        private final HeldBody body;
        private volatile Consumer<Envelope> notified;
        private @Nullable Thread thread;
        private volatile @Nullable Envelope question;
        private volatile boolean cancelled;
        private boolean endedWhileAsking;

        HeldCall(
                String id,
                String principal,
                Places ofUpstream,
                Function<Listener, UpstreamReply> call,
                Consumer<Envelope> notified,
                BooleanSupplier stopped,
                HeldBody body) {
            this.id = id;
            this.principal = principal;
            this.ofUpstream = ofUpstream;
            this.call = call;
            this.notified = notified;
            this.stopped = stopped;
            this.body = body;
        }

        private void run() {
            try (body) {
                // nobody may be there to take it any more; there is room for it in any case
                var _ = events.offer(end());
                if (endedWhileAsking) {
                    awaitTaker();
                }
            }
        }

        private Event end() {
            try {
                return new Event.Reply(call.apply(this));
            } catch (RuntimeException failure) {
                return new Event.Failure(failure);
            } catch (Error failure) {
                // whoever waits for this call is told by nothing else
                return new Event.Failure(new IllegalStateException("a held call ended with a bug", failure));
            }
        }

        /** The call is over, and the agent is to hear how when it comes back with its answer. */
        private void awaitTaker() {
            try {
                var _ = answers.poll(holdMax.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException leaving) {
                Thread.currentThread().interrupt();
            } finally {
                leave(this);
            }
        }

        @Override
        public void notification(Envelope message) {
            notified.accept(message);
        }

        @Override
        public List<byte[]> ask(Envelope asked) {
            question = asked;
            if (!enter(this)) {
                return AgentQuestion.refused(asked, "too many calls wait for input");
            }
            var _ = events.offer(new Event.Question(asked));
            try {
                List<byte[]> answer = answers.poll(holdMax.toNanos(), TimeUnit.NANOSECONDS);
                if (answer == null) {
                    Thread.currentThread().interrupt();
                    return AgentQuestion.refused(asked, "no answer came in time");
                }
                return answer;
            } catch (InterruptedException over) {
                endedWhileAsking = !cancelled;
                Thread.currentThread().interrupt();
                return AgentQuestion.refused(asked, "the call is over");
            } finally {
                if (!endedWhileAsking) {
                    leave(this);
                }
            }
        }

        private Step next() {
            try {
                return switch (events.take()) {
                    case Event.Question(var message) -> new Step.Asked(id, message);
                    case Event.Reply(var reply) -> new Step.Ended(reply);
                    case Event.Failure(var cause) -> throw cause;
                };
            } catch (InterruptedException cancelled) {
                cancel();
                Thread.currentThread().interrupt();
                return new Step.Ended(new UpstreamReply.Cancelled());
            }
        }

        private void cancel() {
            cancelled = true;
            Thread running = thread;
            if (running != null) {
                running.interrupt();
            }
        }
    }

    /**
     * Begins a call and waits until it is over or asks. An interrupt cancels it.
     *
     * @param upstream where it is made
     * @param upstreamMax most calls held there at once
     * @param call carries it out, on a thread of its own
     * @param notified gets notifications until the call asks
     * @param stopped whether its caller or its tool was stopped meanwhile: then it is not held
     * @param body the request's, which the call needs until its end
     */
    Step begin(
            String principal,
            String upstream,
            int upstreamMax,
            Function<Listener, UpstreamReply> call,
            Consumer<Envelope> notified,
            BooleanSupplier stopped,
            HeldBody body) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        HeldCall held = new HeldCall(
                HexFormat.of().formatHex(id),
                principal,
                byUpstream.computeIfAbsent(upstream, _ -> new Places(upstreamMax, upstreamMax)),
                call,
                notified,
                stopped,
                body.keep());
        held.thread = Thread.ofVirtual().name("held-call").unstarted(held::run);
        held.thread.start();
        return held.next();
    }

    /**
     * Answers what a held call asked and waits until it is over or asks again. Empty when there is no such call of
     * this principal: it has ended, or was taken up by another request.
     *
     * @param answers as {@link Listener#ask} gives them
     */
    Optional<Step> resume(String id, String principal, List<byte[]> answers, Consumer<Envelope> notified) {
        HeldCall held = waiting.get(id);
        if (held == null || !held.principal.equals(principal) || !waiting.remove(id, held)) {
            return Optional.empty();
        }
        held.notified = notified;
        var _ = held.answers.offer(answers);
        return Optional.of(held.next());
    }

    /** What a held call of this principal waits for; empty when there is no such call. */
    Optional<Envelope> question(String id, String principal) {
        HeldCall held = waiting.get(id);
        return held == null || !held.principal.equals(principal)
                ? Optional.empty()
                : Optional.ofNullable(held.question);
    }

    private boolean enter(HeldCall held) {
        if (!places.take(held.principal)) {
            return false;
        }
        if (!held.ofUpstream.take(ALL)) {
            places.give(held.principal);
            return false;
        }
        waiting.put(held.id, held);
        // a stop that came before is seen here, one that comes later sees the call among those that wait
        if (held.stopped.getAsBoolean()) {
            held.cancel();
        }
        return true;
    }

    private void leave(HeldCall held) {
        waiting.remove(held.id, held);
        held.ofUpstream.give(ALL);
        places.give(held.principal);
    }

    /** Calls that wait for an answer. */
    int size() {
        return waiting.size();
    }

    /** Cancels those that wait and whose caller or tool is stopped. */
    void cancelStopped() {
        waiting.values().stream().filter(held -> held.stopped.getAsBoolean()).forEach(HeldCall::cancel);
    }

    /** Cancels all that wait. */
    void cancelAll() {
        waiting.values().forEach(HeldCall::cancel);
    }
}
