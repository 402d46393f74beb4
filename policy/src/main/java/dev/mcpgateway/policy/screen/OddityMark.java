package dev.mcpgateway.policy.screen;

/** An {@link Oddity} in the source: {@code units} of it between {@code start} and {@code end}. */
record OddityMark(Oddity oddity, int start, int end, int units) {}
