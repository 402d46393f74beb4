/** The HTTP edge on Jetty: routes, what is refused from headers alone, bounded bodies, deadlines, TLS, answers, streams. */
package dev.mcpgateway.gateway.http;
