/** {@code gateway.yaml} and the files that are watched while the gateway runs. */
package dev.mcpgateway.gateway.config;
