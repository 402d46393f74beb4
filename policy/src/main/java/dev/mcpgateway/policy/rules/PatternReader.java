package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.ToolPattern;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads lists of tool patterns and keeps each with its position for the check of known names. */
final class PatternReader {

    private final Problems problems;
    private final List<WrittenPattern> written;

    PatternReader(Problems problems, List<WrittenPattern> written) {
        this.problems = problems;
        this.written = written;
    }

    /** The patterns under {@code key}, which must be there. */
    List<ToolPattern> read(YamlObject object, String key) {
        List<ToolPattern> patterns = new ArrayList<>();
        object.required(key)
                .ifPresent(value -> value.oneOrMore().forEach(item -> read(item).ifPresent(patterns::add)));
        return patterns;
    }

    private Optional<ToolPattern> read(YamlValue value) {
        if (!value.isText()) {
            value.text();
            return Optional.empty();
        }
        Optional<ToolPattern> pattern = ToolPattern.parse(value.text());
        pattern.ifPresentOrElse(
                found -> written.add(new WrittenPattern(found, value.position())),
                () -> problems.add(
                        value.position(),
                        "'" + value.text() + "' names no tool",
                        "Write alias__tool, with * or ? in the tool part only, or * alone for every tool"));
        return pattern;
    }
}
