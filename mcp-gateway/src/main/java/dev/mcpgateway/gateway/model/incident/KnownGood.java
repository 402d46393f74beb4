package dev.mcpgateway.gateway.model.incident;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A known-good profile: who alone serves which model in safe mode.
 *
 * @param made when it was made
 * @param callsPerMinute most calls of one caller to one model; a narrower limit of a rule stays
 * @param guardrails what every call is held to beside the policy
 * @param providers where each provider that it names was when it was made
 * @param aliases who serves each model, in this order; a model that is not named is not served
 */
public record KnownGood(
        Instant made,
        OptionalInt callsPerMinute,
        StrictGuardrails guardrails,
        Map<String, URI> providers,
        Map<String, List<Pair>> aliases) {
    /**
     * A model at a provider.
     *
     * @param provider the provider's name
     * @param model the provider's name of the model
     */
    public record Pair(String provider, String model) {}

    /** Copies the maps and keeps their order. */
    public KnownGood {
        providers = Collections.unmodifiableMap(new LinkedHashMap<>(providers));
        Map<String, List<Pair>> copied = new LinkedHashMap<>();
        aliases.forEach((alias, pairs) -> copied.put(alias, List.copyOf(pairs)));
        aliases = Collections.unmodifiableMap(copied);
    }

    /** Who serves a model; none for one that is not named. */
    public List<Pair> targets(String alias) {
        return aliases.getOrDefault(alias, List.of());
    }

    /**
     * What is not any more as it was, in an operator's words. A provider that has moved is what an attacker would do who
     * wants to read along, so one of them spoils the whole.
     *
     * @param configured where each provider is now
     */
    Optional<String> difference(Map<String, URI> configured) {
        List<String> differences = new ArrayList<>();
        providers.forEach((name, url) -> {
            URI now = configured.get(name);
            if (now == null) {
                differences.add("provider " + name + " is not configured");
            } else if (!now.equals(url)) {
                differences.add("provider " + name + " is configured at " + now + ", not at " + url);
            }
        });
        return differences.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", differences));
    }
}
