package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.Oversize;
import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.ToolEntry;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the entries of {@code tools:} and {@code screening:}. */
final class ToolEntryReader {

    private static final List<String> FAMILIES_NOT_YET = List.of("secrets", "pii", "unscanned");
    private static final List<String> ACTIONS_NOT_YET = List.of("annotate", "quarantine");

    private static final Set<FeatureKind> ALL_KINDS = Set.of(FeatureKind.values());

    private final Problems problems;
    private final PatternReader patterns;

    ToolEntryReader(Problems problems, PatternReader patterns) {
        this.problems = problems;
        this.patterns = patterns;
    }

    /** An entry of {@code tools:}. */
    ToolEntry tools(YamlObject entry) {
        ToolEntry read = new ToolEntry(
                patterns.read(entry, "names", ALL_KINDS),
                entry.optional("read_only").map(YamlValue::flag),
                LimitsReader.read(entry),
                entry.optional("on_large_result").map(value -> value.choice(Oversize.class)),
                Optional.empty(),
                Optional.empty());
        entry.rejectUnknownKeys();
        return read;
    }

    /** An entry of {@code screening:}. */
    ToolEntry screening(YamlObject entry) {
        ToolEntry read = new ToolEntry(
                patterns.read(entry, "tools", ALL_KINDS),
                Optional.empty(),
                CallLimits.NONE,
                Optional.empty(),
                family(entry, "injection"),
                family(entry, "hidden"));
        FAMILIES_NOT_YET.forEach(key ->
                entry.refuse(key, "'" + key + "' is not supported yet", "Remove it: nothing would be screened for it"));
        entry.rejectUnknownKeys();
        return read;
    }

    private Optional<ScreenRule> family(YamlObject entry, String key) {
        return entry.object(key).map(family -> {
            ScreenMode mode = family.required("mode")
                    .map(value -> value.choice(ScreenMode.class))
                    .orElse(ScreenMode.ENFORCE);
            if (mode != ScreenMode.OFF && !family.has("action")) {
                family.problem("mode", "'action' is missing", "Write flag, redact or block");
            }
            ScreenAction action = family.optional("action").map(this::action).orElse(ScreenAction.FLAG);
            family.refuse("at", "'at' is not supported yet", "Remove it: findings have no threshold yet");
            family.rejectUnknownKeys();
            return new ScreenRule(mode, action);
        });
    }

    private ScreenAction action(YamlValue value) {
        if (value.isText() && ACTIONS_NOT_YET.contains(value.text())) {
            problems.add(
                    value.position(),
                    "action '" + value.text() + "' is not supported yet",
                    "Use flag, redact or block");
            return ScreenAction.BLOCK;
        }
        return value.choice(ScreenAction.class);
    }
}
