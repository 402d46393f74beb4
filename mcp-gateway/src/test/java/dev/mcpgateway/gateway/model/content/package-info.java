/** Tests of kept content, next to what they test. */
package dev.mcpgateway.gateway.model.content;
