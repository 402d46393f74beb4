/** Tests of the reports. */
package dev.mcpgateway.gateway.evidence;
