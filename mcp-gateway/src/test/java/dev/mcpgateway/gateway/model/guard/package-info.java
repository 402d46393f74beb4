/** Tests of the guardrails of models. */
package dev.mcpgateway.gateway.model.guard;
