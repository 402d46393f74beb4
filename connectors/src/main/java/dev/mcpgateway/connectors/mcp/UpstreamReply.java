package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;

/**
 * Every way in which a call on an upstream may end. Reasons are sentences for operators; they never quote what an
 * upstream sent.
 */
public sealed interface UpstreamReply {

    /**
     * A complete result, {@code isError} included.
     *
     * @param message the response; its {@code result} is an object and its {@code resultType}, where present, is
     *     {@code complete}
     */
    record Answered(Envelope message) implements UpstreamReply {}

    /**
     * The upstream needs input before it can go on (2026-07-28, Multi Round-Trip Requests).
     *
     * @param message the response with {@code resultType: input_required}
     */
    record InputNeeded(Envelope message) implements UpstreamReply {}

    /**
     * A JSON-RPC error.
     *
     * @param message the response; has an {@code error} object, and an id unless the upstream left it out
     * @param code the error's code
     * @param httpStatus the status it came with; 0 over transports without one
     */
    record ProtocolError(Envelope message, long code, int httpStatus) implements UpstreamReply {}

    /** No complete reply within the call's timeout. The tool may have run. */
    record TimedOut() implements UpstreamReply {}

    /**
     * No reply.
     *
     * @param why the reason
     * @param mayHaveRun whether the request may have reached the tool
     */
    record Unreachable(String why, boolean mayHaveRun) implements UpstreamReply {}

    /**
     * Too much is going on, here or there: later is better. The tool did not run.
     *
     * @param why the reason
     */
    record Busy(String why) implements UpstreamReply {}

    /**
     * The reply is longer than allowed. The tool has run.
     *
     * @param bytesMax the bound
     */
    record TooLarge(long bytesMax) implements UpstreamReply {}

    /**
     * The reply is no valid MCP message for this request. The tool may have run.
     *
     * @param why what is wrong with it
     */
    record Malformed(String why) implements UpstreamReply {}

    /** The caller cancelled by interrupt. The tool may have run. */
    record Cancelled() implements UpstreamReply {}
}
