package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.util.ArrayList;
import java.util.List;

/** A JSON object of a server, read by name; what is of another type is not there. */
record Metadata(JsonDocument document) {
    private static final int BYTES_MAX = 64 * 1024;
    private static final int TEXTS_MAX = 256;

    static JsonDocument of(byte[] json) throws OAuthFault {
        try {
            JsonDocument document = StrictJson.parse(json, JsonLimits.forRequests(BYTES_MAX, JsonLimits.DEPTH_DEFAULT));
            if (document.is(JsonDocument.ROOT, Kind.OBJECT)) {
                return document;
            }
        } catch (JsonRefused notJson) {
            // told below
        }
        throw new OAuthFault("the answer is no JSON object");
    }

    String text(String name) {
        int node = document.at(Name.of(name));
        return document.is(node, Kind.STRING) ? document.string(node) : "";
    }

    boolean has(String name) {
        return document.at(Name.of(name)) != JsonDocument.NONE;
    }

    String raw(String name) {
        int node = document.at(Name.of(name));
        return document.is(node, Kind.NUMBER) ? document.raw(node) : "";
    }

    boolean isTrue(String name) {
        return document.is(document.at(Name.of(name)), Kind.TRUE);
    }

    List<String> texts(String name) {
        int list = document.at(Name.of(name));
        List<String> texts = new ArrayList<>();
        if (document.is(list, Kind.ARRAY)) {
            for (int each = document.first(list); each != JsonDocument.NONE; each = document.next(list, each)) {
                if (texts.size() < TEXTS_MAX && document.is(each, Kind.STRING)) {
                    texts.add(document.string(each));
                }
            }
        }
        return texts;
    }
}
