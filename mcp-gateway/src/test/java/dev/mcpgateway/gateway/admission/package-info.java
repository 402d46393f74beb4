/** The rates of callers and the places at upstreams. */
package dev.mcpgateway.gateway.admission;
