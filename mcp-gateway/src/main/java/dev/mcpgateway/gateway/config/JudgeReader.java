package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.JudgeSettings.Shadow;
import dev.mcpgateway.gateway.config.JudgeSettings.Share;
import dev.mcpgateway.gateway.model.money.Spender;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code models.judge}. Left out, nothing is judged and nothing is copied. */
final class JudgeReader {
    private static final int PERCENT_MAX = 100;
    private static final int QUEUE_MAX = 1_000;
    private static final int QUEUE_DEFAULT = 128;
    private static final int CONCURRENT_MAX = 32;
    private static final int CONCURRENT_DEFAULT = 2;
    private static final int MATERIAL_MIN = 1024;
    private static final int MATERIAL_MAX = 1024 * 1024;
    private static final int MATERIAL_DEFAULT = 64 * 1024;
    private static final int CRITERIA_CHARS_MAX = 4_000;

    private JudgeReader() {}

    static Optional<JudgeSettings> judge(YamlObject models, Map<String, Models.Alias> aliases) {
        return models.object("judge").map(section -> {
            JudgeSettings settings = new JudgeSettings(
                    section.text("alias"),
                    shares(section, aliases),
                    new LinkedHashSet<>(section.texts("except_tenants")),
                    OwnBudgets.daily(section),
                    (int) section.integer("queue", 1, QUEUE_MAX, QUEUE_DEFAULT),
                    (int) section.integer("concurrent", 1, CONCURRENT_MAX, CONCURRENT_DEFAULT),
                    (int) section.integer("material_bytes", MATERIAL_MIN, MATERIAL_MAX, MATERIAL_DEFAULT),
                    section.flag("explanations", false),
                    section.text("criteria", ""),
                    section.object("shadow").map(JudgeReader::shadow));
            check(section, settings, aliases);
            section.rejectUnknownKeys();
            return settings;
        });
    }

    private static void check(YamlObject section, JudgeSettings settings, Map<String, Models.Alias> aliases) {
        if (section.has("alias") && !aliases.containsKey(settings.alias())) {
            section.problem("alias", "no model has the alias '" + settings.alias() + "'", "Known: " + aliases.keySet());
        }
        if (settings.aliases().isEmpty()) {
            section.problem("aliases", "no model's answers are judged", "Name them: aliases: {gpt: {percent: 5}}");
        }
        if (settings.aliases().containsKey(settings.alias())) {
            section.problem("aliases", "a model does not judge its own alias", "Give the judge an alias of its own");
            return;
        }
        List<Models.Target> judges = answering(settings.alias(), aliases);
        for (String judged : settings.aliases().keySet()) {
            answering(judged, aliases).stream()
                    .filter(target -> judges.stream().anyMatch(judge -> isSame(judge, target)))
                    .findFirst()
                    .ifPresent(own -> section.problem(
                            "alias",
                            own.model() + " of " + own.provider() + " answers '" + judged
                                    + "' and would judge its own answers",
                            "Let another model judge"));
        }
        if (settings.criteria().length() > CRITERIA_CHARS_MAX) {
            section.problem("criteria", "it must have at most " + CRITERIA_CHARS_MAX + " characters", "");
        }
    }

    /** Who may answer an alias: its own targets, and those that its rules lead to. */
    private static List<Models.Target> answering(String alias, Map<String, Models.Alias> aliases) {
        List<Models.Target> targets = new ArrayList<>();
        Models.Alias known = aliases.get(alias);
        if (known != null) {
            targets.addAll(known.targets());
            for (RouteRule rule : known.rules()) {
                Models.Alias led = aliases.get(rule.alias());
                targets.addAll(led == null ? List.of() : led.targets());
            }
        }
        return targets;
    }

    private static boolean isSame(Models.Target one, Models.Target other) {
        return one.provider().equals(other.provider()) && one.model().equals(other.model());
    }

    private static Map<String, Share> shares(YamlObject section, Map<String, Models.Alias> aliases) {
        Map<String, Share> shares = new LinkedHashMap<>();
        section.named("aliases").forEach((alias, value) -> {
            Models.Alias known = aliases.get(alias);
            if (known == null) {
                value.problem("no model has the alias '" + alias + "'", "Known: " + aliases.keySet());
            }
            YamlObject entry = value.object();
            List<Integer> tiers = new ArrayList<>();
            for (YamlValue tier : entry.optional("tiers").map(YamlValue::list).orElse(List.of())) {
                tiers.add((int) tier.integer(0, PERCENT_MAX));
            }
            if (known != null && tiers.size() > known.tiers().size()) {
                entry.problem("tiers", "'" + alias + "' has " + known.tiers().size() + " tiers only", "");
            }
            if (!entry.has("percent") && !entry.has("tiers")) {
                entry.problem("percent", "how many answers are judged is not said", "Set percent, or tiers");
            }
            shares.put(alias, new Share((int) entry.integer("percent", 0, PERCENT_MAX, 0), tiers));
            entry.rejectUnknownKeys();
        });
        return shares;
    }

    private static Shadow shadow(YamlObject section) {
        if (!section.has("percent")) {
            section.problem("percent", "how many calls are copied is not said", "Set percent: 1");
        }
        Shadow shadow = new Shadow((int) section.integer("percent", 1, PERCENT_MAX, 1), OwnBudgets.daily(section));
        section.rejectUnknownKeys();
        return shadow;
    }

    /** Nobody else may be called what the gateway calls itself: budgets for everybody leave that out. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        boolean counts = config.models()
                .filter(models -> models.judge().isPresent() || models.money().isPresent())
                .isPresent();
        if (counts && config.issuersOfAgents().contains(Spender.GATEWAY)) {
            root.problem(
                    "models",
                    "an issuer is called '" + Spender.GATEWAY
                            + "', as the gateway calls itself, whose calls no budget counts that does not name it",
                    "Give the issuer another name");
        }
    }
}
