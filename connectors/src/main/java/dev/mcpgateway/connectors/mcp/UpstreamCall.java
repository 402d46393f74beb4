package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.CallCredential;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway asks of an upstream.
 *
 * @param request the agent's {@code tools/call}, {@code prompts/get}, {@code resources/read} or
 *     {@code completion/complete}; names what is meant
 * @param target the upstream's own name or URI of what is meant, put in the place of the agent's
 * @param principal an opaque key of the caller; sessions are never shared between two of them
 * @param credential what the upstream gets to know us by
 * @param traceparent W3C trace context to pass on
 * @param tracestate W3C trace state to pass on
 * @param wantsProgress whether progress is asked for, provided that the agent sent a token
 * @param timeout longest duration of the whole call; progress does not extend it
 * @param replyBytesMax longest reply in bytes
 * @param dialogue what the upstream may ask, and what was answered before
 * @param inputWait by how much a question of a legacy upstream extends the call, once
 */
public record UpstreamCall(
        Envelope request,
        String target,
        String principal,
        CallCredential credential,
        @Nullable String traceparent,
        @Nullable String tracestate,
        boolean wantsProgress,
        Duration timeout,
        int replyBytesMax,
        Dialogue dialogue,
        Duration inputWait) {

    /** The request's method. */
    public String method() {
        return request.method();
    }

    /** Longest trace context and trace state in characters (W3C Trace Context asks for 512 of the latter). */
    private static final int TRACE_CHARS_MAX = 512;

    /** Checks what a caller of this record could get wrong. */
    public UpstreamCall {
        checkTrace(traceparent);
        checkTrace(tracestate);
        if (request.id() == JsonDocument.NONE || UpstreamMessage.target(request) == JsonDocument.NONE) {
            throw new IllegalArgumentException("not a request that goes upstream, or without an id or a target");
        }
        if (principal.isEmpty() || target.isEmpty()) {
            throw new IllegalArgumentException("principal and target must not be empty");
        }
        if (inputWait.isNegative()) {
            throw new IllegalArgumentException("the wait for input must not be negative");
        }
        if (timeout.isNegative() || timeout.isZero() || replyBytesMax < 1) {
            throw new IllegalArgumentException("timeout and reply bytes must be positive");
        }
    }

    /** The same call with less time. */
    UpstreamCall within(Duration rest) {
        return new UpstreamCall(
                request,
                target,
                principal,
                credential,
                traceparent,
                tracestate,
                wantsProgress,
                rest,
                replyBytesMax,
                dialogue,
                inputWait);
    }

    private static void checkTrace(@Nullable String trace) {
        if (trace != null && (trace.length() > TRACE_CHARS_MAX || !HttpHeader.isFieldValue(trace))) {
            throw new IllegalArgumentException("a trace context that no header can carry");
        }
    }
}
