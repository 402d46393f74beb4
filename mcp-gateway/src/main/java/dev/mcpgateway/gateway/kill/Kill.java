package dev.mcpgateway.gateway.kill;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One stop.
 *
 * @param id names it, and grants nothing
 * @param target what is stopped
 * @param reason why, as the operator gave it
 * @param by name of the operator's token
 * @param since when it was set
 * @param until when it ends by itself; {@code null} for never
 */
public record Kill(
        String id,
        KillTarget target,
        String reason,
        String by,
        Instant since,
        @Nullable Instant until) {
    /** Whether it has not ended by itself. */
    boolean isOn(Instant now) {
        return until == null || now.isBefore(until);
    }
}
