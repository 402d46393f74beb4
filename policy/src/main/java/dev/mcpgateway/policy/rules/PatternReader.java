package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads lists of patterns and keeps each with its position for the check of known names. */
final class PatternReader {

    /** What only a URI holds. A forbid that was meant for resources and forbids tools would forbid nothing. */
    private static final String URI_MARK = "://";

    private final Problems problems;
    private final List<WrittenPattern> written;

    PatternReader(Problems problems, List<WrittenPattern> written) {
        this.problems = problems;
        this.written = written;
    }

    /** The patterns under {@code key}, which must be there, for features of {@code kinds}. */
    List<FeaturePattern> read(YamlObject object, String key, Set<FeatureKind> kinds) {
        List<FeaturePattern> patterns = new ArrayList<>();
        object.required(key)
                .ifPresent(value ->
                        value.oneOrMore().forEach(item -> read(item, kinds).ifPresent(patterns::add)));
        return patterns;
    }

    private Optional<FeaturePattern> read(YamlValue value, Set<FeatureKind> kinds) {
        String text = value.text();
        if (!value.isText()) {
            return Optional.empty();
        }
        Optional<FeaturePattern> pattern = FeaturePattern.parse(text).filter(found -> isWithinLength(found, kinds));
        if (pattern.isEmpty()) {
            problems.add(value.position(), "'" + text + "' names no " + FeatureNoun.of(kinds), form(kinds));
        } else if (pattern.get().isOfModels() && !kinds.contains(FeatureKind.MODEL)) {
            problems.add(
                    value.position(),
                    "'" + text + "' names a model, but the rule is not about model/call",
                    "Add actions: [model/call]");
        } else if (!pattern.get().isOfModels()
                && !pattern.get().isEverything()
                && kinds.equals(Set.of(FeatureKind.MODEL))) {
            problems.add(value.position(), "'" + text + "' names no model", form(kinds));
        } else if (!kinds.contains(FeatureKind.RESOURCE) && text.contains(URI_MARK)) {
            problems.add(
                    value.position(),
                    "'" + text + "' names a resource, but the rule is not about resources/read",
                    "Add actions: [resources/read]");
        } else {
            written.add(new WrittenPattern(pattern.get(), kinds, value.position()));
        }
        return pattern;
    }

    private static boolean isWithinLength(FeaturePattern pattern, Set<FeatureKind> kinds) {
        return kinds.contains(FeatureKind.RESOURCE) || pattern.own().length() <= FeatureName.NAME_CHARS_MAX;
    }

    private static String form(Set<FeatureKind> kinds) {
        if (kinds.equals(Set.of(FeatureKind.MODEL))) {
            return "Write model:alias, with * or ? in the alias, or * alone for every model";
        }
        String part = kinds.equals(Set.of(FeatureKind.RESOURCE)) ? "uri" : FeatureNoun.of(kinds);
        return "Write alias__" + part + ", with * or ? in the " + part + " part only, or * alone for every "
                + FeatureNoun.of(kinds);
    }
}
