/** Tests of virtual keys. */
package dev.mcpgateway.gateway.keys;
