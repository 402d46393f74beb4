package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import java.util.Set;

/**
 * Refuses keys without a value and empty lists and mappings, so that nobody has to guess whether {@code groups:} or
 * {@code requires_scope: []} means nobody or everybody.
 */
final class EmptyValues {

    /** Values that are data of a test and may hold anything. */
    private static final Set<String> FREE = Set.of("args", "claims");

    /** Sections of a file; an empty one says that there are no rules, no entries, no tests. */
    private static final Set<String> SECTIONS = Set.of("rules", "tools", "screening", "models", "tests");

    /** Values of a test's caller that may be empty: a caller can have no groups and no scopes. */
    private static final Set<String> MAY_BE_EMPTY = Set.of("scopes", "groups");

    private EmptyValues() {}

    /** Checks the sections of a file. */
    static void refuse(YamlNode root, Problems problems) {
        if (root instanceof YamlNode.Mapping file) {
            file.members().forEach((section, member) -> {
                if (SECTIONS.contains(section) && !isEmptyList(member.value())) {
                    visit(section, member, section.equals("tests"), problems);
                }
            });
        }
    }

    private static void visit(String key, YamlNode.Member member, boolean free, Problems problems) {
        YamlNode value = member.value();
        if (free && FREE.contains(key)) {
            return;
        }
        if (isEmpty(value) && !(free && MAY_BE_EMPTY.contains(key))) {
            problems.add(member.key(), "'" + key + "' has no value", "Write a value or remove the key");
            return;
        }
        switch (value) {
            case YamlNode.Mapping mapping ->
                mapping.members().forEach((name, child) -> visit(name, child, free, problems));
            case YamlNode.Sequence sequence ->
                sequence.items()
                        .forEach(item -> visit(key, new YamlNode.Member(item.position(), item), free, problems));
            case YamlNode.Scalar _ -> {}
        }
    }

    private static boolean isEmptyList(YamlNode value) {
        return value instanceof YamlNode.Sequence && isEmpty(value);
    }

    private static boolean isEmpty(YamlNode value) {
        return switch (value) {
            case YamlNode.Mapping mapping -> mapping.members().isEmpty();
            case YamlNode.Sequence sequence -> sequence.items().isEmpty();
            case YamlNode.Scalar scalar -> scalar.value().isNull();
        };
    }
}
