package dev.mcpgateway.audit;

import java.util.List;

/**
 * How a call came to who answered it (JSON: further members of {@code model} in outcomes). Names are those of the
 * configuration.
 *
 * @param provider {@code model.by.provider}: the provider that answered, or failed last; empty when none was asked
 * @param name {@code model.by.name}: that provider's name of the model
 * @param attempts {@code model.attempts}: how often a provider was asked
 * @param mismatch {@code model.mismatch}: whether the served model is none that was asked for
 * @param steps {@code model.routing}: every decision, in order; at most 64 are written, {@code routing_more} counts the rest
 */
public record ModelRouting(String provider, String name, int attempts, boolean mismatch, List<Step> steps) {
    /** Nobody was asked. */
    public static final ModelRouting NONE = new ModelRouting("", "", 0, false, List.of());

    /** Copies the steps and checks the range. */
    public ModelRouting {
        Check.range("attempts", attempts, 0, 1000);
        steps = List.copyOf(steps);
    }

    /**
     * One decision.
     *
     * @param kind {@code kind}: {@code retry}, {@code fallback}, {@code hedge}, {@code reroute}, {@code rule}, {@code cost},
     *     {@code shadow}, {@code judge}, {@code probe} or {@code breaker}
     * @param from {@code from}: the target before, as provider and model; of a breaker its target and state; of a call of the
     *     gateway's own ({@code shadow}, {@code judge}) the id of the call whose content it has
     * @param to {@code to}: the target after; of a breaker its new state
     * @param reason {@code reason}
     * @param attempt {@code attempt}: attempts made by then
     */
    public record Step(String kind, String from, String to, String reason, int attempt) {}
}
