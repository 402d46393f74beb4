package dev.mcpgateway.connectors.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; the replacement for sleeping in tests. */
public final class Await {
    /** Long enough for a loaded machine, short enough for a person. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private Await() {}

    /** Waits until the condition holds. Fails with the claim when it does not within {@link #PATIENCE}. */
    public static void until(String claim, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + claim);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Waits until the value is there and returns it. */
    public static <T> T value(String claim, Supplier<java.util.Optional<T>> source) {
        until(claim, () -> source.get().isPresent());
        return source.get().orElseThrow();
    }
}
