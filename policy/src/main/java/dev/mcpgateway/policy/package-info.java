/**
 * Decides who may call which tool, and shows each caller exactly the tools it may call.
 *
 * <p>{@link dev.mcpgateway.policy.Policy} is an immutable rule set. Its semantics:
 *
 * <ul>
 *   <li>Default deny: without a matching permit nothing is allowed; no rules allow nothing.
 *   <li>Any matching forbid wins over every permit. The order of rules and files has no meaning.
 *   <li>A rule matches when it is valid at that instant, one of its resources names the tool, and every condition on the
 *       caller holds. Conditions are joined by "and", the values of a condition by "or"; text is compared character by
 *       character, and text, numbers and booleans never equal each other.
 *   <li>An error in a condition (a claim of another JSON type than the rule's value) makes a forbid deny and a permit not
 *       permit.
 *   <li>A permit whose {@code requires_scope} the caller lacks does not permit; when it is the only thing missing, the
 *       caller learns which scopes to ask for.
 *   <li>Of several matching permits one decides: the one with the wider cap on calls, then on result bytes, then the
 *       first by id. Adding a permit never turns an allowed call into a refused one.
 *   <li>Listing and calling are one decision: a tool is listed exactly when it may be called.
 * </ul>
 */
package dev.mcpgateway.policy;
