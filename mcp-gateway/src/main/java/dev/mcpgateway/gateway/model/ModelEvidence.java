package dev.mcpgateway.gateway.model;

/**
 * What is kept of calls beyond their records, and whose calls are recorded and not held to their rules.
 *
 * @param content where what was asked and answered is kept
 * @param observing whose calls are observed
 */
public record ModelEvidence(ContentKeeper content, Observing observing) {}
