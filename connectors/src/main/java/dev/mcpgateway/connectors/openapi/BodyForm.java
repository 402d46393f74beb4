package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.openapi.Parameter.Form;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How the argument {@code body} becomes the body of a request.
 *
 * @param kind how it is written
 * @param contentType the header field
 * @param required whether a request is none without it
 * @param forms of {@link Writing#FORM}: how members are written that the description says so of
 */
record BodyForm(Writing kind, String contentType, boolean required, Map<String, Form> forms) {
    /** The member of the tool's arguments. */
    static final Name PROPERTY = Name.of("body");

    /** The writings of a body. */
    enum Writing {
        /** The argument's JSON text, byte by byte. */
        JSON,
        /** Names and values as in a query. */
        FORM,
        /** The argument is a string. */
        TEXT
    }

    /** Copies the forms. */
    BodyForm {
        forms = Map.copyOf(forms);
    }

    /**
     * A body and its schema.
     *
     * @param schema node of the schema, or {@link JsonDocument#NONE} for any
     */
    record Offered(BodyForm form, int schema, String comment) {}

    /**
     * Reads a request body; empty when the operation has none.
     *
     * @throws Unusable if it has one in no form that can be written
     */
    static Optional<Offered> read(Description description, int operation) throws Unusable {
        JsonDocument document = description.document();
        int reference = document.member(operation, Keys.REQUEST_BODY);
        if (reference == JsonDocument.NONE) {
            return Optional.empty();
        }
        int node = description.dereferenced(reference);
        int content = document.member(node, Keys.CONTENT);
        if (!document.is(content, Kind.OBJECT)) {
            throw new Unusable("its request body has no content");
        }
        int media = media(document, content);
        String name = document.name(media);
        String essence = MediaTypes.essence(name);
        boolean any = essence.equals("*/*") || essence.equals("application/*");
        Writing kind = any || MediaTypes.isJson(essence)
                ? Writing.JSON
                : essence.equals("application/x-www-form-urlencoded") ? Writing.FORM : Writing.TEXT;
        String type = any ? "application/json" : kind == Writing.TEXT ? essence + "; charset=utf-8" : essence;
        if (!HttpHeader.isFieldValue(type)) {
            throw new Unusable("its request body has a media type that is none");
        }
        boolean required = description.isTrue(node, Keys.REQUIRED);
        Map<String, Form> forms = kind == Writing.FORM ? forms(description, media) : Map.of();
        String comment = Operations.cut(description.text(node, Keys.DESCRIPTION), Operations.COMMENT_CHARS_MAX);
        return Optional.of(
                new Offered(new BodyForm(kind, type, required, forms), document.member(media, Keys.SCHEMA), comment));
    }

    /** The content that is written with least loss: JSON, then forms, then text. */
    private static int media(JsonDocument document, int content) throws Unusable {
        int best = JsonDocument.NONE;
        int bestRank = Integer.MAX_VALUE;
        for (int media = document.first(content); media != JsonDocument.NONE; media = document.next(content, media)) {
            int rank = rank(MediaTypes.essence(document.name(media)));
            if (rank < bestRank) {
                best = media;
                bestRank = rank;
            }
        }
        if (best == JsonDocument.NONE) {
            throw new Unusable("its request body is neither JSON nor a form nor text");
        }
        return best;
    }

    private static int rank(String essence) {
        return switch (essence) {
            case "application/json" -> 0;
            case "application/x-www-form-urlencoded" -> 2;
            case "*/*", "application/*" -> 3;
            case "text/plain" -> 4;
            default -> MediaTypes.isJson(essence) ? 1 : Integer.MAX_VALUE;
        };
    }

    private static Map<String, Form> forms(Description description, int media) {
        JsonDocument document = description.document();
        Map<String, Form> forms = new HashMap<>();
        int encoding = document.member(media, Keys.ENCODING);
        if (document.is(encoding, Kind.OBJECT)) {
            for (int each = document.first(encoding); each != JsonDocument.NONE; each = document.next(encoding, each)) {
                String style = description.text(each, Keys.STYLE);
                boolean joined = document.is(document.member(each, Keys.EXPLODE), Kind.FALSE);
                switch (style) {
                    case "deepObject" -> forms.put(document.name(each), Form.BRACKETS);
                    case "spaceDelimited" -> forms.put(document.name(each), Form.BLANKS);
                    case "pipeDelimited" -> forms.put(document.name(each), Form.PIPES);
                    default -> {
                        if (joined) {
                            forms.put(document.name(each), Form.COMMAS);
                        }
                    }
                }
            }
        }
        return forms;
    }
}
