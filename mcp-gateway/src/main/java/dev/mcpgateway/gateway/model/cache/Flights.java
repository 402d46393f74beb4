package dev.mcpgateway.gateway.model.cache;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Calls that are about to get an answer that others would ask for, too. There are as many as calls under way. */
final class Flights {
    private final ConcurrentMap<CacheKey, Flight> byKey = new ConcurrentHashMap<>();

    /** What came of a call. */
    enum Landing {
        /** Its answer is there. */
        KEPT,
        /** It got an answer that is not kept; the next one will hardly be. */
        NOT_KEPT,
        /** It got none; another one may. */
        FAILED,
        /** It is still under way. */
        LATE
    }

    /** One call. */
    static final class Flight {
        private final CountDownLatch landed = new CountDownLatch(1);
        private volatile Landing landing = Landing.LATE;

        /** Waits for what comes of it. */
        Landing landing(long time, TimeUnit unit) throws InterruptedException {
            var _ = landed.await(time, unit);
            return landing;
        }
    }

    /** The call that is under way already; {@code null} if this one is the first. */
    @Nullable
    Flight join(CacheKey key, Flight mine) {
        return byKey.putIfAbsent(key, mine);
    }

    /** Says what came of a call, once. */
    void land(CacheKey key, Flight flight, Landing landing) {
        byKey.remove(key, flight);
        flight.landing = landing;
        flight.landed.countDown();
    }
}
