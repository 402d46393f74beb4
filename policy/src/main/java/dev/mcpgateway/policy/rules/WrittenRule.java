package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.yaml.YamlObject;

/** A rule and the mapping it was written as. */
record WrittenRule(Rule rule, YamlObject written) {}
