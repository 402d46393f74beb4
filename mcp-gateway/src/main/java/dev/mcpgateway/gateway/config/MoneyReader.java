package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.mcp.NamePattern;
import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Period;
import dev.mcpgateway.gateway.model.money.TokenWeights;
import dev.mcpgateway.gateway.model.money.Usd;
import dev.mcpgateway.policy.yaml.Spelling;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Reads {@code prices} and {@code budgets} of {@code models}. */
final class MoneyReader {
    private static final long TOKENS_MAX = 1_000_000_000;
    private static final long COUNT_MAX = 1_000_000_000_000_000L;
    private static final long INPUT_TOKENS = 1_000_000;
    private static final long OUTPUT_TOKENS = 32_768;
    private static final long TOOL_USES = 20;
    private static final long TOOL_USES_MAX = 10_000;
    private static final int KEEP_DAYS = 400;
    private static final int BUDGETS_MAX = 100;
    private static final String NAME = "[a-z0-9][a-z0-9_-]{0,63}";

    private static final Map<String, Boolean> MODES = new TreeMap<>(Map.of("enforce", true, "observe", false));

    private final ConfigReader config;
    private final Set<String> aliases;

    MoneyReader(ConfigReader config, Set<String> aliases) {
        this.config = config;
        this.aliases = aliases;
    }

    /** What both sections say; empty without {@code prices}, and then there must be no budget either. */
    Optional<MoneySettings> money(YamlObject models) {
        List<Budget> budgets = budgets(models);
        Optional<YamlObject> prices = models.object("prices");
        if (prices.isEmpty() && models.has("budgets")) {
            models.problem("budgets", "budgets need prices", "Set prices: {file: prices.yaml}");
        }
        return prices.map(section -> settings(section, budgets));
    }

    private MoneySettings settings(YamlObject section, List<Budget> budgets) {
        TenantClaim.refuse(section);
        MoneySettings settings = new MoneySettings(
                config.path(section.text("file")),
                new Money.Assumed(
                        section.integer("input_tokens", 1, TOKENS_MAX, INPUT_TOKENS),
                        section.integer("output_tokens", 1, TOKENS_MAX, OUTPUT_TOKENS),
                        section.integer("tool_uses", 1, TOOL_USES_MAX, TOOL_USES)),
                weights(section.object("token_weights_percent")),
                section.text("team_claim", "team"),
                Duration.ofDays(section.integer("keep_days", 1, 3650, KEEP_DAYS)),
                budgets);
        section.rejectUnknownKeys();
        return settings;
    }

    private static TokenWeights weights(Optional<YamlObject> section) {
        return section.map(weights -> {
                    TokenWeights read = new TokenWeights(
                            weight(weights, "input"),
                            weight(weights, "cached_input"),
                            weight(weights, "output"),
                            weight(weights, "reasoning"));
                    weights.rejectUnknownKeys();
                    return read;
                })
                .orElse(TokenWeights.EQUAL);
    }

    private static int weight(YamlObject weights, String key) {
        return (int) weights.integer(key, 0, TokenWeights.MAX, 100);
    }

    private List<Budget> budgets(YamlObject models) {
        List<Budget> budgets = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlObject entry : models.objects("budgets")) {
            Budget budget = budget(entry);
            if (!budget.name().matches(NAME)) {
                entry.problem("name", "'" + budget.name() + "' is no name", "Use a-z, 0-9, - and _, 64 at most");
            }
            if (!names.add(budget.name())) {
                entry.problem("name", "another budget is called '" + budget.name() + "'", "");
            }
            budgets.add(budget);
            entry.rejectUnknownKeys();
        }
        if (budgets.size() > BUDGETS_MAX) {
            models.problem("budgets", "there must be at most " + BUDGETS_MAX, "");
        }
        return budgets;
    }

    private Budget budget(YamlObject entry) {
        Budget.Limits limits =
                new Budget.Limits(usd(entry), count(entry, "limit_tokens"), count(entry, "limit_requests"));
        if (!entry.has("limit_usd") && !entry.has("limit_tokens") && !entry.has("limit_requests")) {
            entry.problem("name", "the budget has no limit", "Set limit_usd, limit_tokens or limit_requests");
        }
        return new Budget(
                entry.text("name"),
                entry.required("per")
                        .map(value -> value.choice(Budget.Per.class))
                        .orElse(Budget.Per.ORGANISATION),
                match(entry.object("match")),
                entry.required("period")
                        .map(value -> value.choice(Period.class))
                        .orElse(Period.TOTAL),
                limits,
                entry.optional("mode").map(value -> value.choice(MODES)).orElse(true));
    }

    private Budget.Match match(Optional<YamlObject> section) {
        return section.map(match -> {
                    Budget.Match read = new Budget.Match(
                            ConfigReader.some(match, "issuer"),
                            ConfigReader.some(match, "subject"),
                            ConfigReader.some(match, "client_id"),
                            ConfigReader.some(match, "groups"),
                            ConfigReader.some(match, "tenants"),
                            claims(match),
                            models(match));
                    match.rejectUnknownKeys();
                    return read;
                })
                .orElseGet(
                        () -> new Budget.Match(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Map.of(), List.of()));
    }

    private static Map<String, String> claims(YamlObject match) {
        Map<String, String> claims = new LinkedHashMap<>();
        match.named("claims").forEach((name, value) -> claims.put(name, value.text()));
        return claims;
    }

    /** A pattern that no model has would be a budget that counts nothing. */
    private List<String> models(YamlObject match) {
        List<String> patterns = new ArrayList<>();
        for (YamlValue value :
                match.optional("models").map(YamlValue::oneOrMore).orElse(List.of())) {
            String pattern = value.text();
            if (pattern.isEmpty() || pattern.length() > NamePattern.CHARS_MAX) {
                value.problem("it must have 1 to " + NamePattern.CHARS_MAX + " characters", "");
            } else if (aliases.stream().noneMatch(new NamePattern(pattern)::matches)) {
                value.problem(
                        "no model is called '" + pattern + "'",
                        Spelling.nearest(pattern, aliases)
                                .map(near -> "Did you mean '" + near + "'?")
                                .orElse("Known: " + aliases));
            }
            patterns.add(pattern);
        }
        if (match.has("models") && patterns.isEmpty()) {
            match.problem("models", "it names nothing", "Leave the key out if it does not matter");
        }
        return patterns;
    }

    private static OptionalLong usd(YamlObject entry) {
        return entry.optional("limit_usd")
                .map(value -> {
                    OptionalLong limit = Usd.parse(value.text());
                    if (value.isText() && limit.isEmpty()) {
                        value.problem(
                                "'" + value.text() + "' is no sum", "Write US dollars as text, such as \"25.50\"");
                    }
                    return OptionalLong.of(limit.orElse(0));
                })
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong count(YamlObject entry, String key) {
        return entry.optional(key)
                .map(value -> OptionalLong.of(value.integer(0, COUNT_MAX)))
                .orElse(OptionalLong.empty());
    }

    /** An issuer that does not exist would be a budget that counts nothing. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        config.models()
                .flatMap(Models::money)
                .ifPresent(money -> money.budgets()
                        .forEach(budget -> budget.match().issuers().forEach(issuer -> {
                            if (!config.issuerAliases().contains(issuer)) {
                                root.problem(
                                        "models",
                                        "budget '" + budget.name() + "' is for issuer '" + issuer
                                                + "', which is not configured",
                                        "Known: " + config.issuerAliases());
                            }
                        })));
    }
}
