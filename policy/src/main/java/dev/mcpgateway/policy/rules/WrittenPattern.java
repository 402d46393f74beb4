package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.ToolPattern;
import dev.mcpgateway.policy.yaml.Position;

/** A tool pattern and where it was written. */
record WrittenPattern(ToolPattern pattern, Position position) {}
