/** Tests of kept answers, next to what they test. */
package dev.mcpgateway.gateway.model.cache;
