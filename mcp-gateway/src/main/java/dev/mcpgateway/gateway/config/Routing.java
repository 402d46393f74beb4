package dev.mcpgateway.gateway.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How failures of providers are met.
 *
 * @param retriesMax how often one target is asked again in one call
 * @param attemptsMax how many attempts one call may make at all its targets together
 * @param pauseFirst longest pause before the first retry; each further one is up to twice as long
 * @param pauseLongest longest pause; a provider that asks for a longer one is not waited for
 * @param retryBudgetPercent retries per hundred calls of one provider, so that retries do not bury it
 * @param breaker when a target is left alone; empty for never
 */
public record Routing(
        int retriesMax,
        int attemptsMax,
        Duration pauseFirst,
        Duration pauseLongest,
        int retryBudgetPercent,
        Optional<Breaker> breaker) {
    /** Most attempts of one call. */
    public static final int ATTEMPTS_DEFAULT = 4;

    /** Each target is asked once, and none is left alone. */
    public static final Routing PLAIN =
            new Routing(0, ATTEMPTS_DEFAULT, Duration.ofMillis(250), Duration.ofSeconds(8), 10, Optional.empty());

    /**
     * When a model at a provider is left alone because of its failures.
     *
     * @param failuresPercent it trips when more than this share of the calls of the window failed
     * @param window how far back is looked
     * @param callsMin fewest calls that say anything
     * @param open how long no call is let through at first; doubled with each relapse
     * @param openLongest the longest that becomes
     */
    public record Breaker(int failuresPercent, Duration window, int callsMin, Duration open, Duration openLongest) {
        /** Low, because providers that are well fail in far less than one of a hundred calls. */
        public static final Breaker DEFAULT =
                new Breaker(2, Duration.ofMinutes(5), 50, Duration.ofMinutes(5), Duration.ofHours(1));
    }

    /** Whether anything is asked a second time. */
    public boolean retries() {
        return retriesMax > 0;
    }
}
