package dev.mcpgateway.connectors.net;

import java.time.Duration;

/**
 * An absolute end on the monotonic scale of a {@link TimeSource}. A peer that sends one byte now and then does not move
 * it, as it would move a time-out per read.
 *
 * @param nanos the monotonic instant; {@link Long#MAX_VALUE} for none
 */
public record Deadline(long nanos) {

    /** No end. */
    public static final Deadline NEVER = new Deadline(Long.MAX_VALUE);

    /** The end of a span that begins now. */
    public static Deadline after(Duration span, TimeSource time) {
        return new Deadline(time.nanos() + span.toNanos());
    }

    /** Later by this much. */
    public Deadline plus(Duration span) {
        return this.equals(NEVER) ? NEVER : new Deadline(nanos + span.toNanos());
    }

    /** What is left in nanoseconds; 0 when over. */
    public long remainingNanos(TimeSource time) {
        return this.equals(NEVER) ? Long.MAX_VALUE : Math.max(0, nanos - time.nanos());
    }

    /** What is left, rounded up to milliseconds and at most {@code limit}. */
    public int remainingMillis(TimeSource time, Duration limit) {
        long millis = (remainingNanos(time) / 1_000_000) + 1;
        return (int) Math.min(millis, Math.min(Integer.MAX_VALUE, limit.toMillis()));
    }

    /** Whether it has passed. */
    public boolean isOver(TimeSource time) {
        return remainingNanos(time) == 0;
    }

    /** The earlier of the two. */
    public Deadline orEarlier(Deadline other) {
        if (this.equals(NEVER) || other.equals(NEVER)) {
            return this.equals(NEVER) ? other : this;
        }
        return nanos - other.nanos <= 0 ? this : other;
    }
}
