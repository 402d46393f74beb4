package dev.mcpgateway.gateway.model.cache;

/**
 * Where one answer is kept, and for how long.
 *
 * @param tenant whose key it is under
 */
record Slot(Tenant tenant, CacheKey key, long lifeNanos) {}
