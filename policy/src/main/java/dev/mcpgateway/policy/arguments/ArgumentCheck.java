package dev.mcpgateway.policy.arguments;

/**
 * Checks the arguments of the calls to one tool: size, strict JSON, payload limits, then the tool's schema. Immutable
 * and safe for use by many threads.
 *
 * <p>Strict JSON means RFC 8259 in UTF-8 without a byte order mark, no repeated member name at any level, no lone
 * surrogates, no NUL in a name, and an object at the top. Strings are never parsed again as JSON.
 */
public final class ArgumentCheck {

    private final CompiledSchema schema;
    private final ArgumentReader reader;

    /** A check against {@code schema} within {@code limits}. */
    public ArgumentCheck(CompiledSchema schema, PayloadLimits limits) {
        this.schema = schema;
        this.reader = new ArgumentReader(limits);
    }

    /** Checks {@code json[start, end)}; an empty range means that the call had no arguments and counts as {@code {}}. */
    public ArgumentVerdict check(byte[] json, int start, int end) {
        return reader.check(json, start, end, schema::firstViolation);
    }
}
