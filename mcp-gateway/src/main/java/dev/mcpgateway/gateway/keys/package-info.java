/** Virtual keys: credentials of the gateway's own for agents that cannot do OAuth. */
package dev.mcpgateway.gateway.keys;
