package dev.mcpgateway.policy.arguments;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/**
 * Checks the arguments of the calls to one tool: size, strict JSON, payload limits, then the tool's schema. Immutable
 * and safe for use by many threads.
 *
 * <p>Strict JSON means RFC 8259 in UTF-8 without a byte order mark, no repeated member name at any level, no lone
 * surrogates, no NUL in a name, and an object at the top. Strings are never parsed again as JSON.
 */
public final class ArgumentCheck {

    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

    private final CompiledSchema schema;
    private final PayloadLimits limits;
    private final ArgumentReader reader;

    /** A check against {@code schema} within {@code limits}. */
    public ArgumentCheck(CompiledSchema schema, PayloadLimits limits) {
        this.schema = schema;
        this.limits = limits;
        this.reader = new ArgumentReader(limits);
    }

    /** Checks {@code json[start, end)}; an empty range means that the call had no arguments and counts as {@code {}}. */
    public ArgumentVerdict check(byte[] json, int start, int end) {
        int length = end - start;
        if (length > limits.bytesMax()) {
            return new ArgumentVerdict.TooLarge(length, limits.bytesMax());
        }
        byte[] bytes = length == 0 ? EMPTY_OBJECT : Arrays.copyOfRange(json, start, end);
        JsonNode tree;
        try {
            tree = reader.read(bytes);
        } catch (ArgumentReader.Unreadable unreadable) {
            return new ArgumentVerdict.Invalid(unreadable.pointer(), unreadable.text());
        }
        Violation violation = schema.firstViolation(tree);
        return violation == null
                ? new ArgumentVerdict.Valid(new CheckedArguments(bytes, tree))
                : new ArgumentVerdict.Invalid(violation.pointer(), violation.message());
    }
}
