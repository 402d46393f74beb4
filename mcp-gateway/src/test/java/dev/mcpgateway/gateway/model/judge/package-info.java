@org.jspecify.annotations.NullMarked
package dev.mcpgateway.gateway.model.judge;
