/** Tests of the ages of secrets. */
package dev.mcpgateway.gateway.secrets;
