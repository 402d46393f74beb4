package dev.mcpgateway.gateway.model.incident;

import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/**
 * A tenant with reduced capability.
 *
 * @param tenant the value of its callers' claim {@code tenant}
 * @param models aliases of the models that stay
 * @param callsPerMinute most calls of one caller to one tool or model
 * @param reason why, as the operator gave it
 * @param by name of the operator's token
 * @param since when it was set
 */
public record Restricted(
        String tenant, List<String> models, OptionalInt callsPerMinute, String reason, String by, Instant since) {
    /** Copies the list. */
    public Restricted {
        models = List.copyOf(models);
    }

    /** Whether this in the place of that would allow something more. */
    public boolean loosens(Restricted before) {
        return !before.models().containsAll(models)
                || callsPerMinute.orElse(Integer.MAX_VALUE)
                        > before.callsPerMinute().orElse(Integer.MAX_VALUE);
    }
}
