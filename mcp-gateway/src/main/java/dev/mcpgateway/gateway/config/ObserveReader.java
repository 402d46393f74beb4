package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.CallerCondition;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads {@code models.observe}. Left out, every call is held to its rules. */
final class ObserveReader {
    private static final int PRINCIPALS_MAX = 100;

    private ObserveReader() {}

    static Optional<Observe> observe(YamlObject models, Set<String> aliases) {
        return models.object("observe").map(section -> settings(section, aliases));
    }

    private static Observe settings(YamlObject section, Set<String> aliases) {
        Set<String> named = ConfigReader.some(section, "aliases");
        for (String alias : named) {
            if (!aliases.contains(alias)) {
                section.problem("aliases", "no model has the alias '" + alias + "'", "Known: " + aliases);
            }
        }
        List<List<CallerCondition>> principals = section.objects("principals").stream()
                .map(ObserveReader::principal)
                .toList();
        if (section.has("principals") && (principals.isEmpty() || principals.size() > PRINCIPALS_MAX)) {
            section.problem(
                    "principals", "there must be 1 to " + PRINCIPALS_MAX, "Leave the key out to observe everybody");
        }
        Observe settings = new Observe(until(section), named, principals);
        section.rejectUnknownKeys();
        return settings;
    }

    private static Instant until(YamlObject section) {
        String text = section.text("until");
        try {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException noDate) {
            section.problem(
                    "until",
                    "'" + text + "' is no date",
                    "Write the day on which observation ends, such as 2026-12-10; at most 30 days ahead");
            return Instant.MIN;
        }
    }

    private static List<CallerCondition> principal(YamlObject entry) {
        List<CallerCondition> conditions = new ArrayList<>();
        add(entry, "issuer", CallerCondition.IssuerIn::new, conditions);
        add(entry, "subject", CallerCondition.SubjectIn::new, conditions);
        add(entry, "client_id", CallerCondition.ClientIn::new, conditions);
        add(entry, "groups", CallerCondition.InGroup::new, conditions);
        if (!entry.has("issuer")) {
            entry.problem("issuer", "it must say whose callers they are", "Name an issuer");
        }
        entry.rejectUnknownKeys();
        return conditions;
    }

    private static void add(
            YamlObject entry, String key, Function<Set<String>, CallerCondition> made, List<CallerCondition> to) {
        Set<String> values = ConfigReader.some(entry, key);
        if (!values.isEmpty()) {
            to.add(made.apply(values));
        }
    }

    /** An issuer that does not exist would be somebody who is never observed. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        config.models().flatMap(Models::observe).stream()
                .flatMap(observe -> observe.principals().stream())
                .flatMap(List::stream)
                .forEach(condition -> {
                    if (condition instanceof CallerCondition.IssuerIn(Set<String> issuers)
                            && !config.issuerAliases().containsAll(issuers)) {
                        root.problem(
                                "models",
                                "a principal of observe is of issuer " + issuers + ", which is not configured",
                                "Known: " + config.issuerAliases());
                    }
                });
    }
}
