package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.policy.screen.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the texts of one event of a stream: parts of texts that run over several events, each in a lane of its own, whole
 * texts, and which lanes come to their end. Whatever stands below a delta is taken for a part of a text.
 */
final class EventText {
    private static final Name TYPE = Name.of("type");
    private static final Name INDEX = Name.of("index");
    private static final Name CHOICES = Name.of("choices");
    private static final Name DELTA = Name.of("delta");
    private static final Name FINISH_REASON = Name.of("finish_reason");
    private static final Name CONTENT_BLOCK = Name.of("content_block");
    private static final Name TEXT = Name.of("text");
    private static final Name THINKING = Name.of("thinking");
    private static final Name RESPONSE = Name.of("response");
    private static final Name OUTPUT_INDEX = Name.of("output_index");
    private static final Name CONTENT_INDEX = Name.of("content_index");
    private static final Name SUMMARY_INDEX = Name.of("summary_index");
    private static final Name CANDIDATES = Name.of("candidates");
    private static final Name CONTENT = Name.of("content");
    private static final Name PARTS = Name.of("parts");
    private static final Name THOUGHT = Name.of("thought");
    private static final Name FUNCTION_CALL = Name.of("functionCall");
    private static final Name PARTIAL_ARGS = Name.of("partialArgs");
    private static final Name JSON_PATH = Name.of("jsonPath");
    private static final Name STRING_VALUE = Name.of("stringValue");
    private static final Name WILL_CONTINUE = Name.of("willContinue");
    private static final Name GEMINI_FINISH = Name.of("finishReason");

    /** Ends of the lanes that hold the arguments of a call of a tool. */
    private static final Set<String> ARGUMENTS =
            Set.of("/function/arguments", "/function_call/arguments", "/custom/input", "/partial_json");

    /** Sound in base64, which nobody here can hear; its transcript is text. */
    private static final String SOUND = "/audio/data";

    private final JsonDocument event;
    private final List<Delta> deltas = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final Texts rest;

    /**
     * A part of a text.
     *
     * @param lane the text that it is a part of
     * @param isArguments whether that is the arguments of a call of a tool
     * @param node the string that holds it
     */
    record Delta(String lane, boolean isArguments, int node) {}

    private EventText(JsonDocument event) {
        this.event = event;
        this.rest = new Texts(event);
    }

    /** The texts of an event. */
    static EventText of(ModelApi api, JsonDocument event) {
        EventText text = new EventText(event);
        switch (api) {
            case CHAT_COMPLETIONS -> text.chat();
            case MESSAGES -> text.messages();
            case RESPONSES -> text.responses();
            case EMBEDDINGS, COUNT_TOKENS -> text.others(Set.of());
            default -> text.candidates();
        }
        return text;
    }

    List<Delta> deltas() {
        return deltas;
    }

    /** How the names of the lanes begin that end with this event. */
    List<String> ends() {
        return ends;
    }

    /** Texts that are there as a whole. */
    Texts rest() {
        return rest;
    }

    private void others(Set<String> but) {
        int root = JsonDocument.ROOT;
        if (!event.is(root, Kind.OBJECT)) {
            rest.known(root, Place.MODEL_OUTPUT, false, "");
            return;
        }
        for (int value = event.first(root); value != JsonDocument.NONE; value = event.next(root, value)) {
            if (!but.contains(event.name(value))) {
                rest.member(root, value, Place.MODEL_OUTPUT, false, Texts.below("", event.name(value)));
            }
        }
    }

    private void chat() {
        others(Set.of("choices"));
        int choices = event.at(CHOICES);
        if (!event.is(choices, Kind.ARRAY)) {
            return;
        }
        int position = 0;
        for (int choice = event.first(choices); choice != JsonDocument.NONE; choice = event.next(choices, choice)) {
            String lane = "c" + index(choice, position);
            String pointer = "/choices/" + position++;
            if (!event.is(choice, Kind.OBJECT)) {
                rest.known(choice, Place.MODEL_OUTPUT, false, pointer);
                continue;
            }
            for (int value = event.first(choice); value != JsonDocument.NONE; value = event.next(choice, value)) {
                if (event.isNamed(value, DELTA)) {
                    parts(value, lane);
                } else {
                    rest.member(choice, value, Place.MODEL_OUTPUT, false, Texts.below(pointer, event.name(value)));
                }
            }
            if (event.is(event.member(choice, FINISH_REASON), Kind.STRING)) {
                ends.add(lane + "/");
            }
        }
    }

