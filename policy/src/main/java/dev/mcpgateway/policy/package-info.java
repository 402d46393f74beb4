/**
 * Decides who may use which tool, prompt and resource, and shows each caller exactly those it may use.
 *
 * <p>{@link dev.mcpgateway.policy.Policy} is an immutable rule set. Its semantics:
 *
 * <ul>
 *   <li>Default deny: without a matching permit nothing is allowed; no rules allow nothing.
 *   <li>Any matching forbid wins over every permit. The order of rules and files has no meaning.
 *   <li>A rule is about the actions it names and says nothing about others; an action is about one kind of feature.
 *   <li>A rule matches when it is valid at that instant, one of its resources names the feature, and every condition on the
 *       caller holds. Conditions are joined by "and", the values of a condition by "or"; text is compared character by
 *       character, and text, numbers and booleans never equal each other.
 *   <li>An error in a condition (a claim of another JSON type than the rule's value) makes a forbid deny and a permit not
 *       permit.
 *   <li>A permit whose {@code requires_scope} the caller lacks does not permit; when it is the only thing missing, the
 *       caller learns which scopes to ask for.
 *   <li>Of several matching permits one decides: the one with the wider cap on calls, then on result bytes, then the
 *       first by id. Adding a permit never turns an allowed call into a refused one.
 *   <li>Names and URIs are compared character by character, nothing is decoded. A permit with a wildcard does not reach a
 *       URI that a server could take for another resource than it spells; a permit that names it exactly does, and so does
 *       every forbid.
 *   <li>Listing and using are one decision: a feature is listed exactly when it may be used. A resource template is listed
 *       when a resource of it could be read, which grants no read.
 * </ul>
 */
package dev.mcpgateway.policy;
