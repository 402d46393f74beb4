/** Tests of the OAuth client. */
package dev.mcpgateway.connectors.oauth;
