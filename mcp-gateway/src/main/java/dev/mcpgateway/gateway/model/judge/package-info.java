/**
 * The online judge: another model scores a sample of the answers, and the score counts for the health of who really gave
 * them. The judge is shown what the provider and the agent saw, after the guardrails, quoted as data; what it says is read
 * strictly, and what it does not say is no score. No agent waits for it or pays for it.
 */
package dev.mcpgateway.gateway.model.judge;
