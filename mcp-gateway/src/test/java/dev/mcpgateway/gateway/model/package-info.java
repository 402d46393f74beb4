/** The model plane, without a network. */
package dev.mcpgateway.gateway.model;
