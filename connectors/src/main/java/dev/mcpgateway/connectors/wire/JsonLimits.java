package dev.mcpgateway.connectors.wire;

/**
 * Bounds of one strict parse. Whatever exceeds them is refused, so that no message can cost more than its size.
 *
 * @param bytesMax longest document in bytes
 * @param depthMax deepest nesting of objects and arrays
 * @param tokensMax most values and member names together
 * @param nameBytesMax longest member name in bytes, as written
 * @param numberBytesMax longest number in bytes, as written
 * @param lenientText whether an escape of half a surrogate pair, and NUL in a member name, are let through; such text
 *     is read differently by different readers, so requests refuse it, while an upstream's answer may carry it and keeps
 *     its bytes
 */
public record JsonLimits(
        int bytesMax, int depthMax, int tokensMax, int nameBytesMax, int numberBytesMax, boolean lenientText) {

    /** Deepest nesting unless configured otherwise. */
    public static final int DEPTH_DEFAULT = 64;

    /** Most tokens of one message unless configured otherwise. */
    public static final int TOKENS_DEFAULT = 100_000;

    /** Longest member name: protocol names are short, and argument names beyond this are attacks. */
    public static final int NAME_BYTES_DEFAULT = 256;

    /** Longest number: more digits than this carry no meaning and cost quadratic time in readers behind us. */
    public static final int NUMBER_BYTES_DEFAULT = 100;

    /** Checks that every bound is positive. */
    public JsonLimits {
        if (bytesMax < 1 || depthMax < 1 || tokensMax < 1 || nameBytesMax < 1 || numberBytesMax < 1) {
            throw new IllegalArgumentException("JSON limits must be positive");
        }
    }

    /** Bounds for what agents send: ambiguous text is refused. */
    public static JsonLimits forRequests(int bytesMax, int depthMax) {
        return new JsonLimits(bytesMax, depthMax, TOKENS_DEFAULT, NAME_BYTES_DEFAULT, NUMBER_BYTES_DEFAULT, false);
    }

    /**
     * Bounds for what upstreams send. Tokens grow with the allowed bytes (a result is data, and data has many values);
     * lone surrogates keep their bytes.
     */
    public static JsonLimits forReplies(int bytesMax, int depthMax) {
        int tokens = Math.max(TOKENS_DEFAULT, bytesMax / 4);
        return new JsonLimits(bytesMax, depthMax, tokens, 4096, 1024, true);
    }
}
