/**
 * What is unusual about calls of models and about operators' acts: detectors over what the audit log takes, each with an injected
 * clock and bounded memory. They change nothing; a {@link dev.mcpgateway.gateway.model.signals.Signal} is a record, a metric and
 * a line in the log.
 */
package dev.mcpgateway.gateway.model.signals;
