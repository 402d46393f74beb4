package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.yaml.Position;
import java.util.Set;

/** A pattern, the kinds of features it was written for, and where. */
record WrittenPattern(FeaturePattern pattern, Set<FeatureKind> kinds, Position position) {}
