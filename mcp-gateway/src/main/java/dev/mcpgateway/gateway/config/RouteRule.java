package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.rules.cel.Expression;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Where calls of one kind go instead. The first rule whose conditions all hold counts.
 *
 * @param when which calls
 * @param alias whose tiers are asked; empty for the alias's own
 * @param tiers which of these tiers, in this order, counted from 0; empty for all
 */
public record RouteRule(When when, String alias, List<Integer> tiers) {
    /** Copies the list. */
    public RouteRule {
        tiers = List.copyOf(tiers);
    }

    /**
     * Conditions; what is empty always holds.
     *
     * @param stream whether the answer is asked for as a stream
     * @param hasTools whether the request offers tools
     * @param inputTokensMin fewest tokens of the request, estimated
     * @param inputTokensMax most tokens of the request, estimated
     * @param parameters members of the request that are plain values, as JSON writes them, without quotes
     * @param groups groups of which the caller has one
     * @param tenants of which the caller's is one
     * @param expression a condition in CEL over {@link RouteVariable}; looked at last
     */
    public record When(
            Optional<Boolean> stream,
            Optional<Boolean> hasTools,
            OptionalInt inputTokensMin,
            OptionalInt inputTokensMax,
            Map<String, String> parameters,
            Set<String> groups,
            Set<String> tenants,
            Optional<Expression> expression) {
        /** No condition. */
        static final When ALWAYS = new When(
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Map.of(),
                Set.of(),
                Set.of(),
                Optional.empty());

        /** Copies the collections. */
        public When {
            parameters = Map.copyOf(parameters);
            groups = Set.copyOf(groups);
            tenants = Set.copyOf(tenants);
        }
    }
}
