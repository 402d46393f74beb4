/**
 * Reads policy files into a {@link dev.mcpgateway.policy.Policy}, or says everything that is wrong with them.
 *
 * <p>The form of a policy file is described key by key in this module's README and, for editors, by the JSON Schema
 * {@code dev/mcpgateway/policy/rules/policy.schema.json} in this module's jar. Any problem rejects all files: a policy is
 * never enforced in part. The file's own {@code tests:} run at every load, and a failing one is a problem too.
 */
package dev.mcpgateway.policy.rules;
