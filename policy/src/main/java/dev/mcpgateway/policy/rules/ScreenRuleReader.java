package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.List;
import java.util.Optional;

/** Reads {@code mode} and {@code action} of what is looked for in texts. */
final class ScreenRuleReader {

    private static final List<String> ACTIONS_NOT_YET = List.of("annotate", "quarantine");

    private ScreenRuleReader() {}

    /** The rule of the family {@code key}; nothing when it is left out. */
    static Optional<ScreenRule> family(YamlObject entry, String key) {
        return entry.object(key).map(family -> {
            ScreenRule rule = rule(family);
            family.refuse("at", "'at' is not supported yet", "Remove it: findings have no threshold yet");
            family.rejectUnknownKeys();
            return rule;
        });
    }

    /** What {@code mode} and {@code action} of a mapping say, which may have further keys. */
    static ScreenRule rule(YamlObject owner) {
        ScreenMode mode = owner.required("mode")
                .map(value -> value.choice(ScreenMode.class))
                .orElse(ScreenMode.ENFORCE);
        if (mode != ScreenMode.OFF && !owner.has("action")) {
            owner.problem("mode", "'action' is missing", "Write flag, redact or block");
        }
        ScreenAction action =
                owner.optional("action").map(ScreenRuleReader::action).orElse(ScreenAction.FLAG);
        return new ScreenRule(mode, action);
    }

    private static ScreenAction action(YamlValue value) {
        if (value.isText() && ACTIONS_NOT_YET.contains(value.text())) {
            value.problem("action '" + value.text() + "' is not supported yet", "Use flag, redact or block");
            return ScreenAction.BLOCK;
        }
        return value.choice(ScreenAction.class);
    }
}
