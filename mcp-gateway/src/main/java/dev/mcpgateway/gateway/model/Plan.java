package dev.mcpgateway.gateway.model;

import dev.mcpgateway.gateway.model.route.Offer;
import dev.mcpgateway.gateway.model.route.Skip;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who is asked for one call, in this order.
 *
 * @param targets at least one
 * @param skips who was left out, and why
 * @param offers what those would take of whom the cheapest is asked first
 * @param total longest duration of the call with all its attempts; empty for what the providers allow
 * @param hedge how long an attempt may be without content before another one is made beside it; empty where none ever is
 * @param rule number of the rule that led there, from 1; 0 for none
 * @param isFixed whether they are asked in this order however they fare
 */
record Plan(
        List<ModelTable.Target> targets,
        List<Skip> skips,
        List<Offer> offers,
        Optional<Duration> total,
        Optional<Duration> hedge,
        int rule,
        boolean isFixed) {
    /** These targets, and nobody was left out. */
    Plan(List<ModelTable.Target> targets) {
        this(targets, List.of(), List.of(), Optional.empty(), Optional.empty(), 0, false);
    }

    /** These targets, in this order however they fare. */
    static Plan fixed(List<ModelTable.Target> targets, Optional<Duration> total) {
        return new Plan(targets, List.of(), List.of(), total, Optional.empty(), 0, true);
    }

    /** Copies the lists. */
    Plan {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("a plan asks somebody");
        }
        targets = List.copyOf(targets);
        skips = List.copyOf(skips);
        offers = List.copyOf(offers);
    }

    /** The same, with one attempt at a time. */
    Plan unhedged() {
        return new Plan(targets, skips, offers, total, Optional.empty(), rule, isFixed);
    }

    /** Who is asked first. */
    ModelTable.Target first() {
        return targets.getFirst();
    }
}
