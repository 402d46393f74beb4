package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.HeaderCodec;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The READ stage: from bytes to one message of a known revision. The order of checks is that of the ladder in the
 * 2026-07-28 specification: shape, era, envelope (version first), method, params, headers. The body decides; headers must
 * agree with it (SEP-2243).
 */
final class RequestReader {
    /** The revisions served to agents, newest first. */
    static final List<Revision> SERVED = List.of(Revision.V2026_07_28, Revision.V2025_11_25, Revision.V2025_06_18);

    static final String SESSION_HEADER = "Mcp-Session-Id";
    private static final String VERSION_HEADER = "MCP-Protocol-Version";
    private static final String METHOD_HEADER = "Mcp-Method";
    private static final String NAME_HEADER = "Mcp-Name";

    /** Methods that the modern era serves here; whatever else a modern envelope names is unknown. */
    private static final Set<String> MODERN_METHODS = Set.of(
            "server/discover",
            "tools/list",
            "tools/call",
            "prompts/list",
            "prompts/get",
            "resources/list",
            "resources/templates/list",
            "resources/read",
            "completion/complete",
            "subscriptions/listen");

    private static final Set<String> LEGACY_METHODS = Set.of(
            "ping",
            "tools/list",
            "tools/call",
            "prompts/list",
            "prompts/get",
            "resources/list",
            "resources/templates/list",
            "resources/read",
            "resources/subscribe",
            "resources/unsubscribe",
            "completion/complete",
            "logging/setLevel");

    private final JsonLimits limits;
    private final Sessions sessions;

    RequestReader(JsonLimits limits, Sessions sessions) {
        this.limits = limits;
        this.sessions = sessions;
    }

    /** Parses a body strictly. */
    JsonDocument parse(byte[] body) {
        try {
            return StrictJson.parse(body, limits);
        } catch (JsonRefused refused) {
            throw new Refused(Refusal.saying(Reason.NOT_JSON, String.valueOf(refused.getMessage())));
        }
    }

    /**
     * Whether the message belongs to the legacy era: the body's claim comes first, then the header; an unknown version is
     * a modern one, because legacy versions are all known.
     */
    static boolean isLegacy(Exchange exchange, Envelope envelope) {
        if (envelope.meta(McpNames.META_PROTOCOL_VERSION) != JsonDocument.NONE) {
            return false;
        }
        String version = exchange.headers().get(VERSION_HEADER);
        return version == null
                || Revision.of(version.strip()).map(r -> r.era() == Era.LEGACY).orElse(false)
                || (envelope.method().equals("initialize") && !isModernVersion(version));
    }

    private static boolean isModernVersion(String version) {
        return Revision.of(version.strip()).map(r -> r.era() == Era.MODERN).orElse(false);
    }

    /** Checks a modern message against the ladder. */
    AgentRequest modern(Exchange exchange, Caller caller, View view, Envelope envelope) {
        if (envelope.shape() == Shape.RESULT || envelope.shape() == Shape.ERROR) {
            throw new Refused(Refusal.saying(Reason.NOT_JSON_RPC, "agents send requests and notifications only"));
        }
        if (envelope.shape() == Shape.NOTIFICATION) {
            checkIfPresent(exchange, METHOD_HEADER, envelope.method());
            return new AgentRequest(exchange, caller, view, envelope, Revision.NEWEST_MODERN, null);
        }
        Revision revision = version(exchange, envelope);
        requireCapabilities(envelope);
        if (!MODERN_METHODS.contains(envelope.method())) {
            throw new Refused(Reason.UNKNOWN_METHOD);
        }
        checkParams(envelope);
        checkHeaders(exchange, envelope, revision);
        return new AgentRequest(exchange, caller, view, envelope, revision, null);
    }

    private static Revision version(Exchange exchange, Envelope envelope) {
        JsonDocument document = envelope.document();
        int version = envelope.meta(McpNames.META_PROTOCOL_VERSION);
        if (!document.is(version, Kind.STRING)) {
            throw new Refused(Refusal.saying(
                    Reason.BAD_ENVELOPE, "params._meta[\"" + McpNames.META_PROTOCOL_VERSION + "\"] must be a string"));
        }
        String requested = document.string(version);
        // a header that says otherwise is a mismatch, whichever of the two versions is served
        checkIfPresent(exchange, VERSION_HEADER, requested);
        Optional<Revision> revision = Revision.of(requested).filter(r -> r.era() == Era.MODERN);
        if (revision.isEmpty()) {
            throw new Refused(unsupported(requested));
        }
        return revision.get();
    }

    private static Refusal unsupported(String requested) {
        String supported = SERVED.stream().map(r -> '"' + r.version() + '"').collect(Collectors.joining(","));
        String echo = requested.length() > 64 ? requested.substring(0, 64) : requested;
        return Refusal.of(Reason.UNSUPPORTED_VERSION)
                .withData("{\"supported\":[" + supported + "],\"requested\":"
                        + new String(JsonText.quote(echo), StandardCharsets.UTF_8) + "}");
    }

    private static void requireCapabilities(Envelope envelope) {
        JsonDocument document = envelope.document();
        if (!document.is(envelope.meta(McpNames.META_CLIENT_CAPABILITIES), Kind.OBJECT)) {
            throw new Refused(Refusal.saying(
                    Reason.BAD_ENVELOPE,
                    "params._meta[\"" + McpNames.META_CLIENT_CAPABILITIES + "\"] must be an object"));
        }
        int info = envelope.meta(McpNames.META_CLIENT_INFO);
        if (info != JsonDocument.NONE && !document.is(info, Kind.OBJECT)) {
            throw new Refused(Refusal.saying(
                    Reason.BAD_ENVELOPE, "params._meta[\"" + McpNames.META_CLIENT_INFO + "\"] must be an object"));
        }
    }

