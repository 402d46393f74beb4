package dev.mcpgateway.gateway.mcp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A number of places for all callers together and for each of them. Never gives out more, however many ask at once. */
final class Places {
    private final Map<String, Integer> byCaller = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final int all;
    private final int perCaller;

    Places(int all, int perCaller) {
        this.all = all;
        this.perCaller = perCaller;
    }

    /** Takes a place; {@code false} if there is none. */
    boolean take(String callerKey) {
        if (taken.incrementAndGet() > all) {
            taken.decrementAndGet();
            return false;
        }
        if (byCaller.merge(callerKey, 1, Integer::sum) > perCaller) {
            give(callerKey);
            return false;
        }
        return true;
    }

    /** Gives a place back. Once for each that was taken. */
    void give(String callerKey) {
        byCaller.computeIfPresent(callerKey, (key, count) -> count > 1 ? count - 1 : null);
        taken.decrementAndGet();
    }
}
