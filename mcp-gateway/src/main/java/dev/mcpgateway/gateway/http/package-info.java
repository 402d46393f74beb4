/**
 * The HTTP edge on Jetty: routes, what is refused from headers alone, bounded bodies, deadlines, TLS, answers, streams
 * that stay open.
 */
package dev.mcpgateway.gateway.http;
