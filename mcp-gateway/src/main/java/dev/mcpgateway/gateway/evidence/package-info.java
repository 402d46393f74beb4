/** What the audit log and the logs of others tell about an incident and about who uses models: reports, made offline. */
package dev.mcpgateway.gateway.evidence;
