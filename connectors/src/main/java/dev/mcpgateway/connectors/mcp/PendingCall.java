package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.mcp.Inbox.Arrival;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import java.util.List;
import java.util.Optional;

/** One request over a channel: what it may be answered with, and where answer and notifications wait. */
final class PendingCall {
    private final int replyBytesMax;
    private final int replyDepthMax;
    private final boolean ofCaller;
    private final boolean wantsLog;
    private final Inbox<UpstreamReply> inbox = new Inbox<>();

    private PendingCall(int replyBytesMax, int replyDepthMax, boolean ofCaller, boolean wantsLog) {
        this.replyBytesMax = replyBytesMax;
        this.replyDepthMax = replyDepthMax;
        this.ofCaller = ofCaller;
        this.wantsLog = wantsLog;
    }

    /** A request of the gateway's own. */
    PendingCall(int replyBytesMax, int replyDepthMax) {
        this(replyBytesMax, replyDepthMax, false, false);
    }

    /** A caller's request: someone who may be asked. */
    static PendingCall of(UpstreamCall call, int replyDepthMax) {
        return new PendingCall(
                call.replyBytesMax(), replyDepthMax, true, call.dialogue().logLevel() != null);
    }

    /** Whether it belongs to a caller. */
    boolean isOfCaller() {
        return ofCaller;
    }

    /** Whether log messages are wanted. */
    boolean wantsLog() {
        return wantsLog;
    }

    /** False when there is no room, or it is nested too deep. */
    boolean offer(Envelope message) {
        return message.document().depth() <= replyDepthMax && inbox.offer(message);
    }

    /** False when there is an answer already. */
    boolean answer(Envelope message) {
        if (message.document().bytes().length > replyBytesMax) {
            return end(new UpstreamReply.TooLarge(replyBytesMax));
        }
        if (message.document().depth() > replyDepthMax) {
            return end(new UpstreamReply.Malformed("nesting deeper than " + replyDepthMax));
        }
        return end(Replies.of(message, 0));
    }

    void tooLong(long bytesMax) {
        var _ = end(new UpstreamReply.TooLarge(Math.min(bytesMax, replyBytesMax)));
    }

    /** The first answer counts; false for any other. */
    boolean end(UpstreamReply answer) {
        return inbox.end(answer);
    }

    /** Whatever comes next; empty when the deadline comes first. */
    Optional<Arrival<UpstreamReply>> next(Deadline deadline, TimeSource time) throws InterruptedException {
        return inbox.next(deadline, time);
    }

    /** A request of the server and those that follow it closely. */
    List<Envelope> together(Envelope first) throws InterruptedException {
        return inbox.together(first);
    }

    /** Runs {@code ask}, interrupted as soon as the answer is there. */
    void whileOpen(Runnable ask) {
        inbox.whileOpen(ask);
    }

    /** The answer, if it has come. */
    Optional<UpstreamReply> answered() {
        return inbox.outcome();
    }
}
