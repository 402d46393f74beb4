package dev.mcpgateway.audit;

/**
 * The size of arguments or of a result (JSON: {@code args}, {@code result}, with {@code level: "metadata"}).
 *
 * @param bytes {@code bytes}: length as received
 */
public record PayloadSize(long bytes) {
    /** There was no payload; left out of the record. */
    public static final PayloadSize NONE = new PayloadSize(-1);

    /** Checks the range. */
    public PayloadSize {
        Check.range("bytes", bytes, -1, Long.MAX_VALUE);
    }
}
