package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/** What the gateway says on its own account, as bytes. */
final class OwnMessages {
    private final String clientInfo;
    private final ClientCapabilities own;

    /** The capabilities are those of the gateway's own requests. */
    OwnMessages(ClientIdentity identity, ClientCapabilities own) {
        this.clientInfo = text(identity.json());
        this.own = own;
    }

    /** What the gateway decides about an agent's request on its way to an upstream. */
    UpstreamMessage.Rewrite rewrite(UpstreamCall call, long id, ProgressRelay progress) {
        return new UpstreamMessage.Rewrite(
                bytes(Long.toString(id)),
                call.target(),
                progress.upstreamToken(),
                call.traceparent(),
                call.tracestate(),
                bytes(clientInfo),
                call.dialogue().capabilities(),
                call.dialogue().requestState(),
                call.dialogue().inputResponses(),
                call.dialogue().logLevel());
    }

    /** {@code server/discover}, which only modern servers understand. */
    byte[] discover(long id) {
        return request(id, "server/discover", "\"_meta\":" + meta(Revision.NEWEST_MODERN));
    }

    /** {@code initialize}; the server may ask for what is declared and for nothing else. */
    byte[] initialize(long id, ClientCapabilities declared) {
        return request(
                id,
                "initialize",
                "\"protocolVersion\":\"" + Revision.NEWEST_LEGACY.version() + "\",\"capabilities\":" + declared.json()
                        + ",\"clientInfo\":" + clientInfo);
    }

    byte[] initialized() {
        return bytes("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    }

    /**
     * One page of a list.
     *
     * @param cursor the cursor as JSON text, exactly as received; empty for the first page
     */
    byte[] list(FeatureList list, long id, Revision revision, String cursor) {
        String params = cursor.isEmpty() ? "" : "\"cursor\":" + cursor;
        if (revision.era() == Era.MODERN) {
            params = (params.isEmpty() ? "" : params + ",") + "\"_meta\":" + meta(revision);
        }
        return request(id, list.method(), params);
    }

    /** {@code logging/setLevel}, of a legacy session. */
    byte[] setLevel(long id, String level) {
        return request(id, "logging/setLevel", "\"level\":" + text(JsonText.quote(level)));
    }

    /** {@code resources/subscribe} or {@code resources/unsubscribe}, of a legacy session. */
    byte[] subscription(long id, boolean wanted, String uri) {
        return request(
                id, wanted ? "resources/subscribe" : "resources/unsubscribe", "\"uri\":" + text(JsonText.quote(uri)));
    }

    /** {@code subscriptions/listen} for changes of these resources. */
    byte[] listen(long id, Revision revision, Collection<String> uris) {
        StringBuilder list = new StringBuilder();
        for (String uri : uris) {
            list.append(list.isEmpty() ? "" : ",").append(text(JsonText.quote(uri)));
        }
        return request(
                id,
                "subscriptions/listen",
                "\"notifications\":{\"resourceSubscriptions\":[" + list + "]},\"_meta\":" + meta(revision));
    }

    /** {@code subscriptions/listen} for changes of the lists. */
    byte[] listen(long id, Revision revision) {
        return request(
                id,
                "subscriptions/listen",
                "\"notifications\":{\"toolsListChanged\":true,\"promptsListChanged\":true,"
                        + "\"resourcesListChanged\":true},\"_meta\":" + meta(revision));
    }

    byte[] cancelled(long id, String reason) {
        return bytes("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id
                + ",\"reason\":" + text(JsonText.quote(reason)) + "}}");
    }

    /** Answers {@code ping}. */
    static byte[] emptyResult(byte[] id) {
        return bytes("{\"jsonrpc\":\"2.0\",\"id\":" + text(id) + ",\"result\":{}}");
    }

    /** Answers what no declared capability allows to ask. */
    static byte[] methodNotFound(byte[] id) {
        return error(id, -32601, "Method not found: no such client capability was declared");
    }

    /** Answers what is declared, but cannot be brought to anyone: it is not known whose call it belongs to. */
    static byte[] nobodyToAsk(byte[] id) {
        return error(id, -32600, "Invalid Request: it belongs to no call, or to one of several");
    }

    /** Answers with an error. */
    static byte[] error(byte[] id, int code, String message) {
        return bytes("{\"jsonrpc\":\"2.0\",\"id\":" + text(id) + ",\"error\":{\"code\":" + code + ",\"message\":"
                + text(JsonText.quote(message)) + "}}");
    }

    private String meta(Revision revision) {
        return "{\"io.modelcontextprotocol/protocolVersion\":\"" + revision.version()
                + "\",\"io.modelcontextprotocol/clientInfo\":" + clientInfo
                + ",\"io.modelcontextprotocol/clientCapabilities\":" + own.json() + "}";
    }

    private static byte[] request(long id, String method, String params) {
        return bytes(
                "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{" + params + "}}");
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
