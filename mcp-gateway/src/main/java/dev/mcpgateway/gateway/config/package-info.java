/** {@code gateway.yaml} as an immutable, fully checked value, and the policy that is in force. */
package dev.mcpgateway.gateway.config;
