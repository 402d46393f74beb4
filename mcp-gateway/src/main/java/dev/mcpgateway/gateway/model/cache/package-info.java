/**
 * Answers of models that are kept, for the very same request alone: encrypted in memory, one key for each tenant, bounded,
 * and for a limited time. Starts at {@link dev.mcpgateway.gateway.model.cache.ExactCache}.
 */
package dev.mcpgateway.gateway.model.cache;
