package dev.mcpgateway.gateway.model.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How often each of a few names came within a sliding window, which moves by parts. A name beyond the first
 * {@value #NAMES_MAX} of a part counts as {@value #OTHERS}.
 */
final class Counts {
    static final int NAMES_MAX = 16;
    static final String OTHERS = "(others)";

    private final long partSeconds;
    private final Part[] parts;

    private static final class Part {
        private long number = Long.MIN_VALUE;
        private final Map<String, Long> counts = new HashMap<>();
    }

    Counts(Duration part, int parts) {
        this.partSeconds = part.toSeconds();
        this.parts = new Part[parts];
        for (int i = 0; i < parts; i++) {
            this.parts[i] = new Part();
        }
    }

    void add(String name, Instant now) {
        long number = number(now);
        Part part = parts[(int) Math.floorMod(number, (long) parts.length)];
        if (part.number != number) {
            part.number = number;
            part.counts.clear();
        }
        boolean fits = part.counts.containsKey(name) || part.counts.size() < NAMES_MAX;
        part.counts.merge(fits ? name : OTHERS, 1L, Long::sum);
    }

    /** The sums of the window that ends now. */
    Map<String, Long> sums(Instant now) {
        long last = number(now);
        Map<String, Long> sums = new HashMap<>();
        for (Part part : parts) {
            if (part.number <= last && part.number > last - parts.length) {
                part.counts.forEach((name, count) -> sums.merge(name, count, Long::sum));
            }
        }
        return sums;
    }

    static long total(Map<String, Long> sums) {
        return sums.values().stream().mapToLong(Long::longValue).sum();
    }

    private long number(Instant now) {
        return Math.floorDiv(now.getEpochSecond(), partSeconds);
    }
}
