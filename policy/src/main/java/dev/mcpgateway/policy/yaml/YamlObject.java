package dev.mcpgateway.policy.yaml;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One mapping of a file while it is read. Methods remember the keys they were asked for; {@link #rejectUnknownKeys}
 * reports the rest. Missing and mistyped values add a {@link Problem} and give a placeholder, as in {@link YamlValue}.
 */
public final class YamlObject {

    private final YamlNode.Mapping mapping;
    private final Problems problems;
    private final Set<String> asked = new TreeSet<>();

    YamlObject(YamlNode.Mapping mapping, Problems problems) {
        this.mapping = mapping;
        this.problems = problems;
    }

    /** Where the mapping stands. */
    public Position position() {
        return mapping.position();
    }

    /** Where the key stands, or the mapping when it has no such key. */
    public Position position(String key) {
        YamlNode.Member member = mapping.members().get(key);
        return member == null ? mapping.position() : member.key();
    }

    /** The keys as written, in file order. */
    public List<String> keys() {
        return List.copyOf(mapping.members().keySet());
    }

    /** True when the key is written, whatever its value. */
    public boolean has(String key) {
        asked.add(key);
        return mapping.members().containsKey(key);
    }

    /** The value of a key that may be left out; {@code key: null} and {@code key:} count as left out. */
    public Optional<YamlValue> optional(String key) {
        asked.add(key);
        YamlNode.Member member = mapping.members().get(key);
        if (member == null) {
            return Optional.empty();
        }
        boolean empty = member.value() instanceof YamlNode.Scalar scalar
                && scalar.value().isNull();
        return empty ? Optional.empty() : Optional.of(YamlValue.of(member.value(), problems));
    }

    /** The value of a key that must be there; a problem and nothing when it is left out. */
    public Optional<YamlValue> required(String key) {
        Optional<YamlValue> value = optional(key);
        if (value.isEmpty()) {
            problem(key, "key '" + key + "' is missing", "");
        }
        return value;
    }

    /** Text that must be there; an empty text after a problem. */
    public String text(String key) {
        return required(key).map(YamlValue::text).orElse("");
    }

    /** Text that may be left out. */
    public String text(String key, String fallback) {
        return optional(key).map(YamlValue::text).orElse(fallback);
    }

    /** Texts, as a list or a single one; none when the key is left out. */
    public List<String> texts(String key) {
        return optional(key).stream()
                .flatMap(value -> value.oneOrMore().stream())
                .map(YamlValue::text)
                .toList();
    }

    /** A whole number within [{@code min}, {@code max}] that may be left out. */
    public long integer(String key, long min, long max, long fallback) {
        return optional(key).map(value -> value.integer(min, max)).orElse(fallback);
    }

    /** A number of milliseconds within [{@code min}, {@code max}] that may be left out. */
    public Duration millis(String key, Duration min, Duration max, Duration fallback) {
        return Duration.ofMillis(integer(key, min.toMillis(), max.toMillis(), fallback.toMillis()));
    }

    /** A number of seconds within [{@code min}, {@code max}] that may be left out. */
    public Duration seconds(String key, Duration min, Duration max, Duration fallback) {
        return Duration.ofSeconds(integer(key, min.toSeconds(), max.toSeconds(), fallback.toSeconds()));
    }

    /** A boolean that may be left out. */
    public boolean flag(String key, boolean fallback) {
        return optional(key).map(YamlValue::flag).orElse(fallback);
    }

    /** A constant of an enum, written in lower case, that may be left out. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        return optional(key).map(value -> value.choice(type)).orElse(fallback);
    }

    /** A mapping that may be left out. */
    public Optional<YamlObject> object(String key) {
        return optional(key).map(YamlValue::object);
    }

    /** A list of mappings; none when the key is left out. */
    public List<YamlObject> objects(String key) {
        return optional(key).stream()
                .flatMap(value -> value.list().stream())
                .map(YamlValue::object)
                .toList();
    }

    /** A mapping from names to values, in file order; empty when the key is left out. */
    public Map<String, YamlValue> named(String key) {
        Map<String, YamlValue> values = new LinkedHashMap<>();
        object(key)
                .ifPresent(object -> object.mapping
                        .members()
                        .forEach((name, member) -> values.put(name, YamlValue.of(member.value(), problems))));
        return values;
    }

    /** Says that a key is known but cannot be obeyed, wherever it is written. */
    public void refuse(String key, String message, String hint) {
        if (has(key)) {
            problem(key, message, hint);
        }
    }

    /** Says that the value of a key is wrong; {@code hint} may be empty. */
    public void problem(String key, String message, String hint) {
        problems.add(position(key), message, hint);
    }

    /** Reports every written key that was never asked for; called once, after all reading. */
    public void rejectUnknownKeys() {
        mapping.members().forEach((key, member) -> {
            if (!asked.contains(key)) {
                String near = Spelling.didYouMean(key, asked);
                problems.add(
                        member.key(),
                        "unknown key '" + key + "'",
                        near.isEmpty() ? "Known keys here: " + String.join(", ", asked) : near);
            }
        });
    }
}
