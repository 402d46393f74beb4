package dev.mcpgateway.policy;

/** What a finding leads to, from the weakest to the strongest. */
public enum ScreenMode {
    /** Nothing is looked for. */
    OFF,
    /** Findings are recorded together with what would have been done; the result is not touched. */
    SHADOW,
    /** Findings are acted upon. */
    ENFORCE
}
