package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Busy;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Cancelled;
import dev.mcpgateway.connectors.mcp.UpstreamReply.InputNeeded;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Malformed;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TimedOut;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TooLarge;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Unreachable;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;

/** From what came over the wire to the reply it means. */
public final class Replies {
    private static final Name COMPLETE = Name.of("complete");
    private static final Name INPUT_REQUIRED = Name.of("input_required");
    private static final int CODE_BYTES_MAX = 18;

    private Replies() {}

    /**
     * A response message.
     *
     * @param httpStatus the status it came with; 0 over transports without one
     */
    static UpstreamReply of(Envelope message, int httpStatus) {
        JsonDocument document = message.document();
        if (message.shape() == Shape.ERROR) {
            int code = document.member(message.error(), McpNames.CODE);
            return isInteger(document, code)
                    ? new ProtocolError(message, Long.parseLong(document.raw(code)), httpStatus)
                    : new Malformed("an error without an integer code");
        }
        if (message.shape() != Shape.RESULT) {
            return new Malformed("a request or notification in the place of a response");
        }
        if (!document.is(message.result(), Kind.OBJECT)) {
            return new Malformed("a result that is no object");
        }
        int type = document.member(message.result(), McpNames.RESULT_TYPE);
        if (type == JsonDocument.NONE || document.stringEquals(type, COMPLETE)) {
            return new Answered(message);
        }
        if (document.stringEquals(type, INPUT_REQUIRED)) {
            return new InputNeeded(message);
        }
        // 2026-07-28, ResultType: an unrecognized one must be considered invalid
        return new Malformed("a resultType that was not negotiated");
    }

    private static boolean isInteger(JsonDocument document, int node) {
        if (!document.is(node, Kind.NUMBER) || document.length(node) > CODE_BYTES_MAX) {
            return false;
        }
        return document.raw(node).chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    }

    /** A failed exchange. */
    public static UpstreamReply of(HttpFault fault, int replyBytesMax) {
        return switch (fault.kind()) {
            case BLOCKED, NOT_CONNECTED -> new Unreachable(String.valueOf(fault.getMessage()), false);
            case NO_CONNECTION_FREE -> new Busy(String.valueOf(fault.getMessage()));
            case BROKEN -> new Unreachable(String.valueOf(fault.getMessage()), fault.sent());
            case DEADLINE ->
                fault.sent() ? new TimedOut() : new Unreachable("no connection within the time allowed", false);
            case CANCELLED ->
                Thread.currentThread().isInterrupted()
                        ? new Cancelled()
                        : new Unreachable("the connection was closed by this gateway", fault.sent());
            case MALFORMED -> new Malformed(String.valueOf(fault.getMessage()));
            case TOO_LARGE -> new TooLarge(replyBytesMax);
        };
    }

    /** An HTTP answer to a request that carries no JSON-RPC message. */
    static UpstreamReply ofStatus(int status) {
        if (status >= 300 && status < 400) {
            return new Unreachable(
                    "answers with a redirect (HTTP " + status + "): put the final URL into the configuration", false);
        }
        return switch (status) {
            case 401, 403 -> new Unreachable("the upstream refused our credential (HTTP " + status + ")", false);
            case 429, 503 -> new Busy("the upstream asks to come back later (HTTP " + status + ")");
            case 404, 405 ->
                new Unreachable("HTTP " + status + ": there is no MCP endpoint at the configured URL", false);
            default ->
                status < 300
                        ? new Malformed("HTTP " + status + " without an answer to the request")
                        : new Unreachable("the upstream failed with HTTP " + status, status >= 500);
        };
    }

    /** The reply to a call that was not sent because something before it ended like this. */
    static UpstreamReply notRun(UpstreamReply before) {
        return switch (before) {
            case Busy busy -> busy;
            case Cancelled cancelled -> cancelled;
            default -> new Unreachable(describe(before), false);
        };
    }

    /** The reply as a sentence for operators. */
    static String describe(UpstreamReply reply) {
        return switch (reply) {
            case Answered _ -> "answered";
            case InputNeeded _ -> "asks for input where none can be given";
            case ProtocolError error ->
                "answers with JSON-RPC error " + error.code()
                        + (error.httpStatus() == 0 ? "" : " (HTTP " + error.httpStatus() + ")");
            case TimedOut _ -> "does not answer in time";
            case Unreachable unreachable -> unreachable.why();
            case Busy busy -> busy.why();
            case TooLarge tooLarge -> "answers with more than " + tooLarge.bytesMax() + " bytes";
            case Malformed malformed -> "answers with something that is not MCP: " + malformed.why();
            case Cancelled _ -> "cancelled";
        };
    }
}
