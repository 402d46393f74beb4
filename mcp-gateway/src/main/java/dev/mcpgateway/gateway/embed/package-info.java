/**
 * The meaning of a text as a vector, by the model all-MiniLM-L6-v2 in this process. Its files and the native runtime are no
 * part of the distribution (decision 0030). Starts at {@link dev.mcpgateway.gateway.embed.EmbeddingModel}.
 */
package dev.mcpgateway.gateway.embed;
