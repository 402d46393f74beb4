/** Who and what is stopped at once, whatever tokens and rules say. */
package dev.mcpgateway.gateway.kill;
