package dev.mcpgateway.audit;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a model's answer says of itself (JSON: further members of {@code model} in outcomes). Empty strings are left out.
 *
 * @param served {@code model.served}: the model that answered, as the provider names it
 * @param finishReason {@code model.finish}: why the model stopped, in the provider's word
 * @param usage {@code model.usage}: tokens, as the provider counts them
 * @param uses {@code model.uses}: how often each tool was used that the provider runs itself, as far as it says so
 * @param terms {@code model.terms}: the service tier, speed and place that the provider says it was served on, as far as they are not the
 *     usual ones
 * @param costNanoUsd {@code model.cost_nano_usd}: what the call cost with all its attempts; below zero where it has no price, and
 *     left out
 * @param costEstimated {@code model.cost_estimated}: whether the provider did not say all of what it counted, or part of it has no
 *     price of its own
 * @param cache {@code model.cache}: the cache that it came from, such as {@code exact}; the tokens are then those of the
 *     call that the answer was first given to, and nobody was asked
 * @param routing how the call came to who answered it
 */
public record ModelOutcome(
        String served,
        String finishReason,
        TokenCounts usage,
        Map<String, Long> uses,
        String terms,
        long costNanoUsd,
        boolean costEstimated,
        String cache,
        ModelRouting routing) {
    /** Nothing is known. */
    public static final ModelOutcome NONE = new ModelOutcome("", "", TokenCounts.UNKNOWN);

    private static final Pattern TOOL = Pattern.compile("[a-z0-9_]{1,64}");

    /** Copies the map, into the order of its names, which are names of members of the record. */
    public ModelOutcome {
        if (!uses.keySet().stream().allMatch(tool -> TOOL.matcher(tool).matches())) {
            throw new IllegalArgumentException("a tool must be called by a-z, 0-9 and _, 64 at most");
        }
        uses = Collections.unmodifiableMap(new TreeMap<>(uses));
    }

    /** What a provider's own answer says, of a call that has no price and of which no routing is known. */
    public ModelOutcome(String served, String finishReason, TokenCounts usage) {
        this(served, finishReason, usage, Map.of(), "", -1, false, "", ModelRouting.NONE);
    }
}
