package dev.mcpgateway.policy;

import java.util.List;

/** What an {@link Evaluation} found; decisions, visibility and explanations are views of it. */
sealed interface Outcome {

    /** {@code rule} forbids; {@code broken} when it could not be evaluated. */
    record Forbidden(Rule rule, boolean broken) implements Outcome {}

    /** No permit matches, whatever scopes the caller had; {@code indirect} when only the form of the URI is why. */
    record NotPermitted(boolean indirect) implements Outcome {}

    /** {@code permit} matches but for scopes, and needs the fewest more. */
    record ScopesMissing(Rule permit) implements Outcome {}

    /** {@code deciding} permits; {@code others} are the ids of further matching permits. */
    record Permitted(Rule deciding, List<String> others) implements Outcome {}
}
