/** Tests of the state folder. */
package dev.mcpgateway.gateway.state;
