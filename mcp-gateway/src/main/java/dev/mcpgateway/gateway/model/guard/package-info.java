/**
 * Guardrails of calls of models, as the policy's {@code models:} says: what agents may ask for, and what is looked for in
 * the texts of requests and answers, whole or as streams. Texts are found in the protocols' JSON without types, so that a
 * field that is not known here is looked at, too.
 */
package dev.mcpgateway.gateway.model.guard;
