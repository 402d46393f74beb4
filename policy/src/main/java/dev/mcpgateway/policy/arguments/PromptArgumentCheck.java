package dev.mcpgateway.policy.arguments;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Checks the arguments with which one prompt is fetched: size, strict JSON and payload limits as {@link ArgumentCheck},
 * then that every value is a string and every required argument is there, as {@code prompts/get} has it. Arguments that
 * the prompt does not declare pass: MCP does not forbid them, so they are for the server to judge. Immutable and safe for
 * use by many threads.
 */
public final class PromptArgumentCheck {

    private final List<String> required;
    private final ArgumentReader reader;

    /** A check of a prompt that declares {@code declared}, within {@code limits}. */
    public PromptArgumentCheck(List<PromptArgument> declared, PayloadLimits limits) {
        this.required = declared.stream()
                .filter(PromptArgument::required)
                .map(PromptArgument::name)
                .toList();
        this.reader = new ArgumentReader(limits);
    }

    /** Checks {@code json[start, end)}; an empty range means that there were no arguments and counts as {@code {}}. */
    public ArgumentVerdict check(byte[] json, int start, int end) {
        return reader.check(json, start, end, this::firstViolation);
    }

    private @Nullable Violation firstViolation(JsonNode arguments) {
        for (Map.Entry<String, JsonNode> argument : arguments.properties()) {
            if (!argument.getValue().isString()) {
                return new Violation(Pointers.ofMember(argument.getKey()), "must be a string");
            }
        }
        for (String name : required) {
            if (!arguments.has(name)) {
                return new Violation("", "must have the member " + Pointers.quoted(name));
            }
        }
        return null;
    }
}
