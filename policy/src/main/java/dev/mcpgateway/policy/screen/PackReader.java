package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a rule pack and refuses a rule whose expression is outside of {@link RegexParser}'s subset, could match without
 * one of its literals, or could reach beyond its declared span: for such a rule the window would not find what a scan of
 * the whole text finds.
 */
final class PackReader {

    /** Characters that one match may span. */
    private static final int SPAN_MAX = 400;

    /** Rules of one pack. */
    private static final int RULES_MAX = 1_000;

    private static final Pattern ID = Pattern.compile("(?:INJ|HID)-[A-Z0-9]{2,16}(?:-[A-Z0-9]{1,16}){0,3}");

    private final Problems problems = new Problems();
    private final Set<String> ids = new HashSet<>();

    /** What a pack says. */
    record Pack(String name, int version, List<PatternRule> rules) {}

    /** The pack in {@code bytes}; throws {@link IllegalArgumentException} with every problem, one a line. */
    static Pack read(String file, byte[] bytes) {
        PackReader reader = new PackReader();
        switch (YamlReader.read(file, bytes)) {
            case YamlRead.Refused(var refused) -> refused.forEach(reader.problems::add);
            case YamlRead.Tree(YamlNode root) -> {
                Pack pack = reader.pack(YamlValue.of(root, reader.problems).object());
                if (reader.problems.isEmpty()) {
                    return pack;
                }
            }
        }
        throw new IllegalArgumentException(
                reader.problems.list().stream().map(Object::toString).collect(Collectors.joining("\n")));
    }

    private Pack pack(YamlObject root) {
        String name = root.text("pack");
        int version = (int) root.integer("version", 1, Integer.MAX_VALUE, 1);
        List<PatternRule> rules = new ArrayList<>();
        root.objects("rules").forEach(rule -> rule(rule).ifPresent(rules::add));
        if (rules.size() > RULES_MAX) {
            root.problem("rules", "there are more than " + RULES_MAX + " rules", "");
        }
        root.rejectUnknownKeys();
        return new Pack(name, version, rules);
    }

    private Optional<PatternRule> rule(YamlObject rule) {
        int before = problems.count();
        String id = rule.text("id");
        if (!ID.matcher(id).matches()) {
            rule.problem("id", "'" + id + "' is no rule id", "Write INJ-WORD or HID-WORD");
        } else if (!ids.add(id)) {
            rule.problem("id", "rule id '" + id + "' is repeated", "");
        }
        int revision = (int) rule.integer("revision", 1, Integer.MAX_VALUE, 1);
        String family = id.startsWith("HID") ? Finding.HIDDEN : Finding.INJECTION;
        double weight = weight(rule);
        Set<Place> places = places(rule);
        Optional<PatternRule.Match> match = rule.has("oddity") ? odd(rule) : regex(rule);
        rule.rejectUnknownKeys();
        return problems.count() > before
                ? Optional.empty()
                : match.map(found -> new PatternRule(id, revision, family, weight, places, found));
    }

    private static double weight(YamlObject rule) {
        Optional<BigDecimal> weight = rule.required("weight")
                .map(value -> value.node() instanceof YamlNode.Scalar scalar
                                && scalar.value().isNumber()
                        ? scalar.value().decimalValue()
                        : BigDecimal.ZERO);
        if (weight.isPresent() && (weight.get().signum() <= 0 || weight.get().compareTo(BigDecimal.ONE) >= 0)) {
            rule.problem("weight", "the weight must lie between 0 and 1", "");
        }
        return weight.orElse(BigDecimal.ZERO).doubleValue();
    }

    private static Set<Place> places(YamlObject rule) {
        EnumSet<Place> places = EnumSet.noneOf(Place.class);
        rule.optional("places")
                .ifPresent(value -> value.oneOrMore().forEach(item -> places.add(item.choice(Place.class))));
        return places.isEmpty() ? EnumSet.allOf(Place.class) : places;
    }

    private static Optional<PatternRule.Match> odd(YamlObject rule) {
        Oddity oddity = rule.choice("oddity", Oddity.class, Oddity.TAG_CHARACTERS);
        int min = (int) rule.integer("min", 1, 10_000, 1);
        return Optional.of(new PatternRule.Match.Odd(oddity, min));
    }

    private static Optional<PatternRule.Match> regex(YamlObject rule) {
        List<String> literals = rule.texts("literals");
        YamlObject span = rule.required("span").map(YamlValue::object).orElse(null);
        String source = rule.text("regex");
        if (span == null || source.isEmpty()) {
            return Optional.empty();
        }
        int before = (int) span.integer("before", 0, SPAN_MAX, 0);
        int after = (int) span.integer("after", 0, SPAN_MAX, 0);
        span.rejectUnknownKeys();
        try {
            RegexNode node = RegexParser.parse(source);
            boolean atWordStart = checkSpan(rule, node, literals, before, after);
            return Optional.of(
                    new PatternRule.Match.Regex(RegexText.compile(node), literals, before, after, atWordStart));
        } catch (RegexParser.Unsupported unsupported) {
            rule.problem("regex", "the expression is not supported: " + unsupported.reason(), "");
            return Optional.empty();
        }
    }

    /** Whether the literals need only be looked for where a word begins. */
    private static boolean checkSpan(YamlObject rule, RegexNode node, List<String> literals, int before, int after) {
        for (String literal : literals) {
            if (literal.length() < 3 || literal.startsWith(" ") || literal.contains("  ")) {
                rule.problem(
                        "literals",
                        "'" + literal + "' is no literal",
                        "Use 3 characters or more, single blanks inside");
            }
        }
        Optional<LiteralCover> cover = LiteralCover.of(node, literals);
        if (cover.isEmpty()) {
            rule.problem(
                    "literals",
                    "the expression can match without one of the literals",
                    "Add the literal of each branch");
        } else if (cover.get().before() > before || cover.get().after() > after) {
            rule.problem(
                    "span",
                    "a match can reach " + cover.get().before() + " characters before and "
                            + cover.get().after() + " after its literal",
                    "Declare that span");
        }
        return cover.map(LiteralCover::atWordStart).orElse(false)
                && literals.stream().allMatch(literal -> Character.isLetterOrDigit(literal.charAt(0)));
    }

    /** The distinct literals of the rules that have any, and which rules each belongs to. */
    static Map<String, List<Integer>> literals(List<PatternRule> rules) {
        Map<String, List<Integer>> literals = new TreeMap<>();
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).match() instanceof PatternRule.Match.Regex regex) {
                for (String literal : regex.literals()) {
                    literals.computeIfAbsent(literal, absent -> new ArrayList<>())
                            .add(i);
                }
            }
        }
        return literals;
    }
}
