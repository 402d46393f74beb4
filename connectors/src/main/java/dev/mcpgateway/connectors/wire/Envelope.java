package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC 2.0 message of MCP, recognised in a parsed document: its shape and where its parts stand.
 *
 * <p>Members whose name differs from a protocol name only by case or by compatibility characters are refused: a reader
 * that folds names (GHSA-4gph-2hhr-5mwg) would take them for the real ones, so two readers would see two messages.
 *
 * @param document the whole message
 * @param shape what kind of message it is
 * @param id node of the id, a string or an integer; {@link JsonDocument#NONE} for notifications and for errors without
 *     a known request
 * @param method the method of a request or notification, empty for responses
 * @param params node of the {@code params} object, or {@link JsonDocument#NONE}
 */
public record Envelope(JsonDocument document, Shape shape, int id, String method, int params) {

    /** The kinds of JSON-RPC messages. */
    public enum Shape {
        /** Has a method and an id. */
        REQUEST,
        /** Has a method and no id. */
        NOTIFICATION,
        /** Answers a request with a result. */
        RESULT,
        /** Answers a request with an error. */
        ERROR
    }

    /** Longest request id in bytes as written; a peer's id is echoed, so it must not amplify. */
    public static final int ID_BYTES_MAX = 256;

    private static final Name TWO = Name.of("2.0");
    private static final List<Name> TOP =
            List.of(McpNames.JSONRPC, McpNames.ID, McpNames.METHOD, McpNames.PARAMS, McpNames.RESULT, McpNames.ERROR);
    private static final List<Name> IN_PARAMS = List.of(
            McpNames.NAME,
            McpNames.URI,
            McpNames.ARGUMENTS,
            McpNames.CURSOR,
            McpNames.META,
            McpNames.REQUEST_STATE,
            McpNames.INPUT_RESPONSES,
            McpNames.PROTOCOL_VERSION,
            McpNames.CAPABILITIES,
            McpNames.CLIENT_INFO);

    /**
     * Recognises the message.
     *
     * @throws NotJsonRpc if it is a batch, lacks {@code "jsonrpc":"2.0"}, has an id that is neither string nor integer,
     *     mixes request and response, or has members that fold to a protocol name
     */
    public static Envelope read(JsonDocument document) throws NotJsonRpc {
        int root = JsonDocument.ROOT;
        if (document.is(root, Kind.ARRAY)) {
            throw new NotJsonRpc("batches are not part of MCP: send one message per request", JsonDocument.NONE);
        }
        if (!document.is(root, Kind.OBJECT)) {
            throw new NotJsonRpc("a JSON-RPC message is an object", JsonDocument.NONE);
        }
        int id = document.member(root, McpNames.ID);
        int usableId = usable(document, id) ? id : JsonDocument.NONE;
        refuseFolded(document, root, TOP, usableId);
        if (!document.stringEquals(document.member(root, McpNames.JSONRPC), TWO)) {
            throw new NotJsonRpc("\"jsonrpc\" must be \"2.0\"", usableId);
        }
        return document.member(root, McpNames.METHOD) != JsonDocument.NONE
                ? call(document, id, usableId)
                : response(document, id, usableId);
    }

    private static Envelope call(JsonDocument document, int id, int usableId) throws NotJsonRpc {
        int root = JsonDocument.ROOT;
        int method = document.member(root, McpNames.METHOD);
        int params = document.member(root, McpNames.PARAMS);
        if (id != usableId) {
            throw new NotJsonRpc(
                    "\"id\" must be a string or an integer of at most " + ID_BYTES_MAX + " bytes", usableId);
        }
        if (!document.is(method, Kind.STRING)) {
            throw new NotJsonRpc("\"method\" must be a string", usableId);
        }
        if (document.member(root, McpNames.RESULT) != JsonDocument.NONE
                || document.member(root, McpNames.ERROR) != JsonDocument.NONE) {
            throw new NotJsonRpc("a request has no \"result\" and no \"error\"", usableId);
        }
        if (params != JsonDocument.NONE) {
            if (!document.is(params, Kind.OBJECT)) {
                throw new NotJsonRpc("\"params\" must be an object", usableId);
            }
            refuseFolded(document, params, IN_PARAMS, usableId);
        }
        Shape shape = id == JsonDocument.NONE ? Shape.NOTIFICATION : Shape.REQUEST;
        return new Envelope(document, shape, id, document.string(method), params);
    }

    private static Envelope response(JsonDocument document, int id, int usableId) throws NotJsonRpc {
        int root = JsonDocument.ROOT;
        int result = document.member(root, McpNames.RESULT);
        int error = document.member(root, McpNames.ERROR);
        if ((result == JsonDocument.NONE) == (error == JsonDocument.NONE)) {
            throw new NotJsonRpc("a message has a \"method\", a \"result\" or an \"error\"", usableId);
        }
        if (result != JsonDocument.NONE) {
            if (usableId == JsonDocument.NONE) {
                throw new NotJsonRpc("a result needs the id of its request", usableId);
            }
            return new Envelope(document, Shape.RESULT, id, "", JsonDocument.NONE);
        }
        if (id != usableId && !document.is(id, Kind.NULL)) {
            throw new NotJsonRpc("\"id\" must be a string or an integer", usableId);
        }
        return new Envelope(document, Shape.ERROR, usableId, "", JsonDocument.NONE);
    }

    /** The {@code result} of a response; {@link JsonDocument#NONE} otherwise. */
    public int result() {
        return document.member(JsonDocument.ROOT, McpNames.RESULT);
    }

    /** The {@code error} of a response; {@link JsonDocument#NONE} otherwise. */
    public int error() {
        return document.member(JsonDocument.ROOT, McpNames.ERROR);
    }

    /** A member of {@code params}, or {@link JsonDocument#NONE}. */
    public int param(Name name) {
        return params == JsonDocument.NONE ? JsonDocument.NONE : document.member(params, name);
    }

    /** The {@code _meta} object of {@code params}; {@link JsonDocument#NONE} when absent or no object. */
    public int meta() {
        int meta = param(McpNames.META);
        return document.is(meta, Kind.OBJECT) ? meta : JsonDocument.NONE;
    }

    /** A member of {@code params._meta}, or {@link JsonDocument#NONE}. */
    public int meta(Name name) {
        return document.member(meta(), name);
    }

    /** The id as written, or {@code null} for messages without one. */
    public byte @Nullable [] idBytes() {
        return id == JsonDocument.NONE ? null : document.rawBytes(id);
    }

    private static boolean usable(JsonDocument document, int id) {
        if (id == JsonDocument.NONE || document.length(id) > ID_BYTES_MAX) {
            return false;
        }
        return document.is(id, Kind.STRING) || (document.is(id, Kind.NUMBER) && isInteger(document, id));
    }

    private static boolean isInteger(JsonDocument document, int number) {
        for (int at = document.start(number); at < document.end(number); at++) {
            byte b = document.bytes()[at];
            if (b != '-' && (b < '0' || b > '9')) {
                return false;
            }
        }
        return true;
    }

    private static void refuseFolded(JsonDocument document, int object, List<Name> names, int id) throws NotJsonRpc {
        for (int value = document.first(object); value != JsonDocument.NONE; value = document.next(object, value)) {
            if (!isExact(document, value, names) && isFolded(document.name(value), names)) {
                throw new NotJsonRpc("a member name differs from a protocol name only by case or form", id);
            }
        }
    }

    private static boolean isExact(JsonDocument document, int value, List<Name> names) {
        for (Name name : names) {
            if (document.isNamed(value, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFolded(String member, List<Name> names) {
        String folded = Normalizer.normalize(member, Normalizer.Form.NFKC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
        for (Name name : names) {
            if (name.text().toLowerCase(Locale.ROOT).equals(folded)) {
                return true;
            }
        }
        return false;
    }
}
