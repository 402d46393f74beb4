/** The program and its wiring: {@link dev.mcpgateway.gateway.Gateway} builds everything, top-down, without a framework. */
package dev.mcpgateway.gateway;
