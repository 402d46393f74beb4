/** Who calls: from a credential to a verified caller, and what the gateway says about the credentials it takes. */
package dev.mcpgateway.gateway.identity;
