package dev.mcpgateway.audit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Keeps a flood of unverified requests from filling the disk: per address and reason the first refusals of a window are
 * written one by one, the rest becomes one record with a count. What a crash loses is at most one window's counts.
 */
final class FloodGate {
    private final AuditLimits limits;
    private final Map<Key, Window> windows = new LinkedHashMap<>();
    private long summarised;

    FloodGate(AuditLimits limits) {
        this.limits = limits;
    }

    /** Addresses that are not counted apart share a key without an address. */
    private record Key(String ip, String reason, boolean apart) {}

    private static final class Window {
        private final long startNanos;
        private final long fromMicros;
        private long refusals;
        private long toMicros;

        private Window(long startNanos, long fromMicros) {
            this.startNanos = startNanos;
            this.fromMicros = fromMicros;
        }
    }

    /**
     * Refusals that were counted instead of written.
     *
     * @param ip address of the client; empty for the rest that was not counted apart
     * @param reason their common reason
     * @param count how many
     * @param fromMicros begin of the window, microseconds since 1970
     * @param toMicros the last of them
     */
    record Summary(String ip, String reason, long count, long fromMicros, long toMicros) {}

    /** Whether this refusal gets a record of its own; if not, it is counted. */
    synchronized boolean admits(String ip, String reason, long nanos, long micros) {
        Key own = new Key(ip, reason, true);
        boolean apart =
                windows.containsKey(own) || windows.size() < limits.flood().keysMax();
        Window window =
                windows.computeIfAbsent(apart ? own : new Key("", reason, false), _ -> new Window(nanos, micros));
        window.refusals++;
        window.toMicros = micros;
        if (apart && window.refusals <= limits.flood().recordsMax()) {
            return true;
        }
        summarised++;
        return false;
    }

    /** Ends the windows that are over and says what they counted. */
    synchronized List<Summary> due(long nanos) {
        return end(
                window -> nanos - window.startNanos >= limits.flood().window().toNanos());
    }

    /** Ends all windows. */
    synchronized List<Summary> all() {
        return end(_ -> true);
    }

    private List<Summary> end(Predicate<Window> over) {
        List<Summary> summaries = new ArrayList<>();
        Iterator<Map.Entry<Key, Window>> oldestFirst = windows.entrySet().iterator();
        // the writer asks before every batch: a flood from many addresses must not make it look at all of them
        for (boolean isOver = true; isOver && oldestFirst.hasNext(); ) {
            Map.Entry<Key, Window> entry = oldestFirst.next();
            isOver = over.test(entry.getValue());
            if (isOver) {
                oldestFirst.remove();
                summary(entry.getKey(), entry.getValue()).ifPresent(summaries::add);
            }
        }
        return summaries;
    }

    private Optional<Summary> summary(Key key, Window window) {
        long count = window.refusals - (key.apart() ? limits.flood().recordsMax() : 0);
        return count > 0
                ? Optional.of(new Summary(key.ip(), key.reason(), count, window.fromMicros, window.toMicros))
                : Optional.empty();
    }

    /** Refusals counted instead of written since the log was opened. */
    synchronized long summarised() {
        return summarised;
    }
}
