package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.EnumSet;
import java.util.Set;

/**
 * The text that a request ends with, and that its user wrote. Only of a conversation in nothing but texts: what images, files
 * and calls of tools mean is not compared.
 */
final class LastText {
    private static final Set<ModelApi> APIS =
            EnumSet.of(ModelApi.CHAT_COMPLETIONS, ModelApi.RESPONSES, ModelApi.MESSAGES);
    private static final Set<String> TEXTS = Set.of("text", "input_text", "output_text");

    private static final Name MESSAGES = Name.of("messages");
    private static final Name INPUT = Name.of("input");
    private static final Name ROLE = Name.of("role");
    private static final Name CONTENT = Name.of("content");
    private static final Name TYPE = Name.of("type");
    private static final Name TEXT = Name.of("text");
    private static final Name USER = Name.of("user");

    /** A turn of any other is what a tool said. */
    private static final Set<String> SPEAKERS = Set.of("system", "developer", "user", "assistant");

    private static final Name MESSAGE = Name.of("message");
    private static final Name CHOICES = Name.of("n");
    private static final Name TOOL_CALLS = Name.of("tool_calls");
    private static final Name FUNCTION_CALL = Name.of("function_call");
    private static final Name MODALITIES = Name.of("modalities");
    private static final Name AUDIO = Name.of("audio");

    private LastText() {}

    /** Whether requests of this kind end with a text. */
    static boolean isKnown(ModelApi api) {
        return APIS.contains(api);
    }

    /** Its node; {@link JsonDocument#NONE} for a request of another form. */
    static int of(ModelRequest request) {
        JsonDocument body = request.body();
        if (!isOne(body) || body.at(MODALITIES) != JsonDocument.NONE || body.at(AUDIO) != JsonDocument.NONE) {
            return JsonDocument.NONE;
        }
        int turns = body.at(request.api() == ModelApi.RESPONSES ? INPUT : MESSAGES);
        return body.is(turns, Kind.STRING) ? turns : lastOf(body, turns);
    }

    private static boolean isOne(JsonDocument body) {
        int choices = body.at(CHOICES);
        return choices == JsonDocument.NONE || body.raw(choices).equals("1");
    }

    private static int lastOf(JsonDocument body, int turns) {
        if (!body.is(turns, Kind.ARRAY)) {
            return JsonDocument.NONE;
        }
        int text = JsonDocument.NONE;
        int last = JsonDocument.NONE;
        for (int turn = body.first(turns); turn != JsonDocument.NONE; turn = body.next(turns, turn)) {
            text = text(body, turn);
            last = turn;
            if (text == JsonDocument.NONE) {
                return JsonDocument.NONE;
            }
        }
        return text != JsonDocument.NONE && isUsers(body, last) ? text : JsonDocument.NONE;
    }

    private static boolean isUsers(JsonDocument body, int turn) {
        int role = body.member(turn, ROLE);
        return body.is(role, Kind.STRING) && body.stringEquals(role, USER);
    }

    /** The last text of a turn that has only such. */
    private static int text(JsonDocument body, int turn) {
        if (!body.is(turn, Kind.OBJECT)
                || body.member(turn, TOOL_CALLS) != JsonDocument.NONE
                || body.member(turn, FUNCTION_CALL) != JsonDocument.NONE
                || !isMessage(body, body.member(turn, TYPE))
                || !isSpeaker(body, body.member(turn, ROLE))) {
            return JsonDocument.NONE;
        }
        int content = body.member(turn, CONTENT);
        if (body.is(content, Kind.STRING)) {
            return content;
        }
        int text = JsonDocument.NONE;
        if (body.is(content, Kind.ARRAY)) {
            for (int part = body.first(content); part != JsonDocument.NONE; part = body.next(content, part)) {
                text = textOf(body, part);
                if (text == JsonDocument.NONE) {
                    return JsonDocument.NONE;
                }
            }
        }
        return text;
    }

    private static boolean isMessage(JsonDocument body, int type) {
        return type == JsonDocument.NONE || (body.is(type, Kind.STRING) && body.stringEquals(type, MESSAGE));
    }

    private static boolean isSpeaker(JsonDocument body, int role) {
        return body.is(role, Kind.STRING) && SPEAKERS.contains(body.string(role));
    }

    private static int textOf(JsonDocument body, int part) {
        if (!body.is(part, Kind.OBJECT)) {
            return JsonDocument.NONE;
        }
        int type = body.member(part, TYPE);
        int text = body.member(part, TEXT);
        return body.is(type, Kind.STRING) && TEXTS.contains(body.string(type)) && body.is(text, Kind.STRING)
                ? text
                : JsonDocument.NONE;
    }
}
