package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Action;
import dev.mcpgateway.policy.yaml.Spelling;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads {@code actions:} of a rule. */
final class ActionReader {

    /** MCP methods that are no actions, and what decides about them. */
    private static final Map<String, String> FOLLOWING = Map.of(
            "tools/list", "tools/call",
            "prompts/list", "prompts/get",
            "resources/list", "resources/read",
            "resources/templates/list", "resources/read",
            "resources/subscribe", "resources/read",
            "resources/unsubscribe", "resources/read",
            "completion/complete", "prompts/get or resources/read");

    private static final Map<String, Action> WORDS = words();

    private ActionReader() {}

    private static Map<String, Action> words() {
        Map<String, Action> words = new LinkedHashMap<>();
        for (Action action : Action.values()) {
            words.put(action.word(), action);
        }
        return words;
    }

    /** The actions; {@code tools/call} when the key is left out and after a problem. */
    static Set<Action> read(YamlObject rule) {
        Set<Action> actions = EnumSet.noneOf(Action.class);
        rule.optional("actions").ifPresent(value -> value.oneOrMore().forEach(item -> read(item, actions)));
        return actions.isEmpty() ? Set.of(Action.CALL_TOOL) : actions;
    }

    private static void read(YamlValue value, Set<Action> actions) {
        String word = value.text();
        Action action = WORDS.get(word);
        if (action != null) {
            actions.add(action);
        } else if (FOLLOWING.containsKey(word)) {
            value.problem("'" + word + "' is no action of its own", "It follows " + FOLLOWING.get(word));
        } else if (value.isText()) {
            value.problem("'" + word + "' is no action", Spelling.didYouMean(word, WORDS.keySet()));
        }
    }
}
