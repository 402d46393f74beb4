package dev.mcpgateway.policy.screen;

/** Replaces one whole JSON string literal of a message. */
public final class Edit {

    private final int start;
    private final int end;
    private final byte[] replacement;

    Edit(int start, int end, byte[] replacement) {
        this.start = start;
        this.end = end;
        this.replacement = replacement;
    }

    /** First byte of the literal, its quote included. */
    public int start() {
        return start;
    }

    /** Byte after the literal, its quote included. */
    public int end() {
        return end;
    }

    /** The new literal in UTF-8, quotes included; a copy. */
    public byte[] replacement() {
        return replacement.clone();
    }

    int length() {
        return replacement.length;
    }

    void copyTo(byte[] target, int at) {
        System.arraycopy(replacement, 0, target, at, replacement.length);
    }
}