    private void messages() {
        String block = "b" + number(JsonDocument.ROOT, INDEX);
        switch (type()) {
            case "content_block_delta" -> {
                int delta = event.at(DELTA);
                others(Set.of("delta"));
                if (delta != JsonDocument.NONE) {
                    parts(delta, block);
                }
            }
            case "content_block_start" -> {
                int begun = event.at(CONTENT_BLOCK);
                others(Set.of("content_block"));
                if (event.is(begun, Kind.OBJECT)) {
                    begun(begun, block);
                } else if (begun != JsonDocument.NONE) {
                    rest.known(begun, Place.MODEL_OUTPUT, false, "/content_block");
                }
            }
            case "content_block_stop" -> {
                others(Set.of());
                ends.add(block + "/");
            }
            default -> others(Set.of());
        }
    }

    private void begun(int block, String lane) {
        for (int value = event.first(block); value != JsonDocument.NONE; value = event.next(block, value)) {
            boolean isPart = event.isNamed(value, TEXT) || event.isNamed(value, THINKING);
            if (isPart && event.is(value, Kind.STRING)) {
                deltas.add(new Delta(lane + "/" + event.name(value), false, value));
            } else {
                rest.member(block, value, Place.MODEL_OUTPUT, false, Texts.below("/content_block", event.name(value)));
            }
        }
    }

    private void responses() {
        String type = type();
        String item = "o" + number(JsonDocument.ROOT, OUTPUT_INDEX) + "/";
        String end = "/" + number(JsonDocument.ROOT, CONTENT_INDEX) + "/" + number(JsonDocument.ROOT, SUMMARY_INDEX);
        int delta = event.at(DELTA);
        if (type.endsWith(".delta") && event.is(delta, Kind.STRING)) {
            others(Set.of("delta", "response"));
            if (!isSound(type)) {
                String kind = type.substring(0, type.length() - ".delta".length());
                boolean isArguments = kind.endsWith("_arguments") || kind.endsWith("_tool_call_input");
                deltas.add(new Delta(item + kind + end, isArguments, delta));
            }
        } else {
            others(Set.of("response"));
        }
        int response = event.at(RESPONSE);
        if (response != JsonDocument.NONE) {
            AnswerText.response(event, response, rest, "/response");
        }
        if (type.equals("response.output_item.done")) {
            ends.add(item);
        } else if (type.endsWith(".done")) {
            ends.add(item + type.substring(0, type.length() - ".done".length()) + end);
        }
    }

    private static boolean isSound(String type) {
        return type.endsWith("audio.delta");
    }

    private void candidates() {
        others(Set.of("candidates"));
        int candidates = event.at(CANDIDATES);
        if (!event.is(candidates, Kind.ARRAY)) {
            return;
        }
        int position = 0;
        for (int one = event.first(candidates); one != JsonDocument.NONE; one = event.next(candidates, one)) {
            String lane = "g" + index(one, position);
            String pointer = "/candidates/" + position++;
            if (!event.is(one, Kind.OBJECT)) {
                rest.known(one, Place.MODEL_OUTPUT, false, pointer);
                continue;
            }
            int content = event.member(one, CONTENT);
            int parts = event.member(content, PARTS);
            for (int value = event.first(one); value != JsonDocument.NONE; value = event.next(one, value)) {
                if (value != content || !event.is(parts, Kind.ARRAY)) {
                    rest.member(one, value, Place.MODEL_OUTPUT, false, Texts.below(pointer, event.name(value)));
                }
            }
            if (event.is(parts, Kind.ARRAY)) {
                said(parts, lane, pointer + "/content/parts");
            }
            if (event.is(event.member(one, GEMINI_FINISH), Kind.STRING)) {
                ends.add(lane + "/");
            }
        }
    }

