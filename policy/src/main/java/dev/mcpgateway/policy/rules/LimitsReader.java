package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads {@code limits:} of a rule or of a tool entry. */
final class LimitsReader {

    /** Calls per minute of one caller to one tool: more than any agent makes, less than overflows a bucket. */
    static final int CALLS_PER_MINUTE_MAX = 1_000_000;

    /** Bytes of one result: 1 GiB. */
    static final long RESULT_BYTES_MAX = 1L << 30;

    private LimitsReader() {}

    static CallLimits read(YamlObject owner) {
        return owner.object("limits").map(LimitsReader::limits).orElse(CallLimits.NONE);
    }

    private static CallLimits limits(YamlObject limits) {
        OptionalInt calls = limits.optional("calls_per_minute")
                .map(value -> OptionalInt.of((int) value.integer(1, CALLS_PER_MINUTE_MAX)))
                .orElse(OptionalInt.empty());
        OptionalLong bytes = limits.optional("result_bytes")
                .map(value -> OptionalLong.of(value.integer(1, RESULT_BYTES_MAX)))
                .orElse(OptionalLong.empty());
        limits.rejectUnknownKeys();
        return new CallLimits(calls, bytes);
    }
}
