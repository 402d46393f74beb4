package dev.mcpgateway.gateway.http;

import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers: the one place where a refusal becomes bytes. Refusals of the same reason are equal to the byte unless
 * their row says otherwise, so that nobody learns from an answer what is hidden.
 */
public final class Answers {
    /** Key of {@code result._meta} with code and call id of a refused or failed call. */
    public static final String REFUSAL_META = "dev.mcpgateway/refusal";

    private static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
    private static final HttpField EVENT_STREAM = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/event-stream");
    private static final HttpField NO_STORE = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    private static final HttpField NO_SNIFF = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final HttpField NO_BUFFERING = new PreEncodedHttpField("X-Accel-Buffering", "no");
    private static final int LEGACY_RESOURCE_NOT_FOUND = -32002;
    private static final int LEGACY_URL_ELICITATION_REQUIRED = -32042;
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END_OF_EVENT = "\n\n".getBytes(StandardCharsets.UTF_8);

    /** A comment, which agents skip. */
    static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final String resourceMetadataUrl;
    private final ScopeHint scopeHint;
    private final Dpop dpop;
    private final String serverInfo;
    private final ConnectionDeadlines deadlines;
    private final long writeNanosMax;
    private final OpenStreams streams;
    private final LongSupplier nanoClock;

    /** The scopes named in a 401 challenge. */
    @FunctionalInterface
    public interface ScopeHint {
        /** Scopes that are of use here, in order. */
        Collection<String> scopes();
    }

    /**
     * What is said of DPoP (RFC 9449, section 7.1).
     *
     * @param algorithms of proofs, separated by blanks; empty where no token may be bound to a key
     * @param offered whether also those are told who did not use it
     */
    public record Dpop(String algorithms, boolean offered) {
        /** Not a word. */
        public static final Dpop NONE = new Dpop("", false);
    }

    Answers(
            String resourceMetadataUrl,
            ScopeHint scopeHint,
            Dpop dpop,
            String serverInfo,
            ConnectionDeadlines deadlines,
            long writeNanosMax,
            OpenStreams streams,
            LongSupplier nanoClock) {
        this.resourceMetadataUrl = resourceMetadataUrl;
        this.scopeHint = scopeHint;
        this.dpop = dpop;
        this.serverInfo = serverInfo;
        this.deadlines = deadlines;
        this.writeNanosMax = writeNanosMax;
        this.streams = streams;
        this.nanoClock = nanoClock;
    }

    /** Answers with a JSON body and ends the exchange. */
    public void json(Exchange exchange, int status, byte[] body) {
        Response response = exchange.response();
        response.setStatus(status);
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(JSON);
        headers.put(NO_STORE);
        headers.put(NO_SNIFF);
        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
        deadlines.answering(exchange.request().getConnectionMetaData().getConnection());
        response.write(true, ByteBuffer.wrap(body), exchange.callback());
    }

    /** Sends events that are framed already; the first ones send the headers, too. Blocks until the peer took them. */
    public void framed(Exchange exchange, byte[] events) throws PeerGone {
        if (!exchange.response().isCommitted()) {
            eventStreamHead(exchange);
        }
        write(exchange, events);
    }

    /** Sends the last events of a stream, which are framed already, and ends the exchange. */
    public void lastFramed(Exchange exchange, byte[] events) {
        if (!exchange.response().isCommitted()) {
            eventStreamHead(exchange);
        }
        endStream(exchange, events);
    }

    /** Answers without a body and ends the exchange. */
    public void empty(Exchange exchange, int status) {
        exchange.response().setStatus(status);
        exchange.response().getHeaders().put(NO_STORE);
        exchange.response().getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
        exchange.response().write(true, ByteBuffer.allocate(0), exchange.callback());
    }

    /** Sends one event of a stream; the first one sends the headers, too. Blocks until the peer took it. */
    public void event(Exchange exchange, byte[] message) throws PeerGone {
        if (!exchange.response().isCommitted()) {
            eventStreamHead(exchange);
        }
        write(exchange, eventBytes(message));
    }

    /**
     * A stream of events that stays open; nothing is sent before it is {@linkplain EventStream#serve served}.
     *
     * @param farewell what the agent is told last where the gateway ends the stream of its own accord: it stops, or the
     *     stream's time is up; {@code null} for nothing
     */
    public EventStream openStream(Exchange exchange, byte @Nullable [] farewell) {
        return new EventStream(exchange, this, streams, farewell, nanoClock);
    }

