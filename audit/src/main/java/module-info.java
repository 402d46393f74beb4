/**
 * What happened, and how somebody else can prove it: an append-only log of JSON lines under a signed Merkle tree.
 *
 * <p>Reads and writes files only. It knows no HTTP, no policy and no MCP: callers hand it values.
 */
@org.jspecify.annotations.NullMarked
module dev.mcpgateway.audit {
    requires static transitive org.jspecify;
    requires tools.jackson.core;
    requires transitive tools.jackson.databind;

    exports dev.mcpgateway.audit;
}
