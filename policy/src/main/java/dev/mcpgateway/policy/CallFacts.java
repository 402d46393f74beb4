package dev.mcpgateway.policy;

import dev.mcpgateway.policy.arguments.CheckedArguments;
import java.time.Instant;

/**
 * Everything a decision about one use of a feature may depend on.
 *
 * @param subject who uses it
 * @param feature what is used
 * @param arguments the arguments, which have passed the checks for this feature; no rule reads them yet
 * @param now the instant of the decision; all checks of one call use the same
 */
public record CallFacts(Subject subject, FeatureName feature, CheckedArguments arguments, Instant now) {}