    /** Sends the headers of a stream, so that the agent knows that it is open before there is an event. */
    void beginStream(Exchange exchange) throws PeerGone {
        eventStreamHead(exchange);
        write(exchange, new byte[0]);
    }

    private static void eventStreamHead(Exchange exchange) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        exchange.response().setStatus(200);
        headers.put(EVENT_STREAM);
        headers.put(NO_STORE);
        headers.put(NO_SNIFF);
        headers.put(NO_BUFFERING);
    }

    /** Blocks until the peer took the bytes, for as long as it may take. */
    void write(Exchange exchange, byte[] bytes) throws PeerGone {
        var connection = exchange.request().getConnectionMetaData().getConnection();
        deadlines.answering(connection);
        Callback.Completable written = new Callback.Completable();
        exchange.response().write(false, ByteBuffer.wrap(bytes), written);
        try {
            written.get(writeNanosMax, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException gone) {
            throw new PeerGone();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new PeerGone();
        } finally {
            deadlines.answered(connection);
        }
    }

    /** Sends the last events of a stream, if any, and ends the exchange. */
    void endStream(Exchange exchange, byte[] events) {
        deadlines.answering(exchange.request().getConnectionMetaData().getConnection());
        exchange.response().write(true, ByteBuffer.wrap(events), exchange.callback());
    }

    /** Ends the exchange and its connection without another byte: nobody is there to read it. */
    public void abandon(Exchange exchange) {
        exchange.callback().failed(new Request.Handler.AbortException("the peer is gone"));
    }

    /** Sends the last event of a stream and ends the exchange. */
    public void lastEvent(Exchange exchange, byte[] message) {
        endStream(exchange, eventBytes(message));
    }

    /** The peer did not take what was written. */
    public static final class PeerGone extends Exception {
        private static final long serialVersionUID = 1L;

        PeerGone() {
            super("the peer is gone", null, false, false);
        }
    }

    private static byte[] eventBytes(byte[] message) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(message.length + 16);
        appendEvent(event, message);
        return event.toByteArray();
    }

    /** A message is JSON without raw line breaks inside strings, but may have them between tokens. */
    static void appendEvent(ByteArrayOutputStream out, byte[] message) {
        out.writeBytes(DATA);
        for (byte b : message) {
            out.write(b == '\n' || b == '\r' ? ' ' : b);
        }
        out.writeBytes(END_OF_EVENT);
    }

    /**
     * Answers with a refusal and ends the exchange.
     *
     * @param requestId the JSON-RPC id as written, if one was read
     * @param legacy whether the agent speaks a revision before 2026-07-28
     * @param toolCall whether it called a tool, and so can read a failure as a result
     */
    public void refuse(
            Exchange exchange, Refusal refusal, byte @Nullable [] requestId, boolean legacy, boolean toolCall) {
        Reason reason = refusal.reason();
        head(exchange, refusal);
        byte[] body = requestId != null && toolCall && reason.form() == Reason.Form.TOOL
                ? toolError(exchange.id(), refusal, requestId, legacy)
                : rpcError(exchange, refusal, requestId, legacy);
        if (exchange.response().isCommitted()) {
            lastEvent(exchange, body);
        } else {
            json(exchange, status(refusal, legacy), body);
        }
    }

    /** Answers with a refusal in a form of its own, before there is a stream, and ends the exchange. */
    void refuse(Exchange exchange, Refusal refusal, byte[] body) {
        head(exchange, refusal);
        json(exchange, refusal.reason().httpStatus(), body);
    }

    private void head(Exchange exchange, Refusal refusal) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        challenge(exchange, refusal);
        if (refusal.retryAfterSeconds() > 0) {
            headers.put(HttpHeader.RETRY_AFTER, refusal.retryAfterSeconds());
        }
        if (refusal.reason() == Reason.BAD_METHOD) {
            headers.put(HttpHeader.ALLOW, refusal.detail());
        }
    }

    private static int status(Refusal refusal, boolean legacy) {
        Reason reason = refusal.reason();
        // before 2026-07-28 an unknown method is an ordinary JSON-RPC error
        return legacy && reason == Reason.UNKNOWN_METHOD ? 200 : reason.httpStatus();
    }

    /**
     * The challenge of a refusal that has one, and nothing for others: one field for each scheme that is served here; the
     * error stands with the scheme that was used.
     */
    public void challenge(Exchange exchange, Refusal refusal) {
        Reason reason = refusal.reason();
        if (reason.httpStatus() != 401 && reason != Reason.NEEDS_SCOPE) {
            return;
        }
        String authorization = exchange.header(HttpHeader.AUTHORIZATION);
        boolean isDpop = authorization != null && authorization.regionMatches(true, 0, "DPoP ", 0, 5);
        List<String> common = new ArrayList<>();
        Collection<String> scopes = reason == Reason.NEEDS_SCOPE ? refusal.scopes() : scopeHint.scopes();
        if (!scopes.isEmpty()) {
            common.add("scope=\"" + String.join(" ", scopes) + '"');
        }
        if (!resourceMetadataUrl.isEmpty()) {
            common.add("resource_metadata=\"" + resourceMetadataUrl + '"');
        }
        boolean aboutProof = reason == Reason.BAD_PROOF || reason == Reason.PROOF_NEEDS_NONCE;
        boolean errorIsDpops = aboutProof || (isDpop && !dpop.algorithms().isEmpty());
        HttpFields.Mutable headers = exchange.response().getHeaders();
        headers.put(HttpHeader.WWW_AUTHENTICATE, scheme("Bearer", errorIsDpops ? "" : error(reason), common));
        if (errorIsDpops || dpop.offered()) {
            if (!dpop.algorithms().isEmpty()) {
                common.add("algs=\"" + dpop.algorithms() + '"');
            }
            headers.add(HttpHeader.WWW_AUTHENTICATE, scheme("DPoP", errorIsDpops ? error(reason) : "", common));
        }
    }

    private static String scheme(String name, String error, List<String> parameters) {
        String rest = String.join(", ", parameters);
        String first = error.isEmpty() ? "" : "error=\"" + error + (rest.isEmpty() ? "\"" : "\", ");
        return (name + " " + first + rest).strip();
    }

    /** RFC 6750, section 3.1, and RFC 9449, sections 7.1 and 9. */
    private static String error(Reason reason) {
        return switch (reason) {
            case NO_TOKEN -> "";
            case NEEDS_SCOPE -> "insufficient_scope";
            case BAD_PROOF -> "invalid_dpop_proof";
            case PROOF_NEEDS_NONCE -> "use_dpop_nonce";
            default -> "invalid_token";
        };
    }

    private static byte[] rpcError(Exchange exchange, Refusal refusal, byte @Nullable [] requestId, boolean legacy) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(192);
        text(body, "{\"jsonrpc\":\"2.0\"");
        if (requestId != null) {
            text(body, ",\"id\":");
            body.writeBytes(requestId);
        }
        text(body, ",\"error\":{\"code\":" + code(refusal.reason(), legacy) + ",\"message\":");
        body.writeBytes(JsonText.quote(refusal.says()));
        if (refusal.reason().form() == Reason.Form.TOOL) {
            text(
                    body,
                    ",\"data\":{\"" + REFUSAL_META + "\":{\"code\":\""
                            + refusal.reason().code() + "\",\"call\":\"" + exchange.id() + "\"}}");
        } else if (!refusal.data().isEmpty()) {
            text(body, ",\"data\":" + refusal.data());
        }
        text(body, "}}");
        return body.toByteArray();
    }

    /** A resource that is not there, and a page to be opened first, had codes of their own before 2026-07-28. */
    private static int code(Reason reason, boolean legacy) {
        if (legacy && reason == Reason.CONSENT_PAGE) {
            return LEGACY_URL_ELICITATION_REQUIRED;
        }
        boolean resource = reason == Reason.UNKNOWN_RESOURCE || reason == Reason.RESOURCE_HIDDEN;
        return legacy && resource ? LEGACY_RESOURCE_NOT_FOUND : reason.rpcCode();
    }

    private byte[] toolError(String callId, Refusal refusal, byte[] requestId, boolean legacy) {
        String code = refusal.reason().code();
        ByteArrayOutputStream body = new ByteArrayOutputStream(512);
        text(body, "{\"jsonrpc\":\"2.0\",\"id\":");
        body.writeBytes(requestId);
        text(body, legacy ? ",\"result\":{" : ",\"result\":{\"resultType\":\"complete\",");
        text(body, "\"content\":[{\"type\":\"text\",\"text\":");
        body.writeBytes(JsonText.quote(refusal.says() + " [" + code + ", call " + callId + "]"));
        text(body, "}],\"isError\":true,\"_meta\":{");
        if (!legacy) {
            text(body, "\"io.modelcontextprotocol/serverInfo\":" + serverInfo + ",");
        }
        text(body, "\"" + REFUSAL_META + "\":{\"code\":\"" + code + "\",\"call\":\"" + callId + "\"}}}}");
        return body.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.UTF_8));
    }
}
