/**
 * The MCP wire format on both sides of the gateway: strict JSON over unchanged bytes, JSON-RPC envelopes, targeted edits,
 * server-sent events, and what the eras of MCP add to or take from a message.
 */
package dev.mcpgateway.connectors.wire;
