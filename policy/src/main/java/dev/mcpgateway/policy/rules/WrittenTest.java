package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.yaml.Position;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A test case of a policy file.
 *
 * @param position where it was written
 * @param subject who uses it
 * @param feature what is used
 * @param arguments the arguments, an object
 * @param at the instant of the use; without one, rules hold whatever their validity
 * @param expected the outcome that the author expects
 * @param rule the rule that must decide, if the author says so
 */
record WrittenTest(
        Position position,
        Subject subject,
        FeatureName feature,
        JsonNode arguments,
        Optional<Instant> at,
        Expected expected,
        Optional<String> rule) {

    /** What a test may expect. */
    enum Expected {
        PERMIT,
        DENY,
        NEEDS_SCOPE,
        HIDDEN
    }
}
