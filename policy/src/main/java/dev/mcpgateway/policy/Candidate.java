package dev.mcpgateway.policy;

/** A rule under one of its resources. */
record Candidate(Rule rule, FeaturePattern pattern) {}
