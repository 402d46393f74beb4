/**
 * What holds in an incident: the known-good profile that safe mode forces, and the tenants whose calls are restricted. Knows of no
 * provider and of no path.
 */
package dev.mcpgateway.gateway.model.incident;
