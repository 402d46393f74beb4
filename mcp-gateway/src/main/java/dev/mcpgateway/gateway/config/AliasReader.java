package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.Models.Alias;
import dev.mcpgateway.gateway.config.Models.Capability;
import dev.mcpgateway.gateway.config.Models.Strategy;
import dev.mcpgateway.gateway.config.Models.Target;
import dev.mcpgateway.gateway.config.Models.Tier;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads {@code models.aliases}: who serves what agents name, and in which order. */
final class AliasReader {
    /** A segment of a path, since a model is also asked about by its name. */
    private static final String ALIAS = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}";

    private static final int MODEL_CHARS_MAX = 256;

    /** More would be a list that nobody reads, and a plan that takes time. */
    private static final int TARGETS_MAX = 32;

    private static final int TOKENS_MAX = 100_000_000;
    private static final int WEIGHT_MAX = 10_000;

    /** Sooner, most calls would be asked twice. */
    private static final Duration HEDGE_SHORTEST = Duration.ofMillis(100);

    private static final Duration HEDGE_LONGEST = Duration.ofMinutes(1);

    private final Map<String, Models.Provider> providers;

    private final boolean hasPrices;

    private AliasReader(Map<String, Models.Provider> providers, boolean hasPrices) {
        this.providers = providers;
        this.hasPrices = hasPrices;
    }

    static Map<String, Alias> aliases(YamlObject section, Map<String, Models.Provider> providers) {
        AliasReader reader =
                new AliasReader(providers, section.optional("prices").isPresent());
        Map<String, YamlValue> named = section.named("aliases");
        Map<String, Alias> aliases = new LinkedHashMap<>();
        named.forEach((alias, value) -> {
            if (!alias.matches(ALIAS)) {
                value.problem(
                        "'" + alias + "' is no alias of a model",
                        "Use 1 to 128 letters, digits, dots, dashes, colons and underscores, the first a letter or digit");
            }
            YamlObject entry = value.object();
            aliases.put(alias, reader.alias(alias, entry, named.keySet()));
            entry.rejectUnknownKeys();
        });
        return aliases;
    }

    private Alias alias(String name, YamlObject entry, Set<String> aliases) {
        List<YamlObject> written = entry.objects("targets");
        boolean hasTiers = entry.has("tiers");
        if (hasTiers && !written.isEmpty()) {
            entry.problem("tiers", "there are targets, too", "Write targets, or tiers with targets of their own");
        }
        List<Tier> spelledOut = entry.objects("tiers").stream().map(this::tier).toList();
        List<Target> targets = written.stream().map(this::target).toList();
        boolean weighted = targets.stream().anyMatch(target -> target.weight() > 0)
                || spelledOut.stream().flatMap(tier -> tier.targets().stream()).anyMatch(target -> target.weight() > 0);
        Strategy strategy = strategy(entry, weighted);
        List<Tier> tiers = hasTiers ? spelledOut : tiers(targets, strategy);
        int count = tiers.stream().mapToInt(tier -> tier.targets().size()).sum();
        if (count < 1 || count > TARGETS_MAX) {
            entry.problem(
                    hasTiers ? "tiers" : "targets",
                    "it must have 1 to " + TARGETS_MAX + " targets",
                    hasTiers
                            ? "tiers: [{targets: [{provider: NAME, model: NAME}]}]"
                            : "targets: [{provider: NAME, model: NAME}]");
        }
        Optional<Duration> total = entry.optional("total_timeout_ms").isPresent()
                ? Optional.of(entry.millis(
                        "total_timeout_ms", ModelsReader.SHORTEST, ModelsReader.LONGEST, ModelsReader.LONGEST))
                : Optional.empty();
        return new Alias(
                tiers,
                strategy,
                entry.flag("sticky", true),
                total,
                entry.object("hedge").map(hedge -> after(hedge, tiers, total)),
                rules(name, entry, tiers.size(), aliases));
    }

    /** A hedge that could never begin would be believed in. */
    private Duration after(YamlObject hedge, List<Tier> tiers, Optional<Duration> total) {
        String key = "after_ms";
        var _ = hedge.required(key);
        Duration after = hedge.millis(key, HEDGE_SHORTEST, HEDGE_LONGEST, HEDGE_LONGEST);
        hedge.rejectUnknownKeys();
        List<Target> targets =
                tiers.stream().flatMap(tier -> tier.targets().stream()).toList();
        if (targets.stream()
                        .map(each -> each.provider() + "/" + each.model())
                        .distinct()
                        .count()
                < 2) {
            hedge.problem(key, "there is no second target that could be asked", "Add one, or leave out hedge");
        }
        if (total.isPresent() && after.compareTo(total.get()) >= 0) {
            hedge.problem(
                    key,
                    "the call's total_timeout_ms is over by then",
                    "Less than " + total.get().toMillis());
        }
        targets.stream()
                .map(target -> providers.get(target.provider()))
                .filter(provider -> provider != null && after.compareTo(provider.firstEventTimeout()) > 0)
                .findFirst()
                .ifPresent(provider -> hedge.problem(
                        key,
                        "the first_event_timeout_ms of '" + provider.name() + "' is over by then",
                        "At most " + provider.firstEventTimeout().toMillis()));
        return after;
    }

    private Strategy strategy(YamlObject entry, boolean weighted) {
        Strategy strategy = entry.choice("strategy", Strategy.class, weighted ? Strategy.WEIGHTED : Strategy.ORDERED);
        if (strategy == Strategy.COST && !hasPrices) {
            entry.problem(
                    "strategy", "cost needs prices, and there are none", "Set models.prices: {file: prices.yaml}");
        }
        if (weighted && strategy != Strategy.WEIGHTED && strategy != Strategy.COST) {
            entry.problem(
                    "strategy",
                    "targets have weights, which only 'weighted' and 'cost' look at",
                    "Leave out one of them");
        }
        return strategy;
    }

    private Tier tier(YamlObject entry) {
        List<Target> targets =
                entry.objects("targets").stream().map(this::target).toList();
        if (targets.isEmpty()) {
            entry.problem("targets", "a tier has at least one target", "");
        }
        entry.rejectUnknownKeys();
        return new Tier(targets);
    }

    /** In the short form each target is a tier of its own, unless there is something to choose by. */
    private static List<Tier> tiers(List<Target> targets, Strategy strategy) {
        if (strategy == Strategy.LATENCY || strategy == Strategy.SUCCESS || strategy == Strategy.COST) {
            return targets.isEmpty() ? List.of() : List.of(new Tier(targets));
        }
        List<Tier> tiers = new ArrayList<>();
        List<Target> together = new ArrayList<>();
        for (Target target : targets) {
            if (target.weight() > 0) {
                together.add(target);
                continue;
            }
            flush(together, tiers);
            tiers.add(new Tier(List.of(target)));
        }
        flush(together, tiers);
        return List.copyOf(tiers);
    }

    private static void flush(List<Target> together, List<Tier> tiers) {
        if (!together.isEmpty()) {
            tiers.add(new Tier(together));
            together.clear();
        }
    }

    private Target target(YamlObject entry) {
        String provider = entry.text("provider");
        String model = entry.text("model");
        if (!provider.isEmpty() && !providers.containsKey(provider)) {
            entry.problem("provider", "no provider is called '" + provider + "'", "Known: " + providers.keySet());
        }
        if (model.length() > MODEL_CHARS_MAX) {
            entry.problem("model", "it must have at most " + MODEL_CHARS_MAX + " characters", "");
        }
        Target target = new Target(
                provider,
                model,
                (int) entry.integer("weight", 1, WEIGHT_MAX, 0),
                capabilities(entry),
                (int) entry.integer("context_tokens", 1, TOKENS_MAX, 0),
                servedAs(entry),
                entry.choice("mismatch", Models.Mismatch.class, Models.Mismatch.TELL),
                ModelsReader.residency(entry, at(provider)));
        entry.rejectUnknownKeys();
        return target;
    }

    /** Where all of a provider is that does not say otherwise. */
    private String at(String provider) {
        Models.Provider known = providers.get(provider);
        return known == null ? "" : known.residency();
    }

    private static Set<Capability> capabilities(YamlObject entry) {
        Optional<YamlValue> value = entry.optional("capabilities");
        if (value.isEmpty()) {
            return EnumSet.allOf(Capability.class);
        }
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        value.get().list().forEach(each -> capabilities.add(each.choice(Capability.class)));
        return capabilities;
    }

    private static List<String> servedAs(YamlObject entry) {
        List<String> patterns = entry.texts("served_as");
        if (patterns.stream().anyMatch(each -> each.isEmpty() || each.length() > MODEL_CHARS_MAX)) {
            entry.problem("served_as", "each must have 1 to " + MODEL_CHARS_MAX + " characters", "");
            return List.of();
        }
        return patterns;
    }

    private static List<RouteRule> rules(String name, YamlObject entry, int tiers, Set<String> aliases) {
        List<RouteRule> rules = new ArrayList<>();
        for (YamlObject rule : entry.objects("rules")) {
            RouteRule.When when = rule.object("when").map(AliasReader::when).orElseGet(() -> {
                rule.problem("when", "key 'when' is missing", "{stream, has_tools, max_input_tokens, …}");
                return RouteRule.When.ALWAYS;
            });
            String alias = rule.text("alias", "");
            List<Integer> chosen = chosen(rule, tiers);
            if (alias.isEmpty() == chosen.isEmpty()) {
                rule.problem(
                        "alias", "a rule leads to an alias or to tiers, one of both", "alias: NAME, or tiers: [2, 1]");
            }
            if (!alias.isEmpty() && (alias.equals(name) || !aliases.contains(alias))) {
                rule.problem("alias", "no other alias is called '" + alias + "'", "Known: " + aliases);
            }
            rule.rejectUnknownKeys();
            rules.add(new RouteRule(when, alias, chosen));
        }
        return rules;
    }

    private static List<Integer> chosen(YamlObject rule, int tiers) {
        List<Integer> chosen = new ArrayList<>();
        rule.optional("tiers").stream()
                .flatMap(value -> value.list().stream())
                .forEach(each -> chosen.add((int) each.integer(1, Math.max(1, tiers)) - 1));
        if (new LinkedHashSet<>(chosen).size() != chosen.size()) {
            rule.problem("tiers", "a tier is named twice", "");
        }
        return chosen;
    }

    private static RouteRule.When when(YamlObject when) {
        Map<String, String> parameters = new LinkedHashMap<>();
        when.named("parameters").forEach((name, value) -> parameters.put(name, plain(value)));
        if (when.keys().isEmpty()) {
            when.problem("when", "it has no condition", "Name one of stream, has_tools, max_input_tokens, …");
        }
        if (when.has("parameters") && parameters.isEmpty()) {
            when.problem("parameters", "it names nothing", "Leave the key out if it does not matter");
        }
        RouteRule.When conditions = new RouteRule.When(
                when.optional("stream").map(YamlValue::flag),
                when.optional("has_tools").map(YamlValue::flag),
                tokens(when, "min_input_tokens"),
                tokens(when, "max_input_tokens"),
                parameters,
                ConfigReader.some(when, "groups"),
                ConfigReader.some(when, "tenants"),
                RouteExpressionReader.expression(when));
        when.rejectUnknownKeys();
        return conditions;
    }

    private static OptionalInt tokens(YamlObject when, String key) {
        return when.optional(key).isPresent()
                ? OptionalInt.of((int) when.integer(key, 0, TOKENS_MAX, 0))
                : OptionalInt.empty();
    }

    private static String plain(YamlValue value) {
        if (value.isObject() || value.isList()) {
            value.problem("only plain values can be compared", "A text, a number, true or false");
            return "";
        }
        return value.node() instanceof YamlNode.Scalar scalar ? scalar.value().asString() : "";
    }
}
