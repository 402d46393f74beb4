package dev.mcpgateway.samples.calltoken;

import java.io.Serial;

/** A request whose call token is missing, not good, or not for this request. The message is for the log, not the caller. */
public final class CallTokenRefused extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Which check failed. */
    public enum Step {
        /** No token, or not one that can be read. */
        FORM,
        /** Header members, type or algorithm. */
        HEADER,
        /** No such key, or the signature does not verify. */
        SIGNATURE,
        /** Made by another issuer, or for another server. */
        ADDRESS,
        /** Not valid yet, not valid any more, or valid for too long. */
        TIME,
        /** Made for another request than this one. */
        BINDING,
        /** Seen before. */
        REPLAY
    }

    private final Step step;

    CallTokenRefused(Step step, String message) {
        super(message, null, false, false);
        this.step = step;
    }

    /** Which check failed. */
    public Step step() {
        return step;
    }
}
