package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.TimeSource;
import java.util.random.RandomGenerator;

/**
 * What upstreams need from the process around them; made once by the wiring.
 *
 * @param sweeper keeps deadlines; its time is everyone's time
 * @param random spreads retries and refreshes; must be safe for use by many threads
 * @param identity who we say we are
 */
public record Surroundings(DeadlineSweeper sweeper, RandomGenerator random, ClientIdentity identity) {

    /** The time by which everything is measured. */
    public TimeSource time() {
        return sweeper.time();
    }
}
