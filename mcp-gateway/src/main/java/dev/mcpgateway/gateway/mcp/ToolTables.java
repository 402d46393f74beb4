package dev.mcpgateway.gateway.mcp;

/** The tools of each view, as of now. */
interface ToolTables {
    ToolTable of(View view);
}
