package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.model.route.Asked;
import dev.mcpgateway.gateway.model.route.Choice;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.model.route.Router;
import dev.mcpgateway.gateway.model.route.Skip;
import dev.mcpgateway.gateway.model.route.TargetKey;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Residency;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The models that there are, by the aliases that agents name. Never changes but for the health of who serves them. */
public final class ModelTable {

    private final Map<String, Models.Alias> byAlias;
    private final Map<String, ModelProvider> providers;
    private final HealthTable health;
    private final Router router;
    private final Optional<ExpectedCost> cost;

    /**
     * Who serves a model.
     *
     * @param provider the provider
     * @param model the provider's name of the model
     * @param entry what the configuration says about it
     */
    public record Target(ModelProvider provider, String model, Models.Target entry) {
        /** A target of which the configuration says no more. */
        public Target(ModelProvider provider, String model) {
            this(provider, model, new Models.Target(provider.name(), model));
        }

        TargetKey key() {
            return TargetKey.of(entry);
        }
    }

    /** These models, in the order of the map, of these providers by name; {@code cost} for aliases that are routed by it. */
    public ModelTable(
            Map<String, Models.Alias> byAlias,
            Map<String, ModelProvider> providers,
            HealthTable health,
            Optional<ExpectedCost> cost) {
        this.byAlias = Collections.unmodifiableMap(new LinkedHashMap<>(byAlias));
        this.providers = Map.copyOf(providers);
        this.health = health;
        this.router = new Router(byAlias);
        this.cost = cost;
    }

    /** Whether one of the model's targets takes such requests. */
    boolean serves(String alias, ModelApi api) {
        Models.Alias found = byAlias.get(alias);
        return found != null
                && found.targets().stream().anyMatch(target -> provider(target).serves(api, target.model()));
    }

    /**
     * Who is asked for a call of a model that there is.
     *
     * @param residency where its data may go
     * @throws Refused if there is nobody who could be asked
     */
    Plan plan(String alias, ModelAsk ask, Residency residency) {
        Asked asked = asked(ask, residency);
        Choice choice = router.choose(
                alias,
                asked,
                target -> provider(target).serves(ask.request().api(), target.model()),
                health::health,
                cost(ask, asked));
        return switch (choice) {
            case Choice.Order order
            when ask.copy().isPresent() ->
                copied(order, ask.copy().orElseThrow().target());
            case Choice.Order order ->
                new Plan(
                        order.targets().stream().map(this::target).toList(),
                        order.skips(),
                        order.offers(),
                        order.total(),
                        order.hedge(),
                        order.rule(),
                        false);
            case Choice.Undecided(int rule, String why) -> throw new Refused(undecided(rule, why));
            case Choice.NoTarget(List<Skip> skips, long retryAfterNanos) ->
                throw new Refused(refusal(skips, retryAfterNanos));
        };
    }

    private Function<Models.Target, OptionalLong> cost(ModelAsk ask, Asked asked) {
        return cost.isEmpty() ? _ -> OptionalLong.empty() : cost.get().of(ask.request(), asked);
    }

    /** A copy goes where its call might have gone, and to no other target than the one that it is for. */
    private Plan copied(Choice.Order order, Models.Target wanted) {
        Models.Target entry = order.targets().stream()
                .filter(wanted::equals)
                .findFirst()
                .orElseThrow(() -> new Refused(Refusal.of(Reason.NO_MODEL_FITS, "of a copy")));
        return new Plan(
                List.of(target(entry)), List.of(), List.of(), order.total(), Optional.empty(), order.rule(), false);
    }

    /** Says what is wrong with the request, and nothing about who serves the model. */
    private static Refusal refusal(List<Skip> skips, long retryAfterNanos) {
        String all = skips.stream()
                .map(skip -> TargetKey.of(skip.target()) + " " + skip.why().text())
                .collect(Collectors.joining(", "));
        if (retryAfterNanos > 0) {
            return Refusal.of(Reason.MODELS_RESTING, all)
                    .retryAfter((int) (TimeUnit.NANOSECONDS.toSeconds(retryAfterNanos - 1) + 1));
        }
        if (skips.stream().anyMatch(skip -> skip.why() == Skip.Why.RESIDENCY)) {
            return Refusal.of(Reason.RESIDENCY, all);
        }
        if (skips.stream().allMatch(skip -> skip.why() == Skip.Why.PROTOCOL)) {
            return Refusal.of(Reason.MODEL_NOT_HERE);
        }
        if (skips.stream().anyMatch(skip -> skip.why() == Skip.Why.CONTEXT)) {
            return Refusal.of(Reason.PROMPT_TOO_LONG, all);
        }
        return Refusal.saying(
                Reason.NO_MODEL_FITS, "it needs tools, pictures, a schema or a stream that they do not have");
    }

    /** The agent learns that its request is not taken, the operator which rule it was. */
    private static Refusal undecided(int rule, String why) {
        return Refusal.of(Reason.NO_MODEL_FITS, "rule " + rule + " cannot be decided: " + why);
    }

    private Target target(Models.Target entry) {
        return new Target(provider(entry), entry.model(), entry);
    }

    private ModelProvider provider(Models.Target entry) {
        return Objects.requireNonNull(providers.get(entry.provider()), entry.provider());
    }

    /** What is served by this name; {@code null} for nothing. */
    Models.@Nullable Alias find(String alias) {
        return byAlias.get(alias);
    }

    private static Asked asked(ModelAsk ask, Residency residency) {
        Caller caller = ask.asker();
        return new Asked(
                ask.request(),
                caller.subject().groups(),
                caller.tenant(),
                caller.subject().subject(),
                ask.exchange().id(),
                residency);
    }

    /** Everybody whom the rules of a model that there is, and the residency, allow to serve this call, however they fare. */
    List<Target> targets(String alias, ModelAsk ask, Residency residency) {
        return router.allowed(alias, asked(ask, residency)).stream()
                .map(this::target)
                .toList();
    }

    /** Longest duration of a call of it with all its attempts. */
    Optional<Duration> total(String alias) {
        return Optional.ofNullable(find(alias)).flatMap(Models.Alias::totalTimeout);
    }

    /** All names, in order. */
    List<FeatureName> names() {
        return byAlias.keySet().stream().map(FeatureName::model).toList();
    }
}
