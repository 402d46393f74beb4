/** What wires a gateway. */
package dev.mcpgateway.gateway;
