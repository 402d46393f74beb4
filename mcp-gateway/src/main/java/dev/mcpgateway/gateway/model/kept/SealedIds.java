package dev.mcpgateway.gateway.model.kept;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Puts the caller's tag behind every id of an answer of Responses that a later request may name: of the response, the one
 * before it, and its items. Every other byte stays.
 */
final class SealedIds implements IssuedIds {
    private static final Name ID = Name.of("id");
    private static final Name ITEM_ID = Name.of("item_id");
    private static final Name PREVIOUS = Name.of("previous_response_id");
    private static final Name APPROVAL = Name.of("approval_request_id");
    private static final Name ITEM = Name.of("item");
    private static final Name RESPONSE = Name.of("response");
    private static final Name OUTPUT = Name.of("output");

    /** Each of the many events of an item names it again. */
    private static final int TAGS_MAX = 16;

    private final UnaryOperator<String> tagOf;
    private final Map<String, byte[]> tags = new LinkedHashMap<>(TAGS_MAX, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
            return size() > TAGS_MAX;
        }
    };

    SealedIds(UnaryOperator<String> tagOf) {
        this.tagOf = tagOf;
    }

    @Override
    public byte[] whole(byte[] answer) {
        return json(answer)
                .map(document -> {
                    Splice edits = new Splice(document);
                    response(document, JsonDocument.ROOT, edits);
                    return edits.toBytes();
                })
                .orElse(answer);
    }

    @Override
    public ModelEvent event(ModelEvent event) {
        Optional<JsonDocument> read = json(event.data());
        if (read.isEmpty()) {
            return event;
        }
        JsonDocument document = read.get();
        Splice edits = new Splice(document);
        seal(document, document.at(ITEM_ID), edits);
        item(document, document.at(ITEM), edits);
        response(document, document.at(RESPONSE), edits);
        return edits.isEmpty() ? event : new ModelEvent(event.type(), edits.toBytes(), event.mark());
    }

    private void response(JsonDocument document, int response, Splice edits) {
        seal(document, document.member(response, ID), edits);
        seal(document, document.member(response, PREVIOUS), edits);
        int output = document.member(response, OUTPUT);
        if (document.is(output, Kind.ARRAY)) {
            for (int each = document.first(output); each != JsonDocument.NONE; each = document.next(output, each)) {
                item(document, each, edits);
            }
        }
    }

    private void item(JsonDocument document, int item, Splice edits) {
        seal(document, document.member(item, ID), edits);
        seal(document, document.member(item, APPROVAL), edits);
    }

    private void seal(JsonDocument document, int node, Splice edits) {
        if (document.is(node, Kind.STRING) && document.length(node) > 2) {
            int inside = document.end(node) - 1;
            edits.replace(
                    inside,
                    inside,
                    tags.computeIfAbsent(
                            document.string(node), id -> tagOf.apply(id).getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private static Optional<JsonDocument> json(byte[] text) {
        try {
            return Optional.of(
                    StrictJson.parse(text, JsonLimits.forReplies(Math.max(text.length, 1), JsonLimits.DEPTH_DEFAULT)));
        } catch (JsonRefused noJson) {
            return Optional.empty();
        }
    }
}
