package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Collects what a model said to the user, of a whole answer or event by event: the text of the first choice, without thoughts;
 * and whether the agent is to run a tool before there is an answer. Used by one thread.
 */
public final class AnswerWords {
    private static final Name CHOICES = Name.of("choices");
    private static final Name INDEX = Name.of("index");
    private static final Name MESSAGE = Name.of("message");
    private static final Name DELTA = Name.of("delta");
    private static final Name CONTENT = Name.of("content");
    private static final Name TYPE = Name.of("type");
    private static final Name TEXT = Name.of("text");
    private static final Name TEXT_DELTA = Name.of("text_delta");
    private static final Name OUTPUT = Name.of("output");
    private static final Name OUTPUT_TEXT = Name.of("output_text");
    private static final Name OUTPUT_TEXT_DELTA = Name.of("response.output_text.delta");
    private static final Name CANDIDATES = Name.of("candidates");
    private static final Name PARTS = Name.of("parts");
    private static final Name THOUGHT = Name.of("thought");
    private static final Name FUNCTION_CALL = Name.of("functionCall");
    private static final Name CONTENT_BLOCK = Name.of("content_block");
    private static final Name ITEM = Name.of("item");
    private static final List<Name> CHAT_CALLS = List.of(Name.of("tool_calls"), Name.of("function_call"));

    /** Of other calls the provider has the result when it answers. */
    private static final Set<String> AGENTS_CALLS = Set.of(
            "tool_use",
            "function_call",
            "custom_tool_call",
            "computer_call",
            "local_shell_call",
            "shell_call",
            "apply_patch_call",
            "mcp_approval_request");

    private final ModelApi api;
    private final int charsMax;
    private final StringBuilder words = new StringBuilder();
    private boolean tooLong;
    private boolean callsTools;

    /** Collects of answers in this protocol, so many characters at most. */
    public AnswerWords(ModelApi api, int charsMax) {
        this.api = api;
        this.charsMax = charsMax;
    }

    /** Whether this class knows where such answers have their text. */
    static boolean knows(ModelApi api) {
        return switch (api) {
            case CHAT_COMPLETIONS, MESSAGES, RESPONSES, GENERATE_CONTENT -> true;
            case EMBEDDINGS, COUNT_TOKENS, CONVERSE -> false;
        };
    }

    /** A whole answer. */
    public void whole(JsonDocument answer) {
        switch (api) {
            case CHAT_COMPLETIONS -> choices(answer, MESSAGE);
            case MESSAGES -> texts(answer, answer.at(CONTENT), TEXT);
            case RESPONSES ->
                each(answer, answer.at(OUTPUT), item -> {
                    notice(answer, item);
                    texts(answer, member(answer, item, CONTENT), OUTPUT_TEXT);
                });
            case GENERATE_CONTENT -> candidate(answer);
            case EMBEDDINGS, COUNT_TOKENS, CONVERSE -> {}
        }
    }

    /** An event of a stream. */
    public void event(JsonDocument event) {
        switch (api) {
            case CHAT_COMPLETIONS -> choices(event, DELTA);
            case MESSAGES -> {
                notice(event, event.at(CONTENT_BLOCK));
                if (event.stringEquals(event.at(DELTA, TYPE), TEXT_DELTA)) {
                    add(event, event.at(DELTA, TEXT));
                }
            }
            case RESPONSES -> {
                notice(event, event.at(ITEM));
                if (event.stringEquals(event.at(TYPE), OUTPUT_TEXT_DELTA)) {
                    add(event, event.at(DELTA));
                }
            }
            case GENERATE_CONTENT -> candidate(event);
            case EMBEDDINGS, COUNT_TOKENS, CONVERSE -> {}
        }
    }

    private void choices(JsonDocument document, Name where) {
        each(document, document.at(CHOICES), choice -> {
            int index = member(document, choice, INDEX);
            if (index == JsonDocument.NONE || document.raw(index).equals("0")) {
                int said = member(document, choice, where);
                add(document, member(document, said, CONTENT));
                callsTools |= CHAT_CALLS.stream().anyMatch(name -> isFilled(document, member(document, said, name)));
            }
        });
    }

    private void candidate(JsonDocument document) {
        int candidates = document.at(CANDIDATES);
        if (document.is(candidates, Kind.ARRAY) && document.size(candidates) > 0) {
            int content = member(document, document.first(candidates), CONTENT);
            each(document, member(document, content, PARTS), part -> {
                callsTools |= document.is(member(document, part, FUNCTION_CALL), Kind.OBJECT);
                if (!document.is(member(document, part, THOUGHT), Kind.TRUE)) {
                    add(document, member(document, part, TEXT));
                }
            });
        }
    }

    private void texts(JsonDocument document, int items, Name type) {
        each(document, items, item -> {
            notice(document, item);
            if (document.stringEquals(member(document, item, TYPE), type)) {
                add(document, member(document, item, TEXT));
            }
        });
    }

    private void notice(JsonDocument document, int item) {
        int type = member(document, item, TYPE);
        callsTools |= document.is(type, Kind.STRING) && AGENTS_CALLS.contains(document.string(type));
    }

    /** Servers write empty lists where nothing is called. */
    private static boolean isFilled(JsonDocument document, int node) {
        return document.is(node, Kind.OBJECT)
                || (document.is(node, Kind.ARRAY) && document.first(node) != JsonDocument.NONE);
    }

    private static int member(JsonDocument document, int node, Name name) {
        return document.is(node, Kind.OBJECT) ? document.member(node, name) : JsonDocument.NONE;
    }

    private static void each(JsonDocument document, int array, IntConsumer item) {
        if (document.is(array, Kind.ARRAY)) {
            for (int each = document.first(array); each != JsonDocument.NONE; each = document.next(array, each)) {
                item.accept(each);
            }
        }
    }

    private void add(JsonDocument document, int node) {
        if (!document.is(node, Kind.STRING) || tooLong) {
            return;
        }
        if (words.length() + document.length(node) > charsMax) {
            tooLong = true;
        } else {
            words.append(document.string(node));
        }
    }

    /** Whether there was more than may be collected. */
    boolean isTooLong() {
        return tooLong;
    }

    /** Whether the agent is to run a tool. */
    boolean callsTools() {
        return callsTools;
    }

    /** What was collected. */
    public String text() {
        return words.toString();
    }
}
