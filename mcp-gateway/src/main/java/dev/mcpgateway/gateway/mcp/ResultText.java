package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.policy.screen.Place;
import dev.mcpgateway.policy.screen.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds all text of an upstream's message: every string, and every member name that the protocol does not fix. What is
 * forwarded is walked, also members that no revision knows; only binary content is left out, and counted.
 */
final class ResultText {
    private static final Name MIME_TYPE = Name.of("mimeType");
    private static final Name BLOB = Name.of("blob");
    private static final Name CONTENTS = Name.of("contents");
    private static final Name MESSAGES = Name.of("messages");

    /** Member names that MCP fixes in results, content blocks, errors and notifications: no upstream chose them. */
    private static final Set<String> FIXED_NAMES = Set.of(
            "_meta",
            "annotations",
            "audience",
            "blob",
            "code",
            "content",
            "data",
            "description",
            "icons",
            "id",
            "isError",
            "lastModified",
            "level",
            "logger",
            "message",
            "mimeType",
            "name",
            "priority",
            "progress",
            "progressToken",
            "requestId",
            "resource",
            "sizes",
            "src",
            "text",
            "theme",
            "title",
            "total",
            "type",
            "uri",
            "io.modelcontextprotocol/serverInfo",
            "version",
            "websiteUrl");

    private final JsonDocument document;
    private final List<Segment> segments = new ArrayList<>();
    private int unscanned;

    private ResultText(JsonDocument document) {
        this.document = document;
    }

    /**
     * The text of a message.
     *
     * @param segments in the order of the message
     * @param unscanned number of binary values that were not read
     */
    record Text(List<Segment> segments, int unscanned) {}

    /** All text of a response or notification. */
    static Text of(JsonDocument message) {
        ResultText walk = new ResultText(message);
        int root = JsonDocument.ROOT;
        for (int value = message.first(root); value != JsonDocument.NONE; value = message.next(root, value)) {
            if (message.isNamed(value, McpNames.RESULT)) {
                walk.result(value);
            } else if (message.isNamed(value, McpNames.ERROR)) {
                walk.value(value, Place.ERROR, "/error");
            } else if (message.isNamed(value, McpNames.PARAMS)) {
                walk.value(value, Place.PROGRESS, "/params");
            } else if (!message.isNamed(value, McpNames.JSONRPC) && !message.isNamed(value, McpNames.METHOD)) {
                walk.name(value, Place.META, "/" + escape(message.name(value)));
                walk.value(value, Place.META, "/" + escape(message.name(value)));
            }
        }
        return new Text(walk.segments, walk.unscanned);
    }

    private void result(int result) {
        if (!document.is(result, Kind.OBJECT)) {
            value(result, Place.TOOL_OUTPUT, "/result");
            return;
        }
        for (int value = document.first(result); value != JsonDocument.NONE; value = document.next(result, value)) {
            String pointer = "/result/" + escape(document.name(value));
            if (document.isNamed(value, McpNames.CONTENT)) {
                value(value, Place.TOOL_OUTPUT, pointer);
            } else if (document.isNamed(value, CONTENTS)) {
                value(value, Place.RESOURCE, pointer);
            } else if (document.isNamed(value, MESSAGES) || document.isNamed(value, McpNames.INPUT_REQUESTS)) {
                value(value, Place.PROMPT, pointer);
            } else if (document.isNamed(value, McpNames.STRUCTURED_CONTENT)) {
                value(value, Place.STRUCTURED, pointer);
            } else if (!document.isNamed(value, McpNames.RESULT_TYPE)
                    && !document.isNamed(value, McpNames.REQUEST_STATE)) {
                name(value, Place.META, pointer);
                value(value, Place.META, pointer);
            }
        }
    }

    private void value(int node, Place place, String pointer) {
        switch (document.kind(node)) {
            case STRING ->
                segments.add(
                        new Segment(place, pointer, document.string(node), document.start(node), document.end(node)));
            case OBJECT -> object(node, place, pointer);
            case ARRAY -> {
                int index = 0;
                for (int each = document.first(node); each != JsonDocument.NONE; each = document.next(node, each)) {
                    value(each, place, pointer + "/" + index++);
                }
            }
            case NUMBER, TRUE, FALSE, NULL -> {} // no text
        }
    }

    private void object(int object, Place place, String pointer) {
        boolean binary = (place == Place.TOOL_OUTPUT || place == Place.RESOURCE || place == Place.PROMPT)
                && document.member(object, MIME_TYPE) != JsonDocument.NONE;
        for (int value = document.first(object); value != JsonDocument.NONE; value = document.next(object, value)) {
            String name = document.name(value);
            String below = pointer + "/" + escape(name);
            name(value, place, below);
            if (binary && (document.isNamed(value, McpNames.DATA) || document.isNamed(value, BLOB))) {
                unscanned++;
            } else {
                value(value, place, below);
            }
        }
    }

    private void name(int member, Place place, String pointer) {
        String name = document.name(member);
        if (place == Place.STRUCTURED || !FIXED_NAMES.contains(name)) {
            segments.add(new Segment(
                    Place.STRUCTURED_KEY, pointer, name, document.nameStart(member), document.nameEnd(member)));
        }
    }

    private static String escape(String name) {
        return name.indexOf('~') < 0 && name.indexOf('/') < 0
                ? name
                : name.replace("~", "~0").replace("/", "~1");
    }
}
