package dev.mcpgateway.gateway.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who judges a sample of the answers, and which.
 *
 * @param alias the model that judges
 * @param aliases whose answers are judged; of no other model
 * @param exceptTenants whose calls never are
 * @param dailyNanoUsd what judging may cost a day (UTC)
 * @param queue most answers that wait to be judged
 * @param concurrent most answers that are judged at once
 * @param materialBytes most bytes of a request, and of an answer, that the judge is shown; longer ones are not judged
 * @param explanations whether telemetry gets the judge's explanations
 * @param criteria what the operator wants judged beyond the gateway's own words; may be empty
 * @param shadow copies of calls for targets that get none otherwise; empty for none
 */
public record JudgeSettings(
        String alias,
        Map<String, Share> aliases,
        Set<String> exceptTenants,
        long dailyNanoUsd,
        int queue,
        int concurrent,
        int materialBytes,
        boolean explanations,
        String criteria,
        Optional<Shadow> shadow) {
    /** Who the judge is to rules and budgets, and what its budget is called. */
    public static final String JUDGE = "judge";

    /** Who sends copies, to budgets and records, and what their budget is called. */
    public static final String SHADOW = "shadow";

    /** Copies the collections. */
    public JudgeSettings {
        aliases = Map.copyOf(aliases);
        exceptTenants = Set.copyOf(exceptTenants);
    }

    /**
     * How many answers of a model are judged, in percent.
     *
     * @param percent where {@code tiers} says nothing
     * @param tiers of each tier, in their order; may be empty
     */
    public record Share(int percent, List<Integer> tiers) {
        /** Copies the list. */
        public Share {
            tiers = List.copyOf(tiers);
        }

        /** The share of a tier, counted from 0; -1 for a target of another model that a rule led to. */
        public int of(int tier) {
            return tier >= 0 && tier < tiers.size() ? tiers.get(tier) : percent;
        }
    }

    /**
     * Copies of calls that are sent to targets of later tiers, for the judge alone.
     *
     * @param percent of the calls of models whose answers are judged
     * @param dailyNanoUsd what they may cost a day (UTC)
     */
    public record Shadow(int percent, long dailyNanoUsd) {}
}
