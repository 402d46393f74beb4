package dev.mcpgateway.policy;

import dev.mcpgateway.policy.arguments.CheckedArguments;
import java.time.Instant;

/**
 * Everything a decision about one call may depend on.
 *
 * @param subject who calls
 * @param tool what is called
 * @param arguments the arguments, which have passed the tool's schema; no rule reads them yet
 * @param now the instant of the decision; all checks of one call use the same
 */
public record CallFacts(Subject subject, ToolName tool, CheckedArguments arguments, Instant now) {}
