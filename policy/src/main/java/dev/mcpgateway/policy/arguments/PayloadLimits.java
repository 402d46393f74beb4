package dev.mcpgateway.policy.arguments;

/**
 * Bounds of the arguments of one call. Each bound holds before the schema is looked at.
 *
 * @param bytesMax bytes of the JSON text
 * @param depthMax levels of nesting, the outermost object being level 1
 * @param tokensMax JSON tokens: every value, member name and bracket is one
 * @param itemsMax items of one array
 * @param nameCharsMax characters of one member name
 * @param numberCharsMax characters of one number
 * @param exponentMax magnitude of a number as a power of ten; exact arithmetic on 1e1000000000 needs gigabytes
 */
public record PayloadLimits(
        int bytesMax,
        int depthMax,
        int tokensMax,
        int itemsMax,
        int nameCharsMax,
        int numberCharsMax,
        int exponentMax) {

    /** 1 MiB, 64 levels, 100,000 tokens, 10,000 items, names of 256 and numbers of 100 characters within 1e±400. */
    public static final PayloadLimits STANDARD = new PayloadLimits(1 << 20, 64, 100_000, 10_000, 256, 100, 400);

    /** Refuses bounds below 1. */
    public PayloadLimits {
        if (Math.min(Math.min(bytesMax, depthMax), Math.min(tokensMax, itemsMax)) < 1
                || Math.min(Math.min(nameCharsMax, numberCharsMax), exponentMax) < 1) {
            throw new IllegalArgumentException("every payload limit must be at least 1");
        }
    }

    /** These bounds with another {@code bytesMax}. */
    public PayloadLimits bytesMax(int bytes) {
        return new PayloadLimits(bytes, depthMax, tokensMax, itemsMax, nameCharsMax, numberCharsMax, exponentMax);
    }
}
