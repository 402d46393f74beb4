package dev.mcpgateway.connectors.mcp;

/** Whether an upstream's era is found by asking it, or known; {@code era} in the configuration. */
public enum EraSetting {
    /** Asked with a modern request first; the answer is remembered until it turns out wrong. */
    AUTO,
    /** Per-request metadata: 2026-07-28 and later. */
    MODERN,
    /** {@code initialize} and sessions: 2025-11-25 and before. */
    LEGACY
}
