package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Revision;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an upstream is, as far as known.
 *
 * @param health up, down, something between, or not tried yet
 * @param revision the protocol revision spoken with it; {@code null} while unknown
 * @param reason why it is not up, a sentence for operators; empty otherwise
 * @param since when it last changed between up and down, or was made
 * @param dropped messages that belonged to no request, broke a rule, or were not JSON, since the start
 * @param restarts how often its process or connection was started anew, since the start
 */
public record UpstreamStatus(
        Health health, @Nullable Revision revision, String reason, Instant since, long dropped, long restarts) {

    /** Whether an upstream can be used. */
    public enum Health {
        /** Not tried yet. */
        UNKNOWN,
        /** The last exchange worked. */
        UP,
        /** It can be reached, but most calls failed: they are refused for a while, but for one now and then. */
        DEGRADED,
        /** The last exchange found nobody. */
        DOWN
    }
}
