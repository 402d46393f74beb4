package dev.mcpgateway.gateway.model;

import dev.mcpgateway.gateway.config.Observe;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.model.incident.Restrictions;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import dev.mcpgateway.policy.Action;
import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.CallerCondition;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.Effect;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.PolicyRules;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.Validity;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whose calls of models are recorded and not held to their rules, while models are taken into use: what no rule permits, what
 * lacks a scope and what is over a limit passes, and its record says what would have refused it. What a rule forbids, what is
 * stopped, who is restricted and everything in safe mode is refused as ever; so is who is not known, and a model that is
 * not there. Only calls of models ask here.
 *
 * <p>The permit of such a call is one of a policy of its own, whose rules name the observed callers and models, hold to the end
 * of observation and are about the action {@code model/call} alone.
 */
public final class Observing {
    /** Observes nobody. */
    public static final Observing NOBODY = new Observing();

    private static final String RULE = "models.observe.";

    private final List<Rule> rules;
    private final Optional<Halts> halts;
    private final InstantSource clock;
    private volatile Policy own;

    /** What ends observation at once. */
    private record Halts(SafeMode safeMode, Restrictions restrictions) {}

    private Observing() {
        this.rules = List.of();
        this.halts = Optional.empty();
        this.clock = () -> Instant.MAX;
        this.own = Policy.denyAll();
    }

    /** Observes whom the settings name, until they end. */
    public Observing(Observe settings, SafeMode safeMode, Restrictions restrictions, InstantSource clock) {
        this.rules = rules(settings);
        this.halts = Optional.of(new Halts(safeMode, restrictions));
        this.clock = clock;
        this.own = Policy.of(new PolicyRules(rules, List.of(), ""));
    }

    private static List<Rule> rules(Observe settings) {
        List<FeaturePattern> models = new ArrayList<>();
        for (String alias : settings.aliases().isEmpty() ? Set.of("*") : settings.aliases()) {
            models.add(FeaturePattern.parse(FeatureName.MODELS + alias).orElseThrow());
        }
        List<Rule> rules = new ArrayList<>();
        for (List<CallerCondition> whom :
                settings.principals().isEmpty() ? List.of(List.<CallerCondition>of()) : settings.principals()) {
            rules.add(new Rule(
                    RULE + (rules.size() + 1),
                    Effect.PERMIT,
                    whom,
                    Set.of(Action.CALL_MODEL),
                    models,
                    new TreeSet<>(),
                    new Validity(Instant.MIN, settings.until()),
                    CallLimits.NONE));
        }
        return rules;
    }

    /** How one call is met: as ever, unless it is observed. The gateway's own calls never are. */
    Observed of(Policy inForce, ModelAsk ask) {
        if (rules.isEmpty()
                || ask.exchange() instanceof OwnExchange
                || halts.filter(each -> each.safeMode().isOn()
                                || each.restrictions().coversOneOf(ask.caller().subject()))
                        .isPresent()) {
            return Observed.NOT;
        }
        Optional<FeatureName> model = FeatureName.parse(
                FeatureKind.MODEL, FeatureName.MODELS + ask.request().model());
        return model.isPresent()
                        && own(inForce.hash()).decideModel(ask.caller().subject(), model.get(), clock.instant())
                                instanceof Decision.Allow(var permit)
                ? new Observed(permit)
                : Observed.NOT;
    }

    /** The rules of observation, by the hash of the policy that they stand beside: that is what records name. */
    private Policy own(String hash) {
        Policy known = own;
        if (!known.hash().equals(hash)) {
            known = Policy.of(new PolicyRules(rules, List.of(), hash));
            own = known;
        }
        return known;
    }
}
