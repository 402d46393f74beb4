package dev.mcpgateway.gateway.secrets;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a secret without knowing it.
 *
 * @param name where the configuration refers to it, such as {@code upstreams.crm.credential}
 * @param firstSeen when the gateway first saw it
 * @param since since when it has had its present value, as who keeps it says, or as far as the gateway has seen; {@code null} if it
 *     was never read
 * @param told whether who keeps it says so
 * @param problem why it cannot be read now; empty if it can
 */
public record SecretAge(
        String name, Instant firstSeen, @Nullable Instant since, boolean told, String problem) {
    /** When it got its present value, if who keeps it says so; else when it was last seen to change; {@code null} if never. */
    public @Nullable Instant rotated() {
        return since != null && (told || since.isAfter(firstSeen)) ? since : null;
    }
}
