package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.Models.Capability;
import dev.mcpgateway.gateway.config.RouteRule;
import dev.mcpgateway.policy.rules.cel.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is asked for a call, and in which order: a function of the call, the configuration, the health of the targets and a
 * hash, and of nothing else. A prompt is never cut to fit.
 */
public final class Router {
    /** An estimate may be wrong by so much. */
    private static final int MARGIN_PERCENT = 10;

    /** One failure of late lowers the share of successes by a twentieth. */
    private static final double FAILURE_WEIGHS = 40;

    private static final long SOON_NANOS = 1_000_000_000;

    private final Map<String, Models.Alias> aliases;

    /** Routes by these aliases. */
    public Router(Map<String, Models.Alias> aliases) {
        this.aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
    }

    /**
     * Chooses for a call of an alias that there is.
     *
     * @param serves whether a target takes such requests at all
     * @param health how a target is; asked once for each
     * @param cost what the call is expected to cost at a target in nano-USD; asked at most once for each
     */
    public Choice choose(
            String name,
            Asked asked,
            Predicate<Models.Target> serves,
            Function<Models.Target, Health> health,
            Function<Models.Target, OptionalLong> cost) {
        Models.Alias alias = Objects.requireNonNull(aliases.get(name), name);
        Ruling ruling = ruling(name, alias, asked);
        int rule = ruling.rule();
        if (ruling.undecided() != null) {
            return new Choice.Undecided(rule, ruling.undecided());
        }
        Models.Alias answering = rule == 0 ? alias : led(alias, alias.rules().get(rule - 1));
        List<Skip> skips = new ArrayList<>();
        List<Models.Target> order = new ArrayList<>();
        List<Offer> offers = new ArrayList<>();
        long soonest = Long.MAX_VALUE;
        for (Models.Tier tier : answering.tiers()) {
            Map<Models.Target, Health> able = new LinkedHashMap<>();
            for (Models.Target target : tier.targets()) {
                Health state = health.apply(target);
                Skip.Why why = why(target, asked, serves, state);
                if (why == null) {
                    able.put(target, state);
                } else {
                    skips.add(new Skip(target, why));
                    soonest = why.passes() ? Math.min(soonest, waits(state)) : soonest;
                }
            }
            if (answering.strategy() == Models.Strategy.COST && able.size() > 1) {
                List<Offer> cheapestFirst = offers(able.keySet(), cost, hash(answering, asked));
                offers.addAll(cheapestFirst);
                cheapestFirst.forEach(offer -> order.add(offer.target()));
            } else {
                order.addAll(sorted(able, answering, asked));
            }
        }
        return order.isEmpty()
                ? new Choice.NoTarget(skips, soonest == Long.MAX_VALUE ? 0 : soonest)
                : new Choice.Order(order, skips, offers, alias.totalTimeout(), answering.hedge(), rule);
    }

    /** Who may be asked for a call of an alias that there is, however they fare and whatever else they cannot do. */
    public List<Models.Target> allowed(String name, Asked asked) {
        Models.Alias alias = Objects.requireNonNull(aliases.get(name), name);
        Ruling ruling = ruling(name, alias, asked);
        if (ruling.undecided() != null) {
            return List.of();
        }
        Models.Alias answering =
                ruling.rule() == 0 ? alias : led(alias, alias.rules().get(ruling.rule() - 1));
        return answering.targets().stream().filter(asked::mayGoTo).toList();
    }

    /** A probe may be over at any moment, though it is waited for much longer. */
    private static long waits(Health state) {
        long opens = state.state() == BreakerState.HALF_OPEN ? 0 : state.opensInNanos();
        return Math.max(SOON_NANOS, Math.max(opens, state.coolsForNanos()));
    }

    /**
     * The rule that leads.
     *
     * @param rule its number, from 1; 0 for none
     * @param undecided why it cannot be said whether it leads; {@code null} if it does
     */
    private record Ruling(int rule, @Nullable String undecided) {}

    private static Ruling ruling(String name, Models.Alias alias, Asked asked) {
        for (int each = 0; each < alias.rules().size(); each++) {
            RouteRule.When when = alias.rules().get(each).when();
            if (holds(when, asked)) {
                if (when.expression().isEmpty()) {
                    return new Ruling(each + 1, null);
                }
                switch (when.expression().get().evaluate(new Variables(name, asked))) {
                    case Verdict.Decided(boolean leads) -> {
                        if (leads) {
                            return new Ruling(each + 1, null);
                        }
                    }
                    case Verdict.Undecided(String why) -> {
                        return new Ruling(each + 1, why);
                    }
                }
            }
        }
        return new Ruling(0, null);
    }

    /** What a request costs to look at comes last. */
    private static boolean holds(RouteRule.When when, Asked asked) {
        return when.stream().map(wanted -> wanted == asked.streamed()).orElse(true)
                && (when.groups().isEmpty() || asked.isIn(when.groups()))
                && (when.tenants().isEmpty() || when.tenants().contains(asked.tenant()))
                && when.hasTools().map(wanted -> wanted == asked.hasTools()).orElse(true)
                && when.parameters().entrySet().stream().allMatch(each -> asked.has(each.getKey(), each.getValue()))
                && (when.inputTokensMin().isEmpty()
                        || asked.inputTokens() >= when.inputTokensMin().getAsInt())
                && (when.inputTokensMax().isEmpty()
                        || asked.inputTokens() <= when.inputTokensMax().getAsInt());
    }

