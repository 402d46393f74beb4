package dev.mcpgateway.gateway.model.money;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** What is recorded elsewhere of calls whose end the ledger did not see. */
@FunctionalInterface
public interface Outcomes {
    /** Nothing is known. */
    Outcomes NONE = (_, _) -> Map.of();

    /** How a call ended. */
    record Outcome(String provider, Used used) {}

    /**
     * The outcomes of those of these calls that have one, by their ids.
     *
     * @param oldest when the first of them began
     * @throws IOException if they cannot be read
     */
    Map<String, Outcome> of(Set<String> calls, Instant oldest) throws IOException;
}
