package dev.mcpgateway.policy.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One value of a file while it is read. Every method that wants a type other than the value's adds a {@link Problem} and
 * returns a placeholder, so that reading goes on; a caller throws away what it built when the {@link Problems} are not
 * empty in the end.
 */
public final class YamlValue {

    private static final Pattern WORD = Pattern.compile("[a-z_]{1,32}");

    private final YamlNode node;
    private final Problems problems;

    private YamlValue(YamlNode node, Problems problems) {
        this.node = node;
        this.problems = problems;
    }

    /** Reads from {@code node} and adds what is wrong to {@code problems}. */
    public static YamlValue of(YamlNode node, Problems problems) {
        return new YamlValue(node, problems);
    }

    /** Where the value stands. */
    public Position position() {
        return node.position();
    }

    /** The value as it was read. */
    public YamlNode node() {
        return node;
    }

    /** True for a single piece of text. */
    public boolean isText() {
        return node instanceof YamlNode.Scalar scalar && scalar.value().isString();
    }

    /** True for a mapping. */
    public boolean isObject() {
        return node instanceof YamlNode.Mapping;
    }

    /** True for a list. */
    public boolean isList() {
        return node instanceof YamlNode.Sequence;
    }

    /** The text; an empty text after a problem. A number or a boolean is no text: it must be quoted. */
    public String text() {
        if (node instanceof YamlNode.Scalar scalar && scalar.value().isString()) {
            return scalar.value().stringValue();
        }
        boolean quotable =
                node instanceof YamlNode.Scalar scalar && !scalar.value().isNull();
        wrongKind("text", quotable ? "Put it in quotes" : "");
        return "";
    }

    /** The whole number within [{@code min}, {@code max}]; {@code min} after a problem. */
    public long integer(long min, long max) {
        if (!(node instanceof YamlNode.Scalar scalar) || !scalar.value().isNumber()) {
            wrongKind("a whole number", "");
            return min;
        }
        try {
            long number = scalar.value().decimalValue().longValueExact();
            if (number >= min && number <= max) {
                return number;
            }
        } catch (ArithmeticException notWhole) {
            // reported below with the range
        }
        problem(min == max ? "it must be " + min : "it must be a whole number from " + min + " to " + max, "");
        return min;
    }

    /** The boolean; false after a problem. */
    public boolean flag() {
        if (node instanceof YamlNode.Scalar scalar && scalar.value().isBoolean()) {
            return scalar.value().booleanValue();
        }
        wrongKind("true or false", "");
        return false;
    }

    /** The constant of {@code type} whose name in lower case is the text; the first constant after a problem. */
    public <E extends Enum<E>> E choice(Class<E> type) {
        Map<String, E> choices = new LinkedHashMap<>();
        for (E constant : type.getEnumConstants()) {
            choices.put(constant.name().toLowerCase(Locale.ROOT), constant);
        }
        return choice(choices);
    }

    /** The value that {@code choices} has for the text; its first value after a problem. */
    public <T> T choice(Map<String, T> choices) {
        T first = choices.values().iterator().next();
        if (!isText()) {
            wrongKind("one of " + String.join(", ", choices.keySet()), "");
            return first;
        }
        T chosen = choices.get(text());
        if (chosen == null) {
            problem(
                    "'" + text() + "' is none of " + String.join(", ", choices.keySet()),
                    Spelling.didYouMean(text(), choices.keySet()));
            return first;
        }
        return chosen;
    }

    /** The mapping; an empty one after a problem. */
    public YamlObject object() {
        if (node instanceof YamlNode.Mapping mapping) {
            return new YamlObject(mapping, problems);
        }
        wrongKind("a mapping", "");
        return new YamlObject(new YamlNode.Mapping(position(), Map.of()), problems);
    }

    /** The items of a list; a problem and no item for anything else. */
    public List<YamlValue> list() {
        if (node instanceof YamlNode.Sequence sequence) {
            return sequence.items().stream().map(item -> of(item, problems)).toList();
        }
        wrongKind("a list", "");
        return List.of();
    }

    /** The items of a list, or a single value as a list of one. */
    public List<YamlValue> oneOrMore() {
        return isList() ? list() : List.of(this);
    }

    /**
     * One of several forms, told apart by one of {@code names}: as a text, or as a mapping with that one key. Adds a problem
     * for any other shape or name and returns nothing then.
     */
    public Optional<Variant> variant(Set<String> names) {
        Variant variant = null;
        if (isText()) {
            variant = new Variant(text(), Optional.empty());
        } else if (node instanceof YamlNode.Mapping mapping && mapping.members().size() == 1) {
            Map.Entry<String, YamlNode.Member> only =
                    mapping.members().entrySet().iterator().next();
            variant = new Variant(only.getKey(), Optional.of(of(only.getValue().value(), problems)));
        }
        String allowed = String.join(", ", new TreeSet<>(names));
        if (variant == null) {
            problem("it must be one of " + allowed + ", as text or as a mapping with that one key", "");
            return Optional.empty();
        }
        if (!names.contains(variant.name())) {
            // where a reference to a secret is wanted, this may be the secret
            problem(
                    WORD.matcher(variant.name()).matches()
                            ? "'" + variant.name() + "' is none of " + allowed
                            : "it must be one of " + allowed,
                    Spelling.didYouMean(variant.name(), names));
            return Optional.empty();
        }
        return Optional.of(variant);
    }

    /** The form that {@link #variant} found: its name, and what stands under it when it was written as a mapping. */
    public record Variant(String name, Optional<YamlValue> body) {}

    /** Says that this value is wrong; {@code hint} may be empty. */
    public void problem(String message, String hint) {
        problems.add(position(), message, hint);
    }

    private void wrongKind(String wanted, String hint) {
        problem("it must be " + wanted + ", not " + node.kind(), hint);
    }
}
