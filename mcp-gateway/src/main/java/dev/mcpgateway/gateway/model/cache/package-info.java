/**
 * Answers of models that are kept: encrypted in memory, one key for each tenant, bounded, and for a limited time. For the very
 * same request ({@link dev.mcpgateway.gateway.model.cache.ExactCache}), and where an operator wants it for one whose last text
 * means the same ({@link dev.mcpgateway.gateway.model.cache.SemanticCache}).
 */
package dev.mcpgateway.gateway.model.cache;
