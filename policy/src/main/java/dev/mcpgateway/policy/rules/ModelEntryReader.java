package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.ModelEntry;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.Residency;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.TextRule;
import dev.mcpgateway.policy.TextScreening;
import dev.mcpgateway.policy.TokenInput;
import dev.mcpgateway.policy.ToolNames;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the entries of {@code models:}. */
final class ModelEntryReader {

    /** Tokens of one answer: more than any model gives. */
    private static final int OUTPUT_TOKENS_MAX = 100_000_000;

    /** Bytes of one request: 1 GiB. */
    private static final long INPUT_BYTES_MAX = 1L << 30;

    /** Lists of one policy. */
    private static final int LISTS_MAX = 200;

    /** Places of one entry. */
    private static final int PLACES_MAX = 64;

    private static final Set<FeatureKind> MODELS = Set.of(FeatureKind.MODEL);
    private static final String NO_TOOLS = "none";

    private final Problems problems;
    private final PatternReader patterns;
    private final Set<String> listIds;

    /** Where a list holds. */
    private enum Side {
        REQUESTS,
        ANSWERS
    }

    private enum User {
        TRUSTED,
        UNTRUSTED
    }

    private enum Tokens {
        REFUSE,
        PASS
    }

    /**
     * A reader of one policy's files.
     *
     * @param listIds ids of the lists that were read so far, in any file
     */
    ModelEntryReader(Problems problems, PatternReader patterns, Set<String> listIds) {
        this.problems = problems;
        this.patterns = patterns;
        this.listIds = listIds;
    }

    /** One entry. */
    ModelEntry read(YamlObject entry) {
        List<FeaturePattern> names = patterns.read(entry, "names", MODELS);
        List<TextRule> inRequests = new ArrayList<>();
        List<TextRule> inAnswers = new ArrayList<>();
        entry.objects("lists").forEach(list -> list(list, inRequests, inAnswers));
        ModelRules rules = new ModelRules(
                screening(entry, "requests", inRequests),
                screening(entry, "answers", inAnswers),
                entry.choice("user_text", User.class, User.TRUSTED) == User.UNTRUSTED,
                entry.optional("token_input")
                        .map(value -> tokens(value.choice(Tokens.class)))
                        .orElse(TokenInput.UNSAID),
                entry.optional("max_output_tokens")
                        .map(value -> OptionalInt.of((int) value.integer(1, OUTPUT_TOKENS_MAX)))
                        .orElse(OptionalInt.empty()),
                entry.optional("max_input_bytes")
                        .map(value -> OptionalLong.of(value.integer(1, INPUT_BYTES_MAX)))
                        .orElse(OptionalLong.empty()),
                entry.optional("allowed_tools").map(this::tools).stream().toList());
        List.of("secrets", "pii", "anomaly")
                .forEach(key -> entry.refuse(
                        key, "'" + key + "' is not supported yet", "Remove it: nothing would be looked for"));
        Residency residency =
                entry.optional("residency").map(ModelEntryReader::residency).orElse(Residency.ANYWHERE);
        ModelEntry read = new ModelEntry(names, CallerReader.read(entry), rules, residency);
        entry.rejectUnknownKeys();
        return read;
    }

    private static TokenInput tokens(Tokens said) {
        return switch (said) {
            case REFUSE -> TokenInput.REFUSE;
            case PASS -> TokenInput.PASS;
        };
    }

    private static Residency residency(YamlValue value) {
        List<YamlValue> items = value.oneOrMore();
        if (items.isEmpty() || items.size() > PLACES_MAX) {
            value.problem("it must name 1 to " + PLACES_MAX + " places", "residency: [eu, ch]");
        }
        List<String> places = new ArrayList<>();
        for (YamlValue item : items) {
            String place = item.text();
            if (Residency.isPlace(place)) {
                places.add(place);
            } else if (item.isText()) {
                item.problem(
                        "it names no place",
                        "Use 1 to 63 of a-z 0-9 - and begin with a letter or digit, as 'residency' of a provider does");
            }
        }
        return Residency.only(places);
    }

    private static TextScreening screening(YamlObject entry, String key, List<TextRule> lists) {
        Optional<YamlObject> side = entry.object(key);
        ScreenRule injection = side.flatMap(families -> ScreenRuleReader.family(families, "injection"))
                .orElse(ScreenRule.OFF);
        ScreenRule hidden = side.flatMap(families -> ScreenRuleReader.family(families, "hidden"))
                .orElse(ScreenRule.OFF);
        side.ifPresent(YamlObject::rejectUnknownKeys);
        return new TextScreening(injection, hidden, lists);
    }

    private void list(YamlObject list, List<TextRule> inRequests, List<TextRule> inAnswers) {
        String id = list.text("id");
        if (!id.isEmpty() && !Rule.isId(id)) {
            list.problem(
                    "id",
                    "'" + id + "' is no id of a list",
                    "Use 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit");
        } else if (!listIds.add(id)) {
            list.problem("id", "list id '" + id + "' is repeated", "");
        } else if (listIds.size() > LISTS_MAX) {
            list.problem("id", "there are more than " + LISTS_MAX + " lists", "");
        }
        ScreenRule rule = ScreenRuleReader.rule(list);
        List<Side> sides = list.optional("in").stream()
                .flatMap(value -> value.oneOrMore().stream())
                .map(value -> value.choice(Side.class))
                .toList();
        List<String> expressions = list.required("patterns").stream()
                .flatMap(value -> value.oneOrMore().stream())
                .map(YamlValue::text)
                .toList();
        list.rejectUnknownKeys();
        if (Rule.isId(id) && !expressions.isEmpty()) {
            compile(list, id, expressions, rule)
                    .filter(made -> rule.mode() != ScreenMode.OFF)
                    .ifPresent(made -> {
                        if (sides.isEmpty() || sides.contains(Side.REQUESTS)) {
                            inRequests.add(made);
                        }
                        if (sides.isEmpty() || sides.contains(Side.ANSWERS)) {
                            inAnswers.add(made);
                        }
                    });
        }
    }

    private static Optional<TextRule> compile(YamlObject list, String id, List<String> expressions, ScreenRule rule) {
        try {
            return Optional.of(TextRule.of(id, expressions, rule));
        } catch (IllegalArgumentException wrong) {
            list.problem("patterns", String.valueOf(wrong.getMessage()), "");
            return Optional.empty();
        }
    }

    private ToolNames tools(YamlValue value) {
        if (value.isText() && value.text().equals(NO_TOOLS)) {
            return new ToolNames(List.of());
        }
        List<String> names = new ArrayList<>();
        for (YamlValue item : value.oneOrMore()) {
            String name = item.text();
            if (ToolNames.isPattern(name)) {
                names.add(name);
            } else if (item.isText()) {
                item.problem("it names no tool", "Write a name of up to 128 characters, with * or ?, or hosted:type");
            }
        }
        if (names.size() > ToolNames.PATTERNS_MAX) {
            problems.add(value.position(), "there are more than " + ToolNames.PATTERNS_MAX + " names", "");
            return new ToolNames(List.of());
        }
        return new ToolNames(names);
    }
}
