package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.EventStreamReader;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request, one POST, and what comes back: a JSON object or an event stream (Streamable HTTP, all revisions). */
final class HttpDialogue {
    /** Most bytes of an error answer; it is a sentence. */
    private static final int ERROR_BYTES_MAX = 64 * 1024;

    /** Most bytes of notifications on one stream, beyond the reply itself. */
    private static final int NOTIFICATION_BYTES_MAX = 4 * 1024 * 1024;

    /** Longest event of a stream that stays open: a question with some text. */
    static final int EVENT_BYTES_MAX = 1024 * 1024;

    /** Most bytes of a stream for changes before it is opened anew: a flood costs no more than that at a time. */
    private static final long STREAM_BYTES_MAX = 16L * 1024 * 1024;

    /** Longest life of a stream for changes. */
    private static final Duration STREAM_MAX = Duration.ofMinutes(30);

    private final HttpTransport transport;
    private final HttpTransport streams;
    private final String target;
    private final int depthMax;
    private final StatusBoard board;
    private final TimeSource time;

    /** Streams that stay open have connections of their own, so that they take none away from calls. */
    HttpDialogue(
            HttpTransport transport,
            HttpTransport streams,
            String target,
            int depthMax,
            StatusBoard board,
            TimeSource time) {
        this.transport = transport;
        this.streams = streams;
        this.target = target;
        this.depthMax = depthMax;
        this.board = board;
        this.time = time;
    }

    /**
     * What is asked.
     *
     * @param id the request's own id
     * @param replyDepthMax deepest nesting of the response
     */
    @SuppressWarnings("ArrayRecordComponent") // sent once, never compared
    record Question(
            long id, byte[] body, List<HttpHeader> headers, Deadline deadline, int replyBytesMax, int replyDepthMax) {}

    /** Deepest nesting of a reply that is passed on. */
    int depthMax() {
        return depthMax;
    }

    /** Asks and waits for the response. */
    Landing ask(Question question, Sideline sideline) {
        long bytesMax = (long) question.replyBytesMax() + NOTIFICATION_BYTES_MAX;
        HttpCall call =
                new HttpCall("POST", target, question.headers(), question.body(), question.deadline(), bytesMax);
        try (HttpExchange exchange = transport.send(call)) {
            boolean done = false;
            try {
                Landing landing = land(exchange, question, sideline);
                done = !(landing instanceof Landing.Failed);
                return landing;
            } finally {
                if (!done) {
                    // closed at once and not read to its end: for a modern server that is the sign to stop
                    exchange.cancel();
                }
            }
        } catch (HttpFault fault) {
            return new Landing.Failed(Replies.of(fault, question.replyBytesMax()));
        }
    }

    /** Sends a message that has no response. Returns the HTTP status. */
    int tell(byte[] body, List<HttpHeader> headers, Deadline deadline) throws HttpFault {
        return status("POST", body, headers, deadline);
    }

    /** Ends a session. */
    int delete(List<HttpHeader> headers, Deadline deadline) throws HttpFault {
        return status("DELETE", new byte[0], headers, deadline);
    }

    private int status(String method, byte[] body, List<HttpHeader> headers, Deadline deadline) throws HttpFault {
        HttpCall call = new HttpCall(method, target, headers, body, deadline, ERROR_BYTES_MAX);
        try (HttpExchange exchange = transport.send(call)) {
            return exchange.status();
        }
    }

    /** Opens the stream of a legacy session; the caller reads and closes it. */
    HttpExchange listen(List<HttpHeader> headers, Deadline deadline) throws HttpFault {
        return streams.send(new HttpCall("GET", target, headers, new byte[0], deadline, STREAM_BYTES_MAX));
    }

    /** Opens the stream of a modern subscription; the caller reads and closes it. */
    HttpExchange subscribe(byte[] body, List<HttpHeader> headers, Deadline deadline) throws HttpFault {
        return streams.send(new HttpCall("POST", target, headers, body, deadline, STREAM_BYTES_MAX));
    }

    /** When a stream for changes is opened anew, so that a peer that vanished without a word is noticed. */
    Deadline streamEnd() {
        return Deadline.after(STREAM_MAX, time);
    }

    /** Reads a stream that stays open to its end. */
    void read(HttpExchange stream, Sideline messages) throws HttpFault {
        EventStreamReader events = new EventStreamReader(stream.body(), EVENT_BYTES_MAX);
        try {
            for (var event = events.next(); event != null; event = events.next()) {
                if (isMessage(event)) {
                    messages.message(parse(event.data(), EVENT_BYTES_MAX, depthMax));
                }
            }
        } catch (JsonRefused | NotJsonRpc | EventStreamReader.EventTooLarge broken) {
            board.dropped();
            stream.cancel();
        } catch (HttpFault fault) {
            throw fault;
        } catch (IOException impossible) {
            throw new IllegalStateException("bodies throw faults only", impossible);
        }
    }

