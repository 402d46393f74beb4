package dev.mcpgateway.connectors.wire;

/** The two ways in which MCP revisions carry version, identity and capabilities (2026-07-28, Versioning, Terminology). */
public enum Era {
    /** An {@code initialize} handshake and a session: 2025-11-25 and before. */
    LEGACY,
    /** Metadata in each request, no session: 2026-07-28 and later. */
    MODERN
}
