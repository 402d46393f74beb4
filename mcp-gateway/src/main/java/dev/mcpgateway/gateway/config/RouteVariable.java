package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.rules.cel.VariableType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What an expression of a route may depend on. Written in lower case. */
public enum RouteVariable {
    /** What is asked for: {@code chat_completions}, {@code responses}, {@code messages} and so on. */
    PROTOCOL(VariableType.TEXT),
    /** The alias that the agent named. */
    ALIAS(VariableType.TEXT),
    /** Whether the answer is asked for as a stream. */
    STREAM(VariableType.FLAG),
    /** Tokens of the request, estimated. */
    INPUT_TOKENS(VariableType.WHOLE),
    /** Most tokens of the answer; 0 where the request does not limit them. */
    MAX_OUTPUT_TOKENS(VariableType.WHOLE),
    /** 1 where the request says nothing, as providers take it. */
    TEMPERATURE(VariableType.NUMBER),
    /** Names of the tools that are offered; of a tool without a name its type. */
    TOOLS(VariableType.TEXTS),
    /** The choice, or its type; empty where the request says nothing. */
    TOOL_CHOICE(VariableType.TEXT),
    /** Whether there are pictures among the input. */
    IMAGES(VariableType.FLAG),
    /** Whether the answer is to fit a JSON schema. */
    SCHEMA(VariableType.FLAG),
    /** The effort that is asked for, or whether thinking is on; empty where the request says nothing. */
    REASONING(VariableType.TEXT),
    /** The caller's groups. */
    GROUPS(VariableType.TEXTS),
    /** The caller's tenant; empty for none. */
    TENANT(VariableType.TEXT),
    /** Who calls. */
    SUBJECT(VariableType.TEXT);

    private final VariableType type;

    RouteVariable(VariableType type) {
        this.type = type;
    }

    /** As expressions spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All with their types, in order. */
    static Map<String, VariableType> types() {
        Map<String, VariableType> types = new LinkedHashMap<>();
        Arrays.stream(values()).forEach(each -> types.put(each.text(), each.type));
        return types;
    }

    static String list() {
        return Arrays.stream(values())
                .map(each -> each.text() + " (" + each.type.says() + ")")
                .collect(Collectors.joining(", "));
    }
}
