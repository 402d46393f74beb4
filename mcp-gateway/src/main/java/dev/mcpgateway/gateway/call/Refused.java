package dev.mcpgateway.gateway.call;

/** Ends a path. Thrown by a stage, caught once per half of the path, recorded, mapped to the wire. No stack trace. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal why;
    private final boolean recorded;

    /** Ends the path for this reason. */
    public Refused(Refusal why) {
        this(why, false);
    }

    private Refused(Refusal why, boolean recorded) {
        super(why.reason().code(), null, false, false);
        this.why = why;
        this.recorded = recorded;
    }

    /** Ends the path with what the reason's row says. */
    public Refused(Reason reason) {
        this(Refusal.of(reason));
    }

    /** The same, after it was written to the audit log, or could not be. */
    public Refused alreadyRecorded() {
        return recorded ? this : new Refused(why, true);
    }

    /** Whether nothing is left to record. */
    public boolean isRecorded() {
        return recorded;
    }

    /** The refusal. */
    public Refusal why() {
        return why;
    }
}
