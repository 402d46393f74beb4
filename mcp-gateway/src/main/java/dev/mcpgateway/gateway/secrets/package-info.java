/** How old the secrets are that the configuration refers to. */
package dev.mcpgateway.gateway.secrets;
