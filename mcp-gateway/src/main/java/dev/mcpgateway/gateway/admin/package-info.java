/** The operators' port: health, metrics, version. */
package dev.mcpgateway.gateway.admin;
