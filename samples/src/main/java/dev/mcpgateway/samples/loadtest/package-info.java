/**
 * The load test: what one call through the gateway costs, control by control, beside nginx and a peer in the same run.
 * CPU time per call is the figure; rates depend on who else uses the machine.
 */
package dev.mcpgateway.samples.loadtest;
