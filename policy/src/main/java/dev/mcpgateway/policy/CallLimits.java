package dev.mcpgateway.policy;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Caps of a use; an empty one does not limit.
 *
 * @param callsPerMinute calls per minute of one caller to one feature
 * @param resultBytesMax bytes of one result
 */
public record CallLimits(OptionalInt callsPerMinute, OptionalLong resultBytesMax) {

    /** No cap. */
    public static final CallLimits NONE = new CallLimits(OptionalInt.empty(), OptionalLong.empty());

    /** The smaller cap of each kind. */
    public CallLimits narrowest(CallLimits other) {
        if (equals(NONE)) {
            return other;
        }
        if (other.equals(NONE)) {
            return this;
        }
        long calls = Math.min(callsOrNoLimit(), other.callsOrNoLimit());
        long bytes = Math.min(bytesOrNoLimit(), other.bytesOrNoLimit());
        return new CallLimits(
                calls == Long.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) calls),
                bytes == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(bytes));
    }

    long callsOrNoLimit() {
        return callsPerMinute.isPresent() ? callsPerMinute.getAsInt() : Long.MAX_VALUE;
    }

    long bytesOrNoLimit() {
        return resultBytesMax.orElse(Long.MAX_VALUE);
    }
}
