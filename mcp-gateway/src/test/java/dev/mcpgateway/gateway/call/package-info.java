/** The words that all paths share. */
package dev.mcpgateway.gateway.call;
