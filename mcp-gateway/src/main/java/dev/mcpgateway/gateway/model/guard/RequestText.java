package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.policy.screen.Place;
import java.util.Set;

/**
 * Finds the texts of a request and says which of them the model is meant to obey: those of system and developer, and, where
 * the policy says so, what users and the model said. Results of tools, documents, definitions of tools and everything
 * that is not known are untrusted.
 */
final class RequestText {
    private static final Name ROLE = Name.of("role");
    private static final Name TYPE = Name.of("type");
    private static final Name CONTENT = Name.of("content");
    private static final Name PARTS = Name.of("parts");
    private static final Name TEXT = Name.of("text");
    private static final Name INLINE_DATA = Name.of("inlineData");

    private static final Set<String> ORDERS =
            Set.of("instructions", "system", "systemInstruction", "system_instruction");
    private static final Set<String> TURNS = Set.of("messages", "input", "contents");
    private static final Set<String> DEFINITIONS = Set.of("tools", "functions");
    private static final Set<String> LEADING_ROLES = Set.of("system", "developer");
    private static final Set<String> SPEAKING_ROLES = Set.of("user", "assistant", "model");

    /** Parts of a turn that are of whoever speaks; any other part brought something in from elsewhere. */
    private static final Set<String> OWN_PARTS = Set.of(
            "text",
            "input_text",
            "output_text",
            "summary_text",
            "reasoning_text",
            "refusal",
            "thinking",
            "redacted_thinking",
            "image",
            "image_url",
            "input_image",
            "input_audio",
            "tool_use",
            "function",
            "function_call",
            "custom_tool_call",
            "reasoning",
            "message");

    private final JsonDocument body;
    private final boolean usersAreTrusted;
    private final Texts texts;

    private RequestText(JsonDocument body, boolean usersAreTrusted) {
        this.body = body;
        this.usersAreTrusted = usersAreTrusted;
        this.texts = new Texts(body);
    }

    /** All texts of a request. */
    static Texts of(ModelApi api, JsonDocument body, boolean usersAreTrusted) {
        RequestText walk = new RequestText(body, usersAreTrusted);
        int root = JsonDocument.ROOT;
        for (int value = body.first(root); value != JsonDocument.NONE; value = body.next(root, value)) {
            String name = body.name(value);
            String pointer = Texts.below("", name);
            if (ORDERS.contains(name) && hasOrders(api, name)) {
                walk.texts.known(value, Place.PROMPT, true, pointer);
            } else if (TURNS.contains(name)) {
                walk.turns(value, pointer);
                if (api == ModelApi.EMBEDDINGS && hasTokens(body, value)) {
                    walk.texts.unreadable();
                }
            } else if (DEFINITIONS.contains(name)) {
                walk.texts.known(value, Place.TOOL_DEFINITION, false, pointer);
            } else if (!body.is(value, Kind.STRING) || !Texts.isNoText(name)) {
                walk.texts.known(value, Place.META, false, pointer);
            }
        }
        return walk.texts;
    }

    /** Whether what is to be embedded comes as numbers of tokens, all or some of it. */
    static boolean hasTokens(JsonDocument body, int input) {
        return switch (body.kind(input)) {
            case NUMBER -> true;
            case ARRAY -> {
                int each = body.first(input);
                while (each != JsonDocument.NONE && !hasTokens(body, each)) {
                    each = body.next(input, each);
                }
                yield each != JsonDocument.NONE;
            }
            case OBJECT, STRING, TRUE, FALSE, NULL -> false;
        };
    }

    /** A member of another protocol is none of this one, so that nothing is trusted for its name alone. */
    private static boolean hasOrders(ModelApi api, String name) {
        return switch (api) {
            case RESPONSES -> name.equals("instructions");
            case MESSAGES, COUNT_TOKENS -> name.equals("system");
            case CHAT_COMPLETIONS, EMBEDDINGS -> false;
            default -> name.startsWith("system") && !name.equals("system");
        };
    }

    private void turns(int turns, String pointer) {
        if (!body.is(turns, Kind.ARRAY)) {
            texts.known(turns, Place.PROMPT, usersAreTrusted, pointer);
            return;
        }
        int index = 0;
        for (int turn = body.first(turns); turn != JsonDocument.NONE; turn = body.next(turns, turn)) {
            turn(turn, pointer + "/" + index++);
        }
    }

    private void turn(int turn, String pointer) {
        String role = text(turn, ROLE);
        if (body.is(turn, Kind.STRING)) {
            texts.string(turn, Place.PROMPT, usersAreTrusted, pointer);
        } else if (LEADING_ROLES.contains(role)) {
            texts.known(turn, Place.PROMPT, true, pointer);
        } else if (SPEAKING_ROLES.contains(role) || (role.isEmpty() && body.member(turn, PARTS) != JsonDocument.NONE)) {
            spoken(turn, pointer);
        } else if (role.isEmpty() && OWN_PARTS.contains(text(turn, TYPE))) {
            texts.known(turn, Place.PROMPT, usersAreTrusted, pointer);
        } else {
            texts.known(turn, Place.TOOL_OUTPUT, false, pointer);
        }
    }

    private void spoken(int turn, String pointer) {
        for (int value = body.first(turn); value != JsonDocument.NONE; value = body.next(turn, value)) {
            String below = Texts.below(pointer, body.name(value));
            boolean isContent = body.isNamed(value, CONTENT) || body.isNamed(value, PARTS);
            if (isContent && body.is(value, Kind.ARRAY)) {
                int index = 0;
                for (int part = body.first(value); part != JsonDocument.NONE; part = body.next(value, part)) {
                    part(part, below + "/" + index++);
                }
            } else if (!body.is(value, Kind.STRING) || !Texts.isNoText(body.name(value))) {
                texts.known(value, Place.PROMPT, usersAreTrusted, below);
            }
        }
    }

    private void part(int part, String pointer) {
        String type = text(part, TYPE);
        boolean isOwn = type.isEmpty()
                ? body.member(part, TEXT) != JsonDocument.NONE || body.member(part, INLINE_DATA) != JsonDocument.NONE
                : OWN_PARTS.contains(type);
        if (isOwn) {
            texts.known(part, Place.PROMPT, usersAreTrusted, pointer);
        } else {
            texts.known(part, type.equals("tool_result") ? Place.TOOL_OUTPUT : Place.RESOURCE, false, pointer);
        }
    }

    private String text(int object, Name name) {
        int value = body.member(object, name);
        return body.is(value, Kind.STRING) ? body.string(value) : "";
    }
}
