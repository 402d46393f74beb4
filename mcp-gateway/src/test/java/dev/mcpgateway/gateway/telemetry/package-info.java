/** What leaves the gateway as metrics and spans, and what must not. */
package dev.mcpgateway.gateway.telemetry;
