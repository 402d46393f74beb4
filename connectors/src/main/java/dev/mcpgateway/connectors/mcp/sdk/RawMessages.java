package dev.mcpgateway.connectors.mcp.sdk;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import java.util.HashMap;
import java.util.Map;

/**
 * The SDK's JSON mapper, which maps nothing: each message passes through the SDK as the text it is, carried in a
 * notification. So no number is rounded, no member dropped, no duplicate name merged, and a message that the SDK's types
 * could not hold ends no session.
 */
final class RawMessages implements McpJsonMapper {
    private static final String CARRIER = "raw";

    /** The carrier of an outgoing message. */
    static JSONRPCMessage carrier(String json) {
        return new JSONRPCNotification("2.0", CARRIER, json);
    }

    /** What an incoming carrier carries. */
    static String text(JSONRPCMessage carrier) {
        if (carrier instanceof JSONRPCNotification notification && notification.params() instanceof String json) {
            return json;
        }
        throw new IllegalArgumentException("not made by this mapper");
    }

    @Override
    @SuppressWarnings("unchecked") // the SDK asks for one type here: a map that it tells requests from responses by
    public <T> T readValue(String content, TypeRef<T> type) {
        Map<String, Object> carrier = new HashMap<>();
        carrier.put("method", CARRIER);
        carrier.put("params", content);
        return (T) carrier;
    }

    @Override
    public <T> T convertValue(Object value, Class<T> type) {
        if (value instanceof Map<?, ?> carrier && carrier.get("params") instanceof String json) {
            return type.cast(carrier(json));
        }
        throw new UnsupportedOperationException("messages are never typed");
    }

    @Override
    public String writeValueAsString(Object value) {
        if (value instanceof JSONRPCMessage carrier) {
            return text(carrier);
        }
        throw new UnsupportedOperationException("only messages are written");
    }

    @Override
    public <T> T readValue(String content, Class<T> type) {
        throw new UnsupportedOperationException("messages are never typed");
    }

    @Override
    public <T> T readValue(byte[] content, Class<T> type) {
        throw new UnsupportedOperationException("messages are never typed");
    }

    @Override
    public <T> T readValue(byte[] content, TypeRef<T> type) {
        throw new UnsupportedOperationException("messages are never typed");
    }

    @Override
    public <T> T convertValue(Object value, TypeRef<T> type) {
        throw new UnsupportedOperationException("messages are never typed");
    }

    @Override
    public byte[] writeValueAsBytes(Object value) {
        throw new UnsupportedOperationException("messages are written as text");
    }
}
