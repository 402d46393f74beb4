package dev.mcpgateway.connectors.wire;

/** A document that the strict parser does not let through. The message names the place and never quotes the content. */
public final class JsonRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why a document was refused. */
    public enum Reason {
        /** Bytes that are not well-formed UTF-8 (overlong forms, surrogates, truncation), or a byte order mark. */
        NOT_UTF8,
        /** Not one JSON text as of RFC 8259, or something after its end. */
        NOT_JSON,
        /** The same member name twice in one object, also when written differently. */
        DUPLICATE_NAME,
        /** An escape of half a surrogate pair, or NUL in a member name, where neither is allowed. */
        AMBIGUOUS_TEXT,
        /** A bound of {@link JsonLimits} was exceeded. */
        OVER_LIMIT
    }

    private final Reason reason;
    private final int offset;

    JsonRefused(Reason reason, String message, int offset) {
        super(message + " at byte " + offset, null, false, false);
        this.reason = reason;
        this.offset = offset;
    }

    /** The kind of refusal. */
    public Reason reason() {
        return reason;
    }

    /** Offset of the first offending byte, from the start of the array. */
    public int offset() {
        return offset;
    }
}
