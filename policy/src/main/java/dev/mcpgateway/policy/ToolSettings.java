package dev.mcpgateway.policy;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the operator says about a tool, prompt or resource, whoever uses it.
 *
 * @param readOnly the operator vouches that its use changes nothing; the upstream's own annotation is not trusted
 * @param callsPerMinute hard ceiling per caller and feature; {@link Permit#limits()} already respects it
 * @param resultBytesMax hard ceiling of one result, in bytes; {@link Permit#limits()} already respects it
 * @param onLargeResult what happens to a larger result
 * @param screening how results are screened
 */
public record ToolSettings(
        boolean readOnly,
        OptionalInt callsPerMinute,
        OptionalLong resultBytesMax,
        Oversize onLargeResult,
        ScreenSettings screening) {

    /** What holds for a feature that no entry names: not read-only, no ceilings, reject, screened in shadow mode. */
    public static final ToolSettings DEFAULT =
            new ToolSettings(false, OptionalInt.empty(), OptionalLong.empty(), Oversize.REJECT, ScreenSettings.DEFAULT);

    CallLimits limits() {
        return new CallLimits(callsPerMinute, resultBytesMax);
    }
}
