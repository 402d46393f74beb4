/**
 * Checks the arguments of a call against the tool's input schema, with bounds on everything an agent or an upstream
 * server could make expensive.
 *
 * <p>{@link dev.mcpgateway.policy.arguments.CompiledSchema#admit} decides once per tool whether its schema can be
 * enforced at all; {@link dev.mcpgateway.policy.arguments.ArgumentCheck} then checks every call.
 * {@link dev.mcpgateway.policy.arguments.PromptArgumentCheck} does the same for prompts. Both give
 * {@link dev.mcpgateway.policy.arguments.CheckedArguments}. No verdict is a refusal: an error, an exhausted stack or an
 * exceeded bound never lets a call through.
 *
 * <p>Nothing is shared between two schemas: no cache, no registry, no {@code $id} space. A schema can therefore not
 * change how another one is enforced.
 */
package dev.mcpgateway.policy.arguments;
