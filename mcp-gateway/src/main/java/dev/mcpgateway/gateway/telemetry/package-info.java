/** What the gateway tells about itself: spans and metrics from the stages of a call, and the keys of its log lines. */
package dev.mcpgateway.gateway.telemetry;
