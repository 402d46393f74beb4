package dev.mcpgateway.policy.screen;

/** A finding and the number of its segment in the message. */
record Located(int segment, Finding finding) {}
