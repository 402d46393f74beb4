package dev.mcpgateway.connectors.mcp;

/** An upstream that could not be asked. The message is a sentence for operators and quotes nothing the upstream sent. */
public sealed class UpstreamFault extends Exception permits EraRefuted {
    private static final long serialVersionUID = 1L;

    private final transient UpstreamReply reply;
    private final boolean outage;

    /** A fault for the reply that caused it. */
    public UpstreamFault(UpstreamReply reply) {
        this(reply, false);
    }

    UpstreamFault(UpstreamReply reply, boolean outage) {
        super(Replies.describe(reply), null, false, false);
        this.reply = reply;
        this.outage = outage;
    }

    /** A fault with a reason of its own. */
    public UpstreamFault(String why) {
        this(new UpstreamReply.Unreachable(why, false));
    }

    /** Whether nobody was there, or nobody able to answer; otherwise it may concern one caller alone. */
    boolean isOutage() {
        return outage;
    }

    /** What the request that failed would have been answered with. */
    public UpstreamReply reply() {
        return reply;
    }
}
