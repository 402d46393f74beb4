package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.Models.Alias;
import dev.mcpgateway.gateway.config.Models.Target;
import dev.mcpgateway.gateway.config.Observe;
import dev.mcpgateway.gateway.config.RouteRule;
import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Period;
import dev.mcpgateway.gateway.model.money.Spender;
import dev.mcpgateway.gateway.model.money.Usd;
import dev.mcpgateway.policy.Residency;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Truth;
import dev.mcpgateway.policy.yaml.Spelling;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words what {@code gateway.yaml} says of a caller's calls of a model: who serves it, what may be spent, what is observed. */
final class ExplainedModel {
    private final GatewayConfig config;
    private final PrintWriter out;

    ExplainedModel(GatewayConfig config, PrintWriter out) {
        this.config = config;
        this.out = out;
    }

    /**
     * Prints it.
     *
     * @param residency where its data may go
     * @param isPermitted whether the policy lets the caller call it; who may not has no use for its budgets
     * @return false where no call can succeed, whatever the policy says
     */
    boolean print(Subject caller, String alias, Residency residency, boolean isPermitted, Instant now) {
        if (!isThere(alias)) {
            return false;
        }
        observed(caller, alias, now);
        if (isPermitted) {
            boolean isServed = served(alias, residency);
            budgets(caller, alias);
            return isServed;
        }
        return true;
    }

    /** Whether there is such a model, and says so where there is none: no rule can make a call of it succeed. */
    private boolean isThere(String alias) {
        Map<String, Alias> known = config.models().map(Models::aliases).orElse(Map.of());
        if (known.containsKey(alias)) {
            return true;
        }
        String near = Spelling.didYouMean(alias, known.keySet());
        out.println("No model is called '" + alias + "' in the configuration, so every call is refused. "
                + (near.isEmpty() ? "Known: " + known.keySet() : near));
        return false;
    }

    /** Where the model's requests go; false if none of them may go anywhere. */
    private boolean served(String alias, Residency residency) {
        Map<String, Alias> known = config.models().map(Models::aliases).orElse(Map.of());
        Map<String, Alias> answering = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of(alias),
                        Optional.ofNullable(known.get(alias)).stream()
                                .flatMap(entry -> entry.rules().stream())
                                .map(RouteRule::alias))
                .forEach(name -> Optional.ofNullable(known.get(name)).ifPresent(entry -> answering.put(name, entry)));
        answering.forEach((name, entry) ->
                out.println((name.equals(alias) ? "served by " : "  or, by a rule of the alias, as " + name + ": ")
                        + tiers(entry, residency)));
        if (residency.isAnywhere()) {
            return true;
        }
        out.println("residency " + residency.words());
        boolean isServed = answering.values().stream()
                .flatMap(entry -> entry.targets().stream())
                .anyMatch(target -> residency.allows(target.residency()));
        if (!isServed) {
            out.println("No target is where the caller's data may go, so every call is refused.");
        }
        return isServed;
    }

    private static String tiers(Alias alias, Residency residency) {
        return alias.tiers().stream()
                .map(tier -> tier.targets().stream()
                        .map(target -> target(target, residency))
                        .collect(Collectors.joining(" or ")))
                .collect(Collectors.joining(", then "));
    }

    private static String target(Target target, Residency residency) {
        String at = target.residency().isEmpty() ? "its residency is not known" : "it is in " + target.residency();
        return target.provider() + "/" + target.model() + (target.weight() > 0 ? " (" + target.weight() + ")" : "")
                + (residency.allows(target.residency()) ? "" : " (not asked: " + at + ")");
    }

    /** What calls cost whom. */
    private void budgets(Subject caller, String alias) {
        config.models().flatMap(Models::money).ifPresent(money -> {
            Spender spender = spender(caller);
            List<Budget> counting = money.budgets().stream()
                    .filter(budget -> budget.counts(spender, alias))
                    .toList();
            if (counting.isEmpty()) {
                out.println("budgets   none counts these calls");
            }
            for (Budget budget : counting) {
                out.println("budget    " + budget.name() + ": " + limits(budget.limits()) + " "
                        + period(budget.period()) + " for " + whose(budget.per())
                        + (budget.isEnforced() ? "" : " (observed, refuses nobody)"));
            }
        });
    }

    /** Any virtual key's budget counts a caller whose issuer keys have: which of its keys it sends is not known here. */
    private Spender spender(Subject caller) {
        boolean hasKey = config.virtualKeys()
                .filter(keys -> keys.issuer().equals(caller.issuer()))
                .isPresent();
        String client = caller.clientId();
        Map<String, String> claims = new HashMap<>();
        caller.claims().forEach((name, value) -> {
            if (value.isString()) {
                claims.put(name, value.stringValue());
            }
        });
        return new Spender(
                caller.issuer(),
                caller.subject(),
                client == null ? "" : client,
                hasKey ? "its key" : "",
                caller.tenant(),
                caller.groups(),
                claims);
    }

    private static String limits(Budget.Limits limits) {
        List<String> words = new ArrayList<>();
        limits.nanoUsd().ifPresent(nano -> words.add(Usd.text(nano) + " USD"));
        limits.tokens().ifPresent(tokens -> words.add(tokens + " tokens"));
        limits.requests().ifPresent(requests -> words.add(requests + " calls"));
        return String.join(", ", words);
    }

    private static String period(Period period) {
        return period == Period.TOTAL ? "in all" : "a " + period.name().toLowerCase(Locale.ROOT);
    }

    private static String whose(Budget.Per per) {
        return switch (per) {
            case KEY -> "each key";
            case USER -> "each user";
            case TEAM -> "each team";
            case TENANT -> "each tenant";
            case ORGANISATION -> "all together";
        };
    }

    /** Whether rules do not hold for the caller for a while, and until when. */
    private void observed(Subject caller, String alias, Instant now) {
        config.models()
                .flatMap(Models::observe)
                .filter(observe -> isAbout(observe, caller, alias, now))
                .ifPresent(
                        observe -> out.println(
                                "OBSERVED  until " + observe.until()
                                        + " the call passes also without a permit and beyond rates and budgets, unless a rule forbids it"));
    }

    private static boolean isAbout(Observe observe, Subject caller, String alias, Instant now) {
        return now.isBefore(observe.until())
                && (observe.aliases().isEmpty() || observe.aliases().contains(alias))
                && (observe.principals().isEmpty()
                        || observe.principals().stream()
                                .anyMatch(conditions -> conditions.stream()
                                        .allMatch(condition -> condition.test(caller) == Truth.TRUE)));
    }
}
