/** Tests of the kill-switch. */
package dev.mcpgateway.gateway.kill;
