/**
 * Looks for orders to the model and for hidden text in what an upstream sends, and decides what the agent receives.
 *
 * <p>{@link dev.mcpgateway.policy.screen.ResponseScreen} is the only maker of
 * {@link dev.mcpgateway.policy.screen.ScreenedResult}; nothing else may reach an agent. It is deterministic: the same
 * segments, settings and patterns give the same verdict, without a clock and without chance.
 *
 * <p>How it works: all text is normalised into a view for matching (invisible characters, look-alike letters, full-width
 * and decorated forms, ANSI sequences and JSON escapes undone, case and white space folded) in which every character
 * knows where it came from. One automaton finds the literals of all rules in one pass; a rule's regular expression runs
 * only in a window around its literals, which finds exactly what a scan of the whole text would find. Text of pure ASCII
 * without a literal is not even copied. The work is bounded by characters visited; a text that exhausts it has no
 * verdict and is withheld where screening is enforced.
 *
 * <p>Calls of models pass {@link dev.mcpgateway.policy.screen.TextGuard}, in both directions: the same patterns for what is
 * not trusted, and the operator's lists for all of it. {@link dev.mcpgateway.policy.screen.PartedText} gives a text that
 * comes in parts the verdict of the whole.
 *
 * <p>A pattern filter does not stop an adversary who adapts to it. It is one control among others, and its findings are a
 * signal for the audit log.
 */
package dev.mcpgateway.policy.screen;