    private static void checkParams(Envelope envelope) {
        JsonDocument document = envelope.document();
        int meta = envelope.param(McpNames.META);
        if (meta != JsonDocument.NONE && !document.is(meta, Kind.OBJECT)) {
            throw new Refused(Refusal.saying(Reason.BAD_PARAMS, "params._meta must be an object"));
        }
        int token = envelope.meta(McpNames.PROGRESS_TOKEN);
        if (token != JsonDocument.NONE && !document.is(token, Kind.STRING) && !document.is(token, Kind.NUMBER)) {
            throw new Refused(
                    Refusal.saying(Reason.BAD_PARAMS, "params._meta.progressToken must be a string or an integer"));
        }
        Optional<Name> named = named(envelope.method());
        if (named.isPresent() && !document.is(envelope.param(named.get()), Kind.STRING)) {
            throw new Refused(
                    Refusal.saying(Reason.BAD_PARAMS, "params." + named.get().text() + " must be a string"));
        }
        int arguments = envelope.param(McpNames.ARGUMENTS);
        if (named.isPresent() && arguments != JsonDocument.NONE && !document.is(arguments, Kind.OBJECT)) {
            throw new Refused(Refusal.saying(Reason.BAD_PARAMS, "params.arguments must be an object"));
        }
        int responses = envelope.param(McpNames.INPUT_RESPONSES);
        if (named.isPresent() && responses != JsonDocument.NONE && !document.is(responses, Kind.OBJECT)) {
            throw new Refused(Refusal.saying(Reason.BAD_PARAMS, "params.inputResponses must be an object"));
        }
        if (envelope.method().equals("subscriptions/listen")) {
            var _ = ListenFilter.of(envelope);
        }
        int cursor = envelope.param(McpNames.CURSOR);
        if (envelope.method().endsWith("/list") && cursor != JsonDocument.NONE && !document.is(cursor, Kind.STRING)) {
            throw new Refused(Refusal.saying(Reason.BAD_PARAMS, "params.cursor must be a string"));
        }
    }

    private static void checkHeaders(Exchange exchange, Envelope envelope, Revision revision) {
        requireHeader(exchange, VERSION_HEADER, revision.version(), false);
        requireHeader(exchange, METHOD_HEADER, envelope.method(), false);
        Optional<Name> named = named(envelope.method());
        if (named.isPresent()) {
            requireHeader(exchange, NAME_HEADER, envelope.document().string(envelope.param(named.get())), true);
        }
    }

    /** The member of {@code params} that names what a request is about, and that {@code Mcp-Name} repeats. */
    private static Optional<Name> named(String method) {
        return switch (method) {
            case "tools/call", "prompts/get" -> Optional.of(McpNames.NAME);
            case "resources/read" -> Optional.of(McpNames.URI);
            default -> Optional.empty();
        };
    }

    private static void requireHeader(Exchange exchange, String name, String body, boolean mayBeEncoded) {
        List<String> values = exchange.headers().getValuesList(name);
        if (values.size() != 1) {
            throw new Refused(Refusal.saying(
                    Reason.HEADER_MISMATCH, values.isEmpty() ? name + " is missing" : name + " was sent twice"));
        }
        String value = values.getFirst().strip();
        Optional<String> decoded = mayBeEncoded ? HeaderCodec.decode(value) : Optional.of(value);
        if (decoded.isEmpty()) {
            throw new Refused(Refusal.saying(Reason.HEADER_MISMATCH, name + " is malformed"));
        }
        if (!decoded.get().equals(body)) {
            throw new Refused(Refusal.saying(Reason.HEADER_MISMATCH, name + " does not match the body"));
        }
    }

    private static void checkIfPresent(Exchange exchange, String name, String body) {
        if (exchange.headers().contains(name)) {
            requireHeader(exchange, name, body, false);
        }
    }

    /** Checks a legacy message: its session, its version header, its method. {@code initialize} is not for here. */
    AgentRequest legacy(Exchange exchange, Caller caller, View view, Envelope envelope) {
        Session session = sessions.find(sessionId(exchange), caller, view);
        checkVersion(exchange, session);
        if (envelope.shape() == Shape.REQUEST) {
            if (!LEGACY_METHODS.contains(envelope.method())) {
                throw new Refused(Reason.UNKNOWN_METHOD);
            }
            checkParams(envelope);
        }
        return new AgentRequest(exchange, caller, view, envelope, session.revision(), session);
    }

    /** The version header, where there is one, says what the session speaks. */
    static void checkVersion(Exchange exchange, Session session) {
        String version = exchange.headers().get(VERSION_HEADER);
        if (version != null && !version.strip().equals(session.revision().version())) {
            throw new Refused(Refusal.saying(
                    Reason.BAD_VERSION_HEADER,
                    "the session speaks " + session.revision().version()));
        }
    }

    static @Nullable String sessionId(Exchange exchange) {
        List<String> values = exchange.headers().getValuesList(SESSION_HEADER);
        if (values.size() > 1) {
            throw new Refused(Reason.UNKNOWN_SESSION);
        }
        return values.isEmpty() ? null : values.getFirst().strip();
    }
}
