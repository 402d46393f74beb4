/** Rules about the code itself. */
package dev.mcpgateway.gateway.architecture;
