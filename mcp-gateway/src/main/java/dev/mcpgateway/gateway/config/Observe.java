package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.CallerCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whose calls of models are recorded and not held to their rules, while models are taken into use.
 *
 * @param until when that ends by itself
 * @param aliases models; none for all
 * @param principals callers, each by conditions that must all hold; none for everybody
 */
public record Observe(Instant until, Set<String> aliases, List<List<CallerCondition>> principals) {
    /** Longest time ahead. */
    public static final Duration LONGEST = Duration.ofDays(30);

    /** Copies the collections. */
    public Observe {
        aliases = Set.copyOf(aliases);
        principals = principals.stream().map(List::copyOf).toList();
    }

    /** Why it cannot begin at this time; empty if it can, or is over. */
    public Optional<String> problem(Instant now) {
        return until.isAfter(now.plus(LONGEST))
                ? Optional.of("until is more than " + LONGEST.toDays() + " days ahead")
                : Optional.empty();
    }

    /** Whom it is about, in words. */
    public String words() {
        return (aliases.isEmpty()
                        ? "all models"
                        : "models "
                                + String.join(", ", aliases.stream().sorted().toList()))
                + (principals.isEmpty() ? " of everybody" : " of " + principals.size() + " principals") + " until "
                + until;
    }
}
