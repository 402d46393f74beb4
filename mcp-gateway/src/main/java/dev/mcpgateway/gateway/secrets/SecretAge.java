package dev.mcpgateway.gateway.secrets;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a secret without knowing it.
 *
 * @param name where the configuration refers to it, such as {@code upstreams.crm.credential}
 * @param firstSeen when the gateway first saw it
 * @param since since when it has had its present value, as far as the gateway has seen; {@code null} if it was never read
 * @param problem why it cannot be read now; empty if it can
 */
public record SecretAge(
        String name, Instant firstSeen, @Nullable Instant since, String problem) {
    /** When it was last seen to change; {@code null} if never. */
    public @Nullable Instant rotated() {
        return since != null && since.isAfter(firstSeen) ? since : null;
    }
}
