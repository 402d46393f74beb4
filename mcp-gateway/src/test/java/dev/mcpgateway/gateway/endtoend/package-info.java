/**
 * Whole gateways on loopback: a real configuration file, real ports, a real audit log, upstreams whose every answer is
 * scripted. What the other test packages need of that stands here, too.
 */
package dev.mcpgateway.gateway.endtoend;
