/**
 * Money: what calls of models cost, what callers may spend, and the ledger of both. Amounts are whole nano-USD, so that
 * no sum depends on the order of its parts; a cost is rounded up once for each call. Knows nothing of HTTP and of callers'
 * credentials.
 */
package dev.mcpgateway.gateway.model.money;
