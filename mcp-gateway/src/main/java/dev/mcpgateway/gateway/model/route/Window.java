package dev.mcpgateway.gateway.model.route;

import java.util.Arrays;

/** Two counts over the last so many nanoseconds, in a fixed number of slots. Not safe for several threads. */
final class Window {
    private static final int SLOTS = 30;

    private final long slotNanos;
    private final long origin;
    private final long[] firsts = new long[SLOTS];
    private final long[] seconds = new long[SLOTS];
    private long newest;

    /** Nothing is counted yet. */
    Window(long nanos, long now) {
        this.slotNanos = Math.max(1, nanos / SLOTS);
        this.origin = now;
    }

    void add(long first, long second, long now) {
        move(now);
        firsts[slot(newest)] += first;
        seconds[slot(newest)] += second;
    }

    long firsts(long now) {
        move(now);
        return Arrays.stream(firsts).sum();
    }

    long seconds(long now) {
        move(now);
        return Arrays.stream(seconds).sum();
    }

    void clear() {
        Arrays.fill(firsts, 0);
        Arrays.fill(seconds, 0);
    }

    /** Empties what has become too old. */
    private void move(long now) {
        long at = (now - origin) / slotNanos;
        for (long each = Math.max(newest + 1, at - SLOTS + 1); each <= at; each++) {
            firsts[slot(each)] = 0;
            seconds[slot(each)] = 0;
        }
        newest = Math.max(newest, at);
    }

    private static int slot(long number) {
        return (int) (number % SLOTS);
    }
}
