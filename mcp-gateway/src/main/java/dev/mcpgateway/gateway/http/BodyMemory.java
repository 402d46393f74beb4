package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of request bodies that are held at once, of all callers together and of each. Nobody waits for room: who finds
 * none is refused, and told to come again in a second. Remembers only callers of whom something is held. Safe for many
 * threads; nobody holds up another for longer than a sum takes. Decision record 0037.
 */
public final class BodyMemory {
    private static final int RETRY_SECONDS = 1;

    private final ConcurrentMap<String, Long> byCaller = new ConcurrentHashMap<>();
    private final AtomicLong held = new AtomicLong();
    private final long all;
    private final long perCaller;

    /**
     * Room for so many bytes.
     *
     * @param perCaller most of one caller; with less than the longest body has, that one never passes
     */
    public BodyMemory(long all, long perCaller) {
        this.all = all;
        this.perCaller = perCaller;
    }

    /** Bytes that are held now. */
    public long held() {
        return held.get();
    }

    /**
     * Takes so many bytes more for a caller.
     *
     * @throws Refused if there is no room for them; nothing is taken then
     */
    void take(String callerKey, int bytes) {
        takeShare(callerKey, bytes);
        long before = held.getAndAccumulate(bytes, (sum, more) -> more > all - sum ? sum : sum + more);
        if (bytes > all - before) {
            giveShare(callerKey, bytes);
            throw full(Reason.NO_ROOM_FOR_BODY, all + " bytes of bodies at once");
        }
    }

    /** Gives back what was taken, or a part of it. */
    void give(String callerKey, int bytes) {
        giveShare(callerKey, bytes);
        held.addAndGet(-bytes);
    }

    private void takeShare(String callerKey, int bytes) {
        boolean[] got = new boolean[1];
        var _ = byCaller.compute(callerKey, (_, sum) -> {
            long before = sum == null ? 0 : sum;
            got[0] = bytes <= perCaller - before;
            return got[0] ? Long.valueOf(before + bytes) : sum;
        });
        if (!got[0]) {
            throw full(Reason.TOO_MANY_BODIES, perCaller + " bytes of a caller's bodies at once");
        }
    }

    private void giveShare(String callerKey, int bytes) {
        var _ = byCaller.computeIfPresent(callerKey, (_, sum) -> sum == bytes ? null : Long.valueOf(sum - bytes));
    }

    private static Refused full(Reason reason, String detail) {
        return new Refused(Refusal.of(reason, detail).retryAfter(RETRY_SECONDS));
    }

    /** Callers of whom something is held. */
    int callers() {
        return byCaller.size();
    }
}
