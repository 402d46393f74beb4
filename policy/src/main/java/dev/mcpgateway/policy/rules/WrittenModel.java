package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.ModelEntry;
import dev.mcpgateway.policy.yaml.YamlObject;

/** An entry about models and the mapping it was written as. */
record WrittenModel(ModelEntry entry, YamlObject written) {}
