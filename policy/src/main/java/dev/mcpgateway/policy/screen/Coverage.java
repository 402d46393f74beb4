package dev.mcpgateway.policy.screen;

/**
 * What was looked at.
 *
 * @param segments segments given
 * @param chars characters of their texts
 * @param incomplete true when the work limit was reached before all of it was looked at
 */
public record Coverage(int segments, long chars, boolean incomplete) {}
