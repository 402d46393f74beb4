package dev.mcpgateway.gateway;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What differs between production and tests: time and chance. Nothing else in the gateway reads a clock or a random
 * source.
 *
 * @param clock wall clock
 * @param nanoClock monotonic clock in nanoseconds
 * @param secureRandom cryptographically strong
 * @param ids for ids that grant nothing; must be usable by many threads
 * @param version what the gateway says of its version
 */
public record Wiring(
        InstantSource clock,
        LongSupplier nanoClock,
        RandomGenerator secureRandom,
        RandomGenerator ids,
        String version) {

    /** The real clocks and sources. */
    public static Wiring production(String version) {
        return new Wiring(
                InstantSource.system(),
                System::nanoTime,
                new SecureRandom(),
                () -> ThreadLocalRandom.current().nextLong(),
                version);
    }
}
