package dev.mcpgateway.samples.agent;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * One trace for all that an agent does for one question (W3C Trace Context).
 *
 * @param id the trace id, which finds it in the audit log and wherever traces go
 */
record Trace(String id) {
    private static final int ID_BYTES = 16;
    private static final int SPAN_BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A trace that nothing is in yet. */
    static Trace begin() {
        return new Trace(hex(ID_BYTES));
    }

    /** The value of {@code traceparent} for the next request: a span of its own, sampled. */
    String traceparent() {
        return "00-" + id + "-" + hex(SPAN_BYTES) + "-01";
    }

    private static String hex(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
