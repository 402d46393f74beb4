package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a client declares that it can be asked for, as one JSON object in canonical form: members in the order of their
 * names, no white space. Equal capabilities are equal values, whoever wrote them down how, so they can be part of keys.
 *
 * @param json the object as JSON text
 */
public record ClientCapabilities(String json) {
    /** Longest canonical form in bytes; longer ones declare nothing. */
    public static final int BYTES_MAX = 4 * 1024;

    private static final int DEPTH_MAX = 8;

    /** Nothing: no one may ask for anything. */
    public static final ClientCapabilities NONE = new ClientCapabilities("{}");

    /**
     * The canonical form of a {@code capabilities} object. What is no object, is nested deeper than {@value #DEPTH_MAX}
     * levels or is longer than {@link #BYTES_MAX} declares nothing.
     */
    public static ClientCapabilities of(JsonDocument document, int object) {
        return only(document, object, _ -> true);
    }

    private static ClientCapabilities only(JsonDocument document, int object, Predicate<String> kept) {
        if (!document.is(object, Kind.OBJECT)
                || document.length(object) > BYTES_MAX
                || document.depth(object) > DEPTH_MAX) {
            return NONE;
        }
        StringBuilder text = new StringBuilder();
        object(document, object, kept, text);
        return text.length() > BYTES_MAX ? NONE : new ClientCapabilities(text.toString());
    }

    /** Those of the top-level members that are named: {@code elicitation}, {@code sampling}, {@code roots}. */
    public ClientCapabilities only(Set<String> names) {
        return only(document(), JsonDocument.ROOT, names::contains);
    }

    /** Whether nothing is declared. */
    public boolean isEmpty() {
        return json.equals("{}");
    }

    /** Whether there is an object at this path of member names, such as {@code elicitation}, {@code url}. */
    public boolean declares(Name... path) {
        JsonDocument document = document();
        return document.is(document.at(path), Kind.OBJECT);
    }

    /** The object as UTF-8. */
    public byte[] bytes() {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private JsonDocument document() {
        try {
            return StrictJson.parse(bytes(), JsonLimits.forReplies(2 * BYTES_MAX, DEPTH_MAX));
        } catch (JsonRefused refused) {
            throw new IllegalStateException("capabilities are JSON", refused);
        }
    }

    private static void value(JsonDocument document, int node, StringBuilder text) {
        switch (document.kind(node)) {
            case OBJECT -> object(document, node, _ -> true, text);
            case ARRAY -> {
                text.append('[');
                for (int one = document.first(node); one != JsonDocument.NONE; one = document.next(node, one)) {
                    text.append(text.charAt(text.length() - 1) == '[' ? "" : ",");
                    value(document, one, text);
                }
                text.append(']');
            }
            case STRING -> text.append(quoted(document.string(node)));
            case NUMBER, TRUE, FALSE, NULL -> text.append(document.raw(node));
        }
    }

    private static void object(JsonDocument document, int object, Predicate<String> kept, StringBuilder text) {
        TreeMap<String, Integer> members = new TreeMap<>();
        for (int one = document.first(object); one != JsonDocument.NONE; one = document.next(object, one)) {
            if (kept.test(document.name(one))) {
                members.put(document.name(one), one);
            }
        }
        text.append('{');
        members.forEach((name, node) -> {
            text.append(text.charAt(text.length() - 1) == '{' ? "" : ",")
                    .append(quoted(name))
                    .append(':');
            value(document, node, text);
        });
        text.append('}');
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
