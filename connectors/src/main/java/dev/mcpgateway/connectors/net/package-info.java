/**
 * Every outbound connection: which addresses may be reached ({@link dev.mcpgateway.connectors.net.OutboundGuard}), and
 * two blocking HTTP/1.1 clients behind one border ({@link dev.mcpgateway.connectors.net.HttpTransport}) that keep an
 * absolute deadline, never resend, never follow redirects, hold no cookies and bound everything they read.
 */
package dev.mcpgateway.connectors.net;
