package dev.mcpgateway.gateway.admission;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many calls of models one caller may have at once, so that nobody takes all places of a provider. Remembers only
 * callers with calls under way.
 */
public final class CallerPlaces {
    private static final int RETRY_SECONDS = 1;

    private final ConcurrentMap<String, Integer> taken = new ConcurrentHashMap<>();
    private final int perCaller;

    /** With so many places for each caller. */
    public CallerPlaces(int perCaller) {
        this.perCaller = perCaller;
    }

    /**
     * Takes one of the caller's places. Closing it more than once frees one place.
     *
     * @throws Refused if none is free
     */
    public Admission.Place take(String callerKey) {
        boolean[] got = new boolean[1];
        var _ = taken.compute(callerKey, (_, count) -> {
            int before = count == null ? 0 : count;
            got[0] = before < perCaller;
            return got[0] ? Integer.valueOf(before + 1) : count;
        });
        if (!got[0]) {
            throw full();
        }
        AtomicBoolean free = new AtomicBoolean();
        return () -> {
            if (!free.getAndSet(true)) {
                var _ = taken.computeIfPresent(callerKey, (_, count) -> count == 1 ? null : count - 1);
            }
        };
    }

    private Refused full() {
        return new Refused(Refusal.of(Reason.TOO_MANY_MODEL_CALLS, perCaller + " calls at once")
                .retryAfter(RETRY_SECONDS));
    }

    /** Callers with calls under way. */
    int callers() {
        return taken.size();
    }
}
