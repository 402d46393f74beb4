package dev.mcpgateway.gateway.model.doctor;

import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.RouteRule;
import dev.mcpgateway.gateway.config.Routing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Where calls of models are to go, in words that are the same for the same configuration, so that two can be compared. */
public final class Planned {
    private Planned() {}

    /** By what each is about: an alias, a provider, or the limits of retries. Holds no credential. */
    public static Map<String, String> of(Models models) {
        Map<String, String> planned = new LinkedHashMap<>();
        models.aliases().forEach((name, alias) -> planned.put("alias " + name, alias(alias)));
        models.providers()
                .forEach((name, provider) ->
                        planned.put("provider " + name, provider.kind() + " at " + provider.baseUrl()));
        planned.put("routing", routing(models.routing()));
        return planned;
    }

    private static String routing(Routing routing) {
        return "max_retries " + routing.retriesMax() + ", max_attempts " + routing.attemptsMax()
                + ", retry_budget_percent " + routing.retryBudgetPercent() + ", pauses " + routing.pauseFirst() + " to "
                + routing.pauseLongest()
                + routing.breaker().map(breaker -> ", " + breaker).orElse(", no breaker");
    }

    private static String alias(Models.Alias alias) {
        return alias.tiers().stream()
                        .map(tier ->
                                tier.targets().stream().map(Planned::target).collect(Collectors.joining(", ")))
                        .collect(Collectors.joining("; then "))
                + "; " + alias.strategy() + (alias.sticky() ? ", sticky" : "")
                + alias.totalTimeout().map(each -> ", within " + each).orElse("")
                + alias.hedge().map(each -> ", hedged after " + each).orElse("")
                + alias.rules().stream().map(rule -> "; " + rule(rule)).collect(Collectors.joining());
    }

    private static String target(Models.Target target) {
        return target.provider() + "/" + target.model() + " weight " + target.weight() + " can "
                + new TreeSet<>(target.capabilities())
                + (target.contextTokens() > 0 ? " within " + target.contextTokens() + " tokens" : "")
                + (target.servedAs().isEmpty() ? "" : " served as " + target.servedAs())
                + " mismatch " + target.mismatch();
    }

    private static String rule(RouteRule rule) {
        RouteRule.When when = rule.when();
        return "where"
                + when.stream().map(each -> " stream " + each).orElse("")
                + when.hasTools().map(each -> " tools " + each).orElse("")
                + (when.inputTokensMin().isPresent()
                        ? " from " + when.inputTokensMin().getAsInt()
                        : "")
                + (when.inputTokensMax().isPresent()
                        ? " up to " + when.inputTokensMax().getAsInt()
                        : "")
                + (when.parameters().isEmpty() ? "" : " parameters " + new TreeMap<>(when.parameters()))
                + (when.groups().isEmpty() ? "" : " groups " + new TreeSet<>(when.groups()))
                + (when.tenants().isEmpty() ? "" : " tenants " + new TreeSet<>(when.tenants()))
                + when.expression().map(each -> " " + each).orElse("")
                + " to " + (rule.alias().isEmpty() ? "itself" : rule.alias()) + rule.tiers();
    }
}
