package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.EventStreamReader;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The events of a provider, as they come over HTTP. */
final class ProviderStream implements ModelStream {
    /** Longest event: a Responses stream ends in one that repeats the whole answer. */
    static final int EVENT_BYTES_MAX = 4 * 1024 * 1024;

    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final HttpExchange exchange;
    private final EventSource events;
    private final ModelApi api;
    private final Limits limits;
    private final AnswerReader answer;
    private final String requestId;
    private @Nullable ModelEvent held;
    private ModelEvent first;
    private Deadline silence = Deadline.NEVER;
    private boolean begun;
    private long bytes;
    private boolean ended;

    /**
     * What a stream keeps to.
     *
     * @param hidesUsage whether the chunk with the usage alone is not the agent's
     * @param idle longest silence between two events, while somebody waits for the next one
     * @param total when it ends at the latest
     * @param credential what was sent, and must not come back in an error
     */
    record Limits(
            boolean hidesUsage,
            Duration idle,
            Deadline total,
            int jsonDepthMax,
            TimeSource time,
            Credential credential) {}

    private ProviderStream(
            HttpExchange exchange,
            EventSource events,
            ModelApi api,
            AnswerReader answer,
            Limits limits,
            String requestId) {
        this.exchange = exchange;
        this.events = events;
        this.api = api;
        this.limits = limits;
        this.answer = answer;
        this.requestId = requestId;
        this.first = new ModelEvent("", new byte[0], Mark.OPEN);
    }

    /** A stream once its first event is there; a failure when that is none, or says that the provider failed. */
    static ModelReply open(HttpExchange exchange, ModelApi api, Limits limits, String requestId) {
        EventStreamReader events = new EventStreamReader(exchange.body(), EVENT_BYTES_MAX);
        return open(exchange, events::next, api, AnswerReader.of(api, exchange), limits, requestId);
    }

    /** The same of events in another framing than that of server-sent events. */
    static ModelReply open(
            HttpExchange exchange,
            EventSource events,
            ModelApi api,
            AnswerReader answer,
            Limits limits,
            String requestId) {
        ProviderStream stream = new ProviderStream(exchange, events, api, answer, limits, requestId);
        return switch (stream.next()) {
            case Step.Broken(ModelFailure failure) -> {
                stream.close();
                yield new ModelReply.Failed(failure.with(stream.facts()));
            }
            case Step.Next(ModelEvent event)
            when event.mark() == Mark.ERROR -> {
                stream.close();
                yield new ModelReply.Failed(ModelFailure.saidIn(event.data(), "an error as its first event")
                        .with(stream.facts()));
            }
            case Step.Next(ModelEvent event) -> {
                stream.first = event;
                yield new ModelReply.Streaming(stream);
            }
        };
    }

    @Override
    public ModelEvent first() {
        return first;
    }

    /**
     * Gemini's protocol has no last event: once the model has said why it stopped, one event is held until the next one
     * shows that it was not the last, or the end in order that it was.
     */
    @Override
    public Step next() {
        try {
            while (true) {
                EventStreamReader.Event event = arrived();
                if (event == null && held != null) {
                    ended = true;
                    return new Step.Next(new ModelEvent(held.type(), held.data(), Mark.LAST));
                }
                if (event == null) {
                    return broken(Cause.BROKEN, "the stream ended before its last event");
                }
                bytes += event.data().length;
                if (Arrays.equals(event.data(), DONE)) {
                    ended = api == ModelApi.CHAT_COMPLETIONS;
                    return new Step.Next(new ModelEvent(event.type(), event.data(), ended ? Mark.LAST : Mark.OPEN));
                }
                JsonDocument document = parsed(event);
                if (document == null) {
                    continue;
                }
                Mark mark = answer.event(document);
                if (api == ModelApi.GENERATE_CONTENT && mark == Mark.OPEN && answer.isFinished()) {
                    ModelEvent before = held;
                    held = new ModelEvent(event.type(), event.data(), mark);
                    if (before != null) {
                        return new Step.Next(before);
                    }
                    continue;
                }
                if (!limits.hidesUsage() || !AnswerReader.isUsageChunk(document)) {
                    ended = mark != Mark.OPEN;
                    byte[] data = mark == Mark.ERROR ? KeyScrub.scrub(event.data(), limits.credential()) : event.data();
                    return new Step.Next(new ModelEvent(event.type(), data, mark));
                }
            }
        } catch (JsonRefused malformed) {
            return broken(WholeAnswer.cause(malformed), "an event that cannot be read: " + malformed.getMessage());
        } catch (EventStreamReader.EventTooLarge tooLarge) {
            return broken(Cause.TOO_LARGE, String.valueOf(tooLarge.getMessage()));
        } catch (HttpFault fault) {
            boolean isOver =
                    fault.kind() == HttpFault.Kind.DEADLINE && limits.total().isOver(limits.time());
            return new Step.Broken(
                    isOver
                            ? ModelFailure.of(Cause.OUT_OF_TIME, "the call's whole time is over")
                            : Faults.failure(fault));
        } catch (IOException impossible) {
            throw new IllegalStateException("bodies throw faults only", impossible);
        }
    }

    /** Until the first one is there, the request's own deadline holds. */
    private EventStreamReader.@Nullable Event arrived() throws IOException {
        if (begun) {
            silence = Deadline.after(limits.idle(), limits.time());
            exchange.until(silence.orEarlier(limits.total()));
        }
        EventStreamReader.Event event = events.next();
        begun = true;
        exchange.until(limits.total());
        return event;
    }

    /** What the reader does meanwhile, such as to wait for a slow agent, is no silence of the provider. */
    @Override
    public void beforeWaiting(Runnable then) {
        exchange.beforeWaiting(() -> {
            long since = limits.time().nanos();
            exchange.until(limits.total());
            then.run();
            silence = silence.plus(Duration.ofNanos(limits.time().nanos() - since));
            exchange.until(silence.orEarlier(limits.total()));
        });
    }

    /** What the event holds; {@code null} for one that is none of the protocol's and says nothing that can be read. */
    private @Nullable JsonDocument parsed(EventStreamReader.Event event) throws JsonRefused {
        try {
            return StrictJson.parse(event.data(), JsonLimits.forReplies(EVENT_BYTES_MAX, limits.jsonDepthMax()));
        } catch (JsonRefused refused) {
            if (refused.reason() == JsonRefused.Reason.NOT_JSON && !api.isEvent(event.type())) {
                return null;
            }
            // what it used is read all the same: an answer may repeat itself whole in its last event
            WholeAnswer.deeper(refused, event.data()).ifPresent(answer::event);
            throw refused;
        }
    }

    private static Step broken(Cause cause, String detail) {
        return new Step.Broken(ModelFailure.of(cause, detail));
    }

    @Override
    public ModelFacts facts() {
        return answer.facts();
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /** Gives the connection back after the last event, and ends it and the provider's work otherwise. */
    @Override
    public void close() {
        if (ended) {
            exchange.close();
        } else {
            exchange.cancel();
        }
    }
}
