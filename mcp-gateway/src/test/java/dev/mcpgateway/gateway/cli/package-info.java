/** The command line as an operator meets it: words, exit codes, help. */
package dev.mcpgateway.gateway.cli;
