package dev.mcpgateway.policy.screen;

/**
 * One text of a request to a model or of its answer.
 *
 * @param segment the text
 * @param isTrusted whether it is an order that the model is meant to follow, so that it is not searched for orders
 */
public record Passage(Segment segment, boolean isTrusted) {}
