/** The command line: one class per command. */
package dev.mcpgateway.gateway.cli;
