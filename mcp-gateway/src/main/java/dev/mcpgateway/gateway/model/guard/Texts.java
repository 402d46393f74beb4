package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.policy.screen.Passage;
import dev.mcpgateway.policy.screen.Place;
import dev.mcpgateway.policy.screen.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Gathers texts of one document. Left out are identifiers and enumerations of the protocols, opaque state that only its
 * maker reads, and binary content, which is counted.
 */
final class Texts {
    private static final Name TYPE = Name.of("type");
    private static final Name TEXT = Name.of("text");
    private static final Name REDACTED_THINKING = Name.of("redacted_thinking");
    private static final Name ARGUMENTS = Name.of("arguments");

    /** Members of the protocols that hold an identifier or a word of theirs, and never a text. */
    private static final Set<String> IDENTIFIERS = Set.of(
            "id",
            "object",
            "model",
            "type",
            "role",
            "status",
            "index",
            "call_id",
            "item_id",
            "tool_call_id",
            "tool_use_id",
            "response_id",
            "responseId",
            "previous_response_id",
            "finish_reason",
            "finishReason",
            "stop_reason",
            "system_fingerprint",
            "service_tier",
            "modelVersion",
            "media_type",
            "mimeType",
            "mime_type");

    /** Sealed by a provider for itself, or noise of it; a changed one is refused by its maker. */
    private static final Set<String> OPAQUE = Set.of(
            "signature", "encrypted_content", "thoughtSignature", "thought_signature", "obfuscation", "embedding");

    private static final Set<String> LINKS = Set.of("url", "image_url", "file_data", "file_url");
    private static final List<Name> MEDIA = List.of(
            Name.of("media_type"), Name.of("mimeType"), Name.of("mime_type"), Name.of("format"), Name.of("transcript"));

    /** What tools are given and give, whose members no protocol names. */
    private static final Set<String> INPUTS = Set.of("input", "args", "response");

    /** Longest pointer that is recorded. */
    private static final int POINTER_CHARS_MAX = 256;

    private final JsonDocument document;
    private final List<Passage> passages = new ArrayList<>();
    private final List<Nested> nested = new ArrayList<>();
    private int unscanned;

    /**
     * A string that holds JSON once more: the arguments of a call of a tool.
     *
     * @param node the string
     * @param place of the text around it
     * @param isTrusted whether that is trusted
     * @param pointer JSON pointer of it
     */
    record Nested(int node, Place place, boolean isTrusted, String pointer) {}

    Texts(JsonDocument document) {
        this.document = document;
    }

    List<Passage> passages() {
        return passages;
    }

    List<Nested> nested() {
        return nested;
    }

    /** Binary values that were not looked at. */
    int unscanned() {
        return unscanned;
    }

    /** Counts a text that came in a form in which nothing can be looked for. */
    void unreadable() {
        unscanned++;
    }

    boolean isEmpty() {
        return passages.isEmpty() && nested.isEmpty();
    }

    /** A value that the protocol describes: names of its members are the protocol's. */
    void known(int node, Place place, boolean isTrusted, String pointer) {
        switch (document.kind(node)) {
            case STRING -> string(node, place, isTrusted, pointer);
            case ARRAY -> {
                int index = 0;
                for (int each = document.first(node); each != JsonDocument.NONE; each = document.next(node, each)) {
                    known(each, place, isTrusted, below(pointer, Integer.toString(index++)));
                }
            }
            case OBJECT -> {
                for (int each = document.first(node); each != JsonDocument.NONE; each = document.next(node, each)) {
                    member(node, each, place, isTrusted, below(pointer, document.name(each)));
                }
            }
            case NUMBER, TRUE, FALSE, NULL -> {} // no text
        }
    }

    /** A member of an object that the protocol describes. */
    void member(int object, int value, Place place, boolean isTrusted, String pointer) {
        String name = document.name(value);
        boolean isString = document.is(value, Kind.STRING);
        if (isString && (IDENTIFIERS.contains(name) || OPAQUE.contains(name))) {
            return;
        }
        if (isString && isBinary(object, value, name)) {
            unscanned++;
        } else if (place != Place.TOOL_DEFINITION && isString && document.isNamed(value, ARGUMENTS)) {
            nested.add(new Nested(value, place == Place.MODEL_OUTPUT ? Place.ARGUMENT : place, isTrusted, pointer));
        } else if (place != Place.TOOL_DEFINITION && !isString && INPUTS.contains(name)) {
            open(value, place == Place.MODEL_OUTPUT ? Place.ARGUMENT : place, isTrusted, pointer);
        } else {
            known(value, place, isTrusted, pointer);
        }
    }

    private boolean isBinary(int object, int value, String name) {
        if (name.equals("data")) {
            return !document.stringEquals(document.member(object, TYPE), TEXT)
                    && (MEDIA.stream().anyMatch(media -> document.member(object, media) != JsonDocument.NONE)
                            || document.stringEquals(document.member(object, TYPE), REDACTED_THINKING));
        }
        return LINKS.contains(name) && document.raw(value).startsWith("\"data:");
    }

    /** A value of which nobody but its writer knows the form: names of its members are texts, too. */
    void open(int node, Place place, boolean isTrusted, String pointer) {
        switch (document.kind(node)) {
            case STRING -> string(node, place, isTrusted, pointer);
            case ARRAY -> {
                int index = 0;
                for (int each = document.first(node); each != JsonDocument.NONE; each = document.next(node, each)) {
                    open(each, place, isTrusted, below(pointer, Integer.toString(index++)));
                }
            }
            case OBJECT -> {
                for (int each = document.first(node); each != JsonDocument.NONE; each = document.next(node, each)) {
                    String below = below(pointer, document.name(each));
                    passages.add(new Passage(
                            new Segment(
                                    Place.STRUCTURED_KEY,
                                    below,
                                    document.name(each),
                                    document.nameStart(each),
                                    document.nameEnd(each)),
                            isTrusted));
                    open(each, place, isTrusted, below);
                }
            }
            case NUMBER, TRUE, FALSE, NULL -> {} // no text
        }
    }

    /** A string, whatever it is called. */
    void string(int node, Place place, boolean isTrusted, String pointer) {
        passages.add(new Passage(
                new Segment(place, pointer, document.string(node), document.start(node), document.end(node)),
                isTrusted));
    }

    /** The pointer of a member. A very long one ends early, so that the work is linear in the document. */
    static String below(String pointer, String name) {
        if (pointer.length() + name.length() > POINTER_CHARS_MAX) {
            return pointer;
        }
        boolean isPlain = name.indexOf('~') < 0 && name.indexOf('/') < 0;
        return pointer + "/" + (isPlain ? name : name.replace("~", "~0").replace("/", "~1"));
    }

    /** Whether a string member of this name holds no text. */
    static boolean isNoText(String name) {
        return IDENTIFIERS.contains(name) || OPAQUE.contains(name);
    }
}
