/**
 * Who is asked for a call of a model, and what is learnt from how that went: pure but for what {@link
 * dev.mcpgateway.gateway.model.route.HealthTable} remembers. Time and chance are arguments.
 *
 * <p>{@link dev.mcpgateway.gateway.model.route.Router} makes an order of targets from a request, the configuration, the
 * health of the targets and a hash. {@link dev.mcpgateway.gateway.model.route.Breaker} is the state machine of one target,
 * {@link dev.mcpgateway.gateway.model.route.FailureClass} says what may be tried after a failure.
 */
package dev.mcpgateway.gateway.model.route;
