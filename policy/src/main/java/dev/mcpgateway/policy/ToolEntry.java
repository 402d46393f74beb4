package dev.mcpgateway.policy;

import java.util.List;
import java.util.Optional;

/**
 * One entry of a policy about tools rather than callers; several may name the same tool.
 *
 * @param tools the tools it is about
 * @param readOnly what it says about read-only, if anything
 * @param limits ceilings
 * @param onLargeResult what it says about large results, if anything
 * @param injection what it says about injection findings, if anything
 * @param hidden what it says about hidden text, if anything
 */
public record ToolEntry(
        List<ToolPattern> tools,
        Optional<Boolean> readOnly,
        CallLimits limits,
        Optional<Oversize> onLargeResult,
        Optional<ScreenRule> injection,
        Optional<ScreenRule> hidden) {

    /** Copies {@code tools}. */
    public ToolEntry {
        tools = List.copyOf(tools);
    }
}
