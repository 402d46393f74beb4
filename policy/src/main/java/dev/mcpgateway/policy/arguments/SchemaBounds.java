package dev.mcpgateway.policy.arguments;

/**
 * What a tool's schema may cost. A schema beyond a bound is quarantined when it is admitted, before it is compiled.
 *
 * @param depthMax levels of nesting of the schema document
 * @param nodesMax JSON values in the schema document
 * @param charsMax characters of all names and strings in the schema document
 * @param chainMax schemas applied to one value one inside the other, through {@code $ref}, {@code allOf} and their like;
 *     bounds the stack
 * @param evaluationsMax schema evaluations that one value of an instance can cause along all paths through the schema;
 *     bounds the doubling of {@code anyOf}
 * @param workMax evaluations of a whole check: values of the instance times evaluations per value; bounds the time
 * @param patternSizeMax instructions of one compiled {@code pattern}
 */
public record SchemaBounds(
        int depthMax, int nodesMax, int charsMax, int chainMax, long evaluationsMax, long workMax, int patternSizeMax) {

    /** 64 levels, 20,000 values, 256 Ki characters, chains of 100, 10,000 evaluations per value, 10 million per check. */
    public static final SchemaBounds STANDARD =
            new SchemaBounds(64, 20_000, 256 * 1024, 100, 10_000, 10_000_000, 1_000);
}