    private Models.Alias led(Models.Alias alias, RouteRule rule) {
        if (!rule.alias().isEmpty()) {
            return Objects.requireNonNull(aliases.get(rule.alias()), rule.alias());
        }
        List<Models.Tier> tiers = rule.tiers().stream().map(alias.tiers()::get).toList();
        return new Models.Alias(
                tiers, alias.strategy(), alias.sticky(), alias.totalTimeout(), alias.hedge(), List.of());
    }

    private static Skip.@Nullable Why why(
            Models.Target target, Asked asked, Predicate<Models.Target> serves, Health state) {
        if (!asked.mayGoTo(target)) {
            return Skip.Why.RESIDENCY;
        }
        if (!serves.test(target)) {
            return Skip.Why.PROTOCOL;
        }
        if (lacks(target, asked)) {
            return Skip.Why.CAPABILITY;
        }
        if (target.contextTokens() > 0 && needs(asked) > target.contextTokens()) {
            return Skip.Why.CONTEXT;
        }
        return switch (state.state()) {
            case OPEN, HALF_OPEN -> state.opensInNanos() > 0 ? Skip.Why.BREAKER : cooling(state);
            case RAMP ->
                Math.floorMod(Hash.mix(asked.callHash() ^ keyHash(target)), 100) < state.rampPercent()
                        ? cooling(state)
                        : Skip.Why.RAMP;
            case CLOSED -> cooling(state);
        };
    }

    private static Skip.@Nullable Why cooling(Health state) {
        return state.coolsForNanos() > 0 ? Skip.Why.COOLING : null;
    }

    private static boolean lacks(Models.Target target, Asked asked) {
        return (lacks(target, Capability.STREAMING) && asked.streamed())
                || (lacks(target, Capability.TOOLS) && asked.hasTools())
                || (lacks(target, Capability.SCHEMA) && asked.wantsSchema())
                || (lacks(target, Capability.VISION) && asked.hasPictures());
    }

    private static boolean lacks(Models.Target target, Capability capability) {
        return !target.capabilities().contains(capability);
    }

    private static long needs(Asked asked) {
        return asked.inputTokens() * (100 + MARGIN_PERCENT) / 100 + asked.outputTokens();
    }

    private static long keyHash(Models.Target target) {
        return Hash.of(target.provider() + "/" + target.model());
    }

    private List<Models.Target> sorted(Map<Models.Target, Health> able, Models.Alias alias, Asked asked) {
        List<Models.Target> targets = new ArrayList<>(able.keySet());
        if (targets.size() > 1) {
            switch (alias.strategy()) {
                case WEIGHTED -> {
                    long hash = hash(alias, asked);
                    targets.sort(Comparator.comparingDouble(target -> draw(target, hash)));
                }
                case LATENCY -> quickerOfTwoFirst(targets, able, asked.callHash());
                case SUCCESS ->
                    targets.sort(Comparator.comparingLong(
                            target -> -Objects.requireNonNull(able.get(target)).successMillionths() / 10_000));
                case COST, ORDERED -> {}
            }
        }
        return targets;
    }

    private static List<Offer> offers(Set<Models.Target> able, Function<Models.Target, OptionalLong> cost, long hash) {
        return able.stream()
                .map(target -> new Offer(target, cost.apply(target)))
                .sorted(Comparator.comparingLong(Offer::orMost)
                        .thenComparingDouble(offer -> draw(offer.target(), hash)))
                .toList();
    }

    private static long hash(Models.Alias alias, Asked asked) {
        return alias.sticky() ? asked.conversationHash() : asked.callHash();
    }

    /** Weighted rendezvous: when one of several is left out, nobody else's calls move. */
    private static double draw(Models.Target target, long hash) {
        return -Math.log(Hash.unit(hash ^ keyHash(target))) / Math.max(1, target.weight());
    }

    /** Two are drawn, so that not everybody runs to the same one. */
    private static void quickerOfTwoFirst(List<Models.Target> targets, Map<Models.Target, Health> able, long hash) {
        int one = Math.floorMod(hash, targets.size());
        int other = Math.floorMod(hash >>> 20, targets.size() - 1);
        other = other >= one ? other + 1 : other;
        Health ofOne = able.getOrDefault(targets.get(one), Health.WELL);
        Health ofOther = able.getOrDefault(targets.get(other), Health.WELL);
        long slower = Math.max(1, Math.max(ofOne.latencyNanos(), ofOther.latencyNanos()));
        Models.Target quicker = load(ofOther, slower) < load(ofOne, slower) ? targets.get(other) : targets.get(one);
        targets.remove(quicker);
        targets.addFirst(quicker);
    }

    /**
     * Who fails or refuses at once has no latency to show, so failures count as time: the share of one failure as twice the
     * slower one's.
     */
    private static double load(Health health, long slower) {
        double failed = (1_000_000 - health.successMillionths()) / 1e6;
        return (health.latencyNanos() + failed * FAILURE_WEIGHS * slower) * (health.inFlight() + 1);
    }
}
