package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.nio.charset.StandardCharsets;

/** What the gateway says on its own account, as bytes. */
final class OwnMessages {
    private final String clientInfo;

    OwnMessages(ClientIdentity identity) {
        this.clientInfo = text(identity.json());
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

    /** {@code initialize}, declaring no capability, so that no one may ask us for anything. */
    byte[] initialize(long id) {
        return request(
                id,
                "initialize",
                "\"protocolVersion\":\"" + Revision.NEWEST_LEGACY.version() + "\",\"capabilities\":{},\"clientInfo\":"
                        + clientInfo);
    }

    byte[] initialized() {
        return bytes("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    }

    /**
     * One page of {@code tools/list}.
     *
     * @param cursor the cursor as JSON text, exactly as received; empty for the first page
     */
    byte[] listTools(long id, Revision revision, String cursor) {
        String params = cursor.isEmpty() ? "" : "\"cursor\":" + cursor;
        if (revision.era() == Era.MODERN) {
            params = (params.isEmpty() ? "" : params + ",") + "\"_meta\":" + meta(revision);
        }
        return request(id, "tools/list", params);
    }

    /** {@code subscriptions/listen} for changes of the tools. */
    byte[] listen(long id, Revision revision) {
        return request(
                id,
                "subscriptions/listen",
                "\"notifications\":{\"toolsListChanged\":true},\"_meta\":" + meta(revision));
    }

    byte[] cancelled(long id, String reason) {
        return bytes("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id
                + ",\"reason\":" + text(JsonText.quote(reason)) + "}}");
    }

    /** Answers {@code ping}. */
    static byte[] emptyResult(byte[] id) {
        return bytes("{\"jsonrpc\":\"2.0\",\"id\":" + text(id) + ",\"result\":{}}");
    }

    /** Answers every other request: nothing was declared, so nothing may be asked. */
    static byte[] methodNotFound(byte[] id) {
        return bytes("{\"jsonrpc\":\"2.0\",\"id\":" + text(id)
                + ",\"error\":{\"code\":-32601,\"message\":\"Method not found: no client capability was declared\"}}");
    }

    private String meta(Revision revision) {
        return "{\"io.modelcontextprotocol/protocolVersion\":\"" + revision.version()
                + "\",\"io.modelcontextprotocol/clientInfo\":" + clientInfo
                + ",\"io.modelcontextprotocol/clientCapabilities\":{}}";
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
