/** Tests of users' consents. */
package dev.mcpgateway.gateway.consent;
