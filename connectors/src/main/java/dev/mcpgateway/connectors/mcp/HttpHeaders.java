package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.wire.HeaderCodec;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.ParamHeaders;
import dev.mcpgateway.connectors.wire.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Header fields of requests to an MCP server, always computed from what the body says. */
final class HttpHeaders {
    private static final HttpHeader JSON = new HttpHeader("Content-Type", "application/json");
    private static final HttpHeader ACCEPT_BOTH = new HttpHeader("Accept", "application/json, text/event-stream");
    private static final HttpHeader ACCEPT_EVENTS = new HttpHeader("Accept", "text/event-stream");

    private HttpHeaders() {}

    /** Of a modern request of the gateway's own. */
    static List<HttpHeader> modern(Revision revision, String method, Credential credential) {
        List<HttpHeader> headers = post(8);
        headers.add(version(revision));
        headers.add(new HttpHeader("Mcp-Method", method));
        headers.addAll(credential.headers());
        return headers;
    }

    /** Of a modern request in a caller's name; the mirrored arguments are those of a tool. */
    static List<HttpHeader> modernCall(
            Revision revision, UpstreamCall call, ParamHeaders mirrored, Credential credential) {
        List<HttpHeader> headers = post(12);
        headers.add(version(revision));
        headers.add(new HttpHeader("Mcp-Method", call.method()));
        if (!call.method().equals("completion/complete")) {
            headers.add(new HttpHeader("Mcp-Name", HeaderCodec.encode(call.target())));
        }
        addTrace(headers, call);
        JsonDocument document = call.request().document();
        int arguments = call.request().param(McpNames.ARGUMENTS);
        for (ParamHeaders.Param param : mirrored.params()) {
            ParamHeaders.value(document, arguments, param)
                    .ifPresent(value -> headers.add(new HttpHeader(param.header(), value)));
        }
        headers.addAll(credential.headers());
        return headers;
    }

    /** Of {@code initialize}: neither version nor session exist yet. */
    static List<HttpHeader> initialize(Credential credential) {
        List<HttpHeader> headers = post(4);
        headers.addAll(credential.headers());
        return headers;
    }

    /** Of a legacy message within a session. */
    static List<HttpHeader> legacy(HttpSession session, Credential credential) {
        List<HttpHeader> headers = post(8);
        addSession(headers, session);
        headers.addAll(credential.headers());
        return headers;
    }

    /** Of a legacy request in a caller's name. */
    static List<HttpHeader> legacyCall(HttpSession session, UpstreamCall call, Credential credential) {
        List<HttpHeader> headers = post(8);
        addSession(headers, session);
        addTrace(headers, call);
        headers.addAll(credential.headers());
        return headers;
    }

    /** Of the GET that opens a legacy session's stream, and of the DELETE that ends the session. */
    static List<HttpHeader> bodiless(HttpSession session, Credential credential) {
        List<HttpHeader> headers = new ArrayList<>(6);
        headers.add(ACCEPT_EVENTS);
        addSession(headers, session);
        headers.addAll(credential.headers());
        return headers;
    }

    private static List<HttpHeader> post(int capacity) {
        List<HttpHeader> headers = new ArrayList<>(capacity);
        headers.add(JSON);
        headers.add(ACCEPT_BOTH);
        return headers;
    }

    private static HttpHeader version(Revision revision) {
        return new HttpHeader("MCP-Protocol-Version", revision.version());
    }

    private static void addSession(List<HttpHeader> headers, HttpSession session) {
        if (session.revision().compareTo(Revision.V2025_06_18) >= 0) {
            // the field came with that revision
            headers.add(version(session.revision()));
        }
        Optional<String> id = session.id();
        id.ifPresent(value -> headers.add(new HttpHeader("Mcp-Session-Id", value)));
    }

    private static void addTrace(List<HttpHeader> headers, UpstreamCall call) {
        String traceparent = call.traceparent();
        if (traceparent != null) {
            headers.add(new HttpHeader("traceparent", traceparent));
        }
        String tracestate = call.tracestate();
        if (tracestate != null) {
            headers.add(new HttpHeader("tracestate", tracestate));
        }
    }
}
