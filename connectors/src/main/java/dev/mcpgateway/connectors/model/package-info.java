/**
 * Calls of language models: one request in the protocol of its provider, passed through byte for byte but for the edits
 * that {@link dev.mcpgateway.connectors.model.RequestEdit} names, and what the answer says of itself. What a provider does not
 * speak is {@code model.translate}'s affair.
 */
package dev.mcpgateway.connectors.model;
