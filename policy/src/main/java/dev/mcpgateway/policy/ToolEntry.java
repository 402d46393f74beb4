package dev.mcpgateway.policy;

import java.util.List;
import java.util.Optional;

/**
 * One entry of a policy about features rather than callers; several may name the same one.
 *
 * @param names the features it is about, of all kinds
 * @param readOnly what it says about read-only, if anything
 * @param limits ceilings
 * @param onLargeResult what it says about large results, if anything
 * @param injection what it says about injection findings, if anything
 * @param hidden what it says about hidden text, if anything
 */
public record ToolEntry(
        List<FeaturePattern> names,
        Optional<Boolean> readOnly,
        CallLimits limits,
        Optional<Oversize> onLargeResult,
        Optional<ScreenRule> injection,
        Optional<ScreenRule> hidden) {

    /** Copies {@code names}. */
    public ToolEntry {
        names = List.copyOf(names);
    }
}