    private void said(int parts, String lane, String pointer) {
        int position = 0;
        for (int part = event.first(parts); part != JsonDocument.NONE; part = event.next(parts, part)) {
            String below = pointer + "/" + position++;
            if (!event.is(part, Kind.OBJECT)) {
                rest.known(part, Place.MODEL_OUTPUT, false, below);
                continue;
            }
            boolean thought = event.is(event.member(part, THOUGHT), Kind.TRUE);
            for (int value = event.first(part); value != JsonDocument.NONE; value = event.next(part, value)) {
                if (event.isNamed(value, TEXT) && event.is(value, Kind.STRING)) {
                    deltas.add(new Delta(lane + (thought ? "/thought" : "/text"), false, value));
                } else if (event.isNamed(value, FUNCTION_CALL) && event.is(value, Kind.OBJECT)) {
                    called(value, lane + "/call/", Texts.below(below, "functionCall"));
                } else {
                    rest.member(part, value, Place.MODEL_OUTPUT, false, Texts.below(below, event.name(value)));
                }
            }
        }
    }

    /** A call of a function whose arguments may come in parts, each with the path at which it belongs. */
    private void called(int call, String lane, String pointer) {
        int partial = event.member(call, PARTIAL_ARGS);
        for (int value = event.first(call); value != JsonDocument.NONE; value = event.next(call, value)) {
            if (value != partial || !event.is(partial, Kind.ARRAY)) {
                rest.member(call, value, Place.MODEL_OUTPUT, false, Texts.below(pointer, event.name(value)));
            }
        }
        if (event.is(partial, Kind.ARRAY)) {
            for (int one = event.first(partial); one != JsonDocument.NONE; one = event.next(partial, one)) {
                argument(one, lane, Texts.below(pointer, "partialArgs"));
            }
        }
        // a call that does not say so has all of its arguments
        if (!event.is(event.member(call, WILL_CONTINUE), Kind.TRUE)) {
            ends.add(lane);
        }
    }

    private void argument(int one, String lane, String pointer) {
        int text = event.member(one, STRING_VALUE);
        if (!event.is(text, Kind.STRING)) {
            rest.open(one, Place.ARGUMENT, false, pointer);
            return;
        }
        int path = event.member(one, JSON_PATH);
        deltas.add(
                new Delta(lane + (event.is(path, Kind.STRING) ? Texts.below("", event.string(path)) : ""), true, text));
        for (int value = event.first(one); value != JsonDocument.NONE; value = event.next(one, value)) {
            if (value != text) {
                rest.open(value, Place.ARGUMENT, false, Texts.below(pointer, event.name(value)));
            }
        }
    }

    /** Every string below a delta is a part of the text at the same place in the events before and after. */
    private void parts(int node, String lane) {
        switch (event.kind(node)) {
            case STRING -> {
                if (!lane.endsWith(SOUND)) {
                    deltas.add(new Delta(lane, ARGUMENTS.stream().anyMatch(lane::endsWith), node));
                }
            }
            case ARRAY -> {
                int position = 0;
                for (int each = event.first(node); each != JsonDocument.NONE; each = event.next(node, each)) {
                    parts(each, Texts.below(lane, index(each, position++)));
                }
            }
            case OBJECT -> {
                for (int each = event.first(node); each != JsonDocument.NONE; each = event.next(node, each)) {
                    String name = event.name(each);
                    if (!event.is(each, Kind.STRING) || !Texts.isNoText(name)) {
                        parts(each, Texts.below(lane, name));
                    }
                }
            }
            case NUMBER, TRUE, FALSE, NULL -> {} // no text
        }
    }

    private String type() {
        int type = event.at(TYPE);
        return event.is(type, Kind.STRING) ? event.string(type) : "";
    }

    private String index(int object, int position) {
        String index = number(object, INDEX);
        return index.isEmpty() ? Integer.toString(position) : index;
    }

    private String number(int object, Name name) {
        int number = event.member(object, name);
        return event.is(number, Kind.NUMBER) ? event.raw(number) : "";
    }
}
