package dev.mcpgateway.audit;

/**
 * The distributed trace of the request (JSON: {@code trace}).
 *
 * @param traceparent {@code trace.traceparent}: W3C Trace Context header value; empty when there is none
 */
public record TraceRef(String traceparent) {
    /** No trace. */
    public static final TraceRef NONE = new TraceRef("");
}
