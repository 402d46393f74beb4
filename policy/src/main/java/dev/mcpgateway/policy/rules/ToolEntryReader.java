package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.Oversize;
import dev.mcpgateway.policy.ToolEntry;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the entries of {@code tools:} and {@code screening:}. */
final class ToolEntryReader {

    private static final List<String> FAMILIES_NOT_YET = List.of("secrets", "pii", "unscanned");

    private static final Set<FeatureKind> ALL_KINDS = Set.of(FeatureKind.values());

    private final PatternReader patterns;

    ToolEntryReader(PatternReader patterns) {
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
                ScreenRuleReader.family(entry, "injection"),
                ScreenRuleReader.family(entry, "hidden"));
        if (read.names().stream().anyMatch(FeaturePattern::isOfModels)) {
            entry.problem(
                    "tools", "calls of models are not screened by an entry of 'screening'", "Write it in 'models'");
        }
        FAMILIES_NOT_YET.forEach(key ->
                entry.refuse(key, "'" + key + "' is not supported yet", "Remove it: nothing would be screened for it"));
        entry.rejectUnknownKeys();
        return read;
    }
}
