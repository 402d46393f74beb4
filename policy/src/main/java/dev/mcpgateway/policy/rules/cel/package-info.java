/**
 * Conditions that an operator writes in the Common Expression Language: read and type-checked when a file is loaded, evaluated
 * within bounds, and with an error as a result of its own that is never taken for "false".
 *
 * <p>An expression sees the variables that its reader declares and nothing else: no clock, no input or output, no chance. Its
 * own size is bounded ({@link dev.mcpgateway.policy.rules.cel.Expression#CHARS_MAX} characters, 200 nodes, 32 levels), and so
 * is what it does: the loops {@code all}, {@code exists} and {@code exists_one} take 1,000 steps together, and patterns of
 * {@code matches} are RE2's, in time linear to the text. {@code dyn} does not exist, so that a number and a text cannot be
 * compared by accident: CEL says "false" to that.
 *
 * <p>The library is a large one (dev.cel with guava, protobuf and antlr), so nothing outside of this package knows its types,
 * and no class of it is loaded before the first expression is read.
 */
package dev.mcpgateway.policy.rules.cel;
