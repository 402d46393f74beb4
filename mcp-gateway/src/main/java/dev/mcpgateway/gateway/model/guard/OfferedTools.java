package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.ToolNames;
import java.util.ArrayList;
import java.util.List;

/**
 * The tools that a request offers to the model: functions that the agent runs, by their names, and whatever the provider
 * runs itself, by its type. A tool that cannot be told is one of the provider, without a type that a policy could name; a
 * member of the request that is not known here counts as one that the provider runs, by its name.
 */
final class OfferedTools {
    private static final Name NAME = Name.of("name");
    private static final Name TYPE = Name.of("type");
    private static final Name TOOLS = Name.of("tools");
    private static final Name FUNCTIONS = Name.of("functions");
    private static final Name FUNCTION = Name.of("function");
    private static final Name CUSTOM = Name.of("custom");
    private static final List<Name> DECLARATIONS =
            List.of(Name.of("functionDeclarations"), Name.of("function_declarations"));

    private final List<String> functions = new ArrayList<>();
    private final List<String> hosted = new ArrayList<>();

    private OfferedTools() {}

    static OfferedTools of(ModelRequest request) {
        OfferedTools offered = new OfferedTools();
        JsonDocument body = request.body();
        offered.each(body, body.at(FUNCTIONS), OfferedTools::named);
        offered.each(
                body,
                body.at(TOOLS),
                switch (request.api()) {
                    case CHAT_COMPLETIONS -> OfferedTools::chat;
                    case RESPONSES, MESSAGES, COUNT_TOKENS -> OfferedTools::flat;
                    case EMBEDDINGS -> OfferedTools::unknown;
                    default -> OfferedTools::declared;
                });
        int root = JsonDocument.ROOT;
        for (int value = body.first(root); value != JsonDocument.NONE; value = body.next(root, value)) {
            String name = body.name(value);
            boolean wasRead = body.isNamed(value, TOOLS) || body.isNamed(value, FUNCTIONS);
            if (!wasRead && !KnownMembers.isPlain(request.api(), name) && !body.is(value, Kind.NULL)) {
                offered.hosted.add(KnownMembers.hosted(name));
            }
        }
        return offered;
    }

    /**
     * Refuses when one of {@code allowed} does not allow a tool.
     *
     * @throws Refused that names the tool
     */
    void require(List<ToolNames> allowed) {
        for (ToolNames names : allowed) {
            functions.stream()
                    .filter(name -> !names.allowsFunction(name))
                    .findFirst()
                    .ifPresent(OfferedTools::refuse);
            hosted.stream()
                    .filter(type -> !names.allowsHosted(type))
                    .findFirst()
                    .ifPresent(type -> refuse(ToolNames.HOSTED + type));
        }
    }

    private static void refuse(String tool) {
        String shown =
                tool.length() <= FeatureName.NAME_CHARS_MAX ? tool : tool.substring(0, FeatureName.NAME_CHARS_MAX);
        throw new Refused(Refusal.saying(Reason.GUARDRAIL, "tool '" + shown + "' may not be offered"));
    }

    @FunctionalInterface
    private interface Reader {
        void read(OfferedTools offered, JsonDocument body, int tool);
    }

    private void each(JsonDocument body, int tools, Reader reader) {
        if (tools == JsonDocument.NONE || body.is(tools, Kind.NULL)) {
            return;
        }
        if (!body.is(tools, Kind.ARRAY)) {
            hosted.add("");
            return;
        }
        for (int tool = body.first(tools); tool != JsonDocument.NONE; tool = body.next(tools, tool)) {
            reader.read(this, body, tool);
        }
    }

    private static void named(OfferedTools offered, JsonDocument body, int tool) {
        offered.function(body, tool, "");
    }

    private static void chat(OfferedTools offered, JsonDocument body, int tool) {
        String type = text(body, body.member(tool, TYPE));
        switch (type) {
            case "function" -> offered.function(body, body.member(tool, FUNCTION), type);
            case "custom" -> offered.function(body, body.member(tool, CUSTOM), type);
            default -> offered.hosted.add(type);
        }
    }

    private static void flat(OfferedTools offered, JsonDocument body, int tool) {
        String type = text(body, body.member(tool, TYPE));
        boolean runsAtAgent = type.isEmpty() || type.equals("function") || type.equals("custom");
        if (runsAtAgent) {
            offered.function(body, tool, type);
        } else {
            offered.hosted.add(type);
        }
    }

    private static void declared(OfferedTools offered, JsonDocument body, int tool) {
        if (!body.is(tool, Kind.OBJECT)) {
            offered.hosted.add("");
            return;
        }
        for (int value = body.first(tool); value != JsonDocument.NONE; value = body.next(tool, value)) {
            int member = value;
            if (DECLARATIONS.stream().anyMatch(name -> body.isNamed(member, name))) {
                offered.each(body, value, OfferedTools::named);
            } else {
                offered.hosted.add(body.name(value));
            }
        }
    }

    private static void unknown(OfferedTools offered, JsonDocument body, int tool) {
        offered.hosted.add(text(body, body.member(tool, TYPE)));
    }

    private void function(JsonDocument body, int object, String type) {
        String name = text(body, body.member(object, NAME));
        if (name.isEmpty()) {
            hosted.add(type);
        } else {
            functions.add(name);
        }
    }

    private static String text(JsonDocument body, int node) {
        return body.is(node, Kind.STRING) ? body.string(node) : "";
    }
}