    private Landing land(HttpExchange exchange, Question question, Sideline sideline) throws HttpFault {
        int status = exchange.status();
        String type = mediaType(exchange);
        if (status >= 400) {
            return error(exchange, status, type, question);
        }
        if (status != 200) {
            return new Landing.Bare(status, "");
        }
        return switch (type) {
            case "application/json" -> single(exchange, question);
            case "text/event-stream" -> stream(exchange, question, sideline);
            default -> malformed("a content type that is neither JSON nor an event stream");
        };
    }

    static String mediaType(HttpExchange exchange) {
        String value = exchange.header("Content-Type").orElse("");
        int parameters = value.indexOf(';');
        return (parameters < 0 ? value : value.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    private Landing error(HttpExchange exchange, int status, String type, Question question) {
        String challenge = exchange.header("WWW-Authenticate").orElse("");
        if (!type.equals("application/json")) {
            return new Landing.Bare(status, challenge);
        }
        try {
            Envelope message = parse(exchange.readAll(ERROR_BYTES_MAX), ERROR_BYTES_MAX, depthMax);
            boolean ours = message.id() == JsonDocument.NONE || hasId(message, question.id());
            return message.shape() == Shape.ERROR && ours
                    ? new Landing.Message(status, message, Optional.empty(), challenge)
                    : new Landing.Bare(status, challenge);
        } catch (HttpFault | JsonRefused | NotJsonRpc unreadable) {
            return new Landing.Bare(status, challenge);
        }
    }

    private Landing single(HttpExchange exchange, Question question) throws HttpFault {
        try {
            Envelope message = parse(
                    exchange.readAll(question.replyBytesMax()), question.replyBytesMax(), question.replyDepthMax());
            return isOurs(message, question.id())
                    ? new Landing.Message(200, message, exchange.header("Mcp-Session-Id"), "")
                    : malformed("not the response to this request");
        } catch (JsonRefused refused) {
            return malformed(refused.getMessage());
        } catch (NotJsonRpc refused) {
            return malformed(refused.getMessage());
        }
    }

    private Landing stream(HttpExchange exchange, Question question, Sideline sideline) throws HttpFault {
        EventStreamReader events = new EventStreamReader(exchange.body(), question.replyBytesMax());
        try {
            for (var event = events.next(); event != null; event = events.next()) {
                if (!isMessage(event)) {
                    continue;
                }
                Envelope message = parse(event.data(), question.replyBytesMax(), question.replyDepthMax());
                if (isOurs(message, question.id())) {
                    return new Landing.Message(200, message, exchange.header("Mcp-Session-Id"), "");
                }
                aside(message, sideline);
            }
            return new Landing.Failed(
                    new UpstreamReply.Unreachable("the upstream ended its stream before its answer", true));
        } catch (EventStreamReader.EventTooLarge tooLarge) {
            return new Landing.Failed(new UpstreamReply.TooLarge(question.replyBytesMax()));
        } catch (JsonRefused refused) {
            return malformed(refused.getMessage());
        } catch (NotJsonRpc refused) {
            return malformed(refused.getMessage());
        } catch (HttpFault fault) {
            throw fault;
        } catch (IOException impossible) {
            throw new IllegalStateException("bodies throw faults only", impossible);
        }
    }

    private void aside(Envelope message, Sideline sideline) {
        if (message.shape() == Shape.RESULT || message.shape() == Shape.ERROR) {
            board.dropped();
        } else {
            sideline.message(message);
        }
    }

    /** Priming events of 2025-11-25 have no data; other types are no messages. */
    static boolean isMessage(EventStreamReader.Event event) {
        return event.data().length > 0 && event.type().equals("message");
    }

    private static Envelope parse(byte[] json, int bytesMax, int depthMax) throws JsonRefused, NotJsonRpc {
        return Envelope.read(StrictJson.parse(json, JsonLimits.forReplies(bytesMax, depthMax)));
    }

    /** A response with our id, or an error that says it could not read an id from what we sent on this very exchange. */
    private static boolean isOurs(Envelope message, long id) {
        return switch (message.shape()) {
            case RESULT -> hasId(message, id);
            case ERROR -> message.id() == JsonDocument.NONE || hasId(message, id);
            case REQUEST, NOTIFICATION -> false;
        };
    }

    private static boolean hasId(Envelope message, long id) {
        return message.document().raw(message.id()).equals(Long.toString(id));
    }

    private static Landing malformed(@Nullable String why) {
        return new Landing.Failed(new UpstreamReply.Malformed(String.valueOf(why)));
    }
}
