package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditEvent.SessionClosed;
import dev.mcpgateway.audit.AuditEvent.SessionOpened;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.McpExchange;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.ViewNames;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.records.Parties;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How agents learn what is served here: {@code server/discover}, {@code initialize} and the end of a session. */
final class Handshake {
    private static final String TRANSPORT = "streamable_http";
    private static final String SCREENED = "Results are screened; a withheld or cut result says so.";
    private static final String PREFIXED = "Tools of several servers, named <server>__<tool>. " + SCREENED;

    private final Sessions sessions;
    private final Announcements announcements;
    private final AuditLog log;
    private final Answers answers;
    private final ViewTables tables;
    private final String serverInfo;
    private final Duration ttl;

    Handshake(
            Sessions sessions,
            Announcements announcements,
            AuditLog log,
            Answers answers,
            ViewTables tables,
            String serverInfo,
            Duration ttl) {
        this.sessions = sessions;
        this.announcements = announcements;
        this.log = log;
        this.answers = answers;
        this.tables = tables;
        this.serverInfo = serverInfo;
        this.ttl = ttl;
    }

    /** Answers {@code server/discover} (2026-07-28). */
    @Nullable
    String discover(AgentRequest request) {
        String versions = RequestReader.SERVED.stream()
                .map(revision -> '"' + revision.version() + '"')
                .collect(Collectors.joining(","));
        return answer(
                request,
                "{\"resultType\":\"complete\",\"supportedVersions\":[" + versions + "],\"capabilities\":"
                        + capabilities(request.view()) + ",\"instructions\":" + instructions(request.view())
                        + ",\"ttlMs\":" + ttl.toMillis()
                        + ",\"cacheScope\":\"public\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":" + serverInfo
                        + "}}");
    }

    /** What is declared to agents of either era: what the view serves now, and nothing that it does not. */
    private String capabilities(View view) {
        return tables.of(view).served().capabilities();
    }

    private static String instructions(View view) {
        String own = view.names() instanceof ViewNames.Bare ? SCREENED : PREFIXED;
        String text = view.instructions().isEmpty() ? own : view.instructions();
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    /** Answers {@code ping} (legacy). */
    @Nullable
    String ping(AgentRequest request) {
        return answer(request, "{}");
    }

    private @Nullable String answer(AgentRequest request, String result) {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":" + new String(request.id(), StandardCharsets.UTF_8) + ",\"result\":"
                + result + "}";
        answers.json(request.exchange(), 200, body.getBytes(StandardCharsets.UTF_8));
        return null;
    }

    /**
     * Opens a session: the agent's revision if it is served, else the newest legacy one, as the legacy revisions ask.
     */
    void initialize(Exchange exchange, Caller caller, View view, Envelope envelope, CallTrace trace) {
        JsonDocument document = envelope.document();
        int version = envelope.param(McpNames.PROTOCOL_VERSION);
        if (envelope.id() == JsonDocument.NONE || !document.is(version, Kind.STRING)) {
            throw new Refused(Refusal.saying(Reason.BAD_PARAMS, "initialize needs an id and params.protocolVersion"));
        }
        Revision revision = Revision.of(document.string(version))
                .filter(asked -> asked.era() == Era.LEGACY && RequestReader.SERVED.contains(asked))
                .orElse(Revision.NEWEST_LEGACY);
        Session session = sessions.open(caller, view, revision, capabilities(envelope));
        try {
            log.append(new SessionOpened(
                    Parties.actor(caller),
                    CallRecords.agent(envelope),
                    Parties.source(exchange),
                    new McpExchange(
                            revision.version(),
                            envelope.method(),
                            document.raw(envelope.id()),
                            session.id(),
                            TRANSPORT),
                    CallRecords.trace(trace)));
        } catch (AuditUnavailable failure) {
            sessions.end(session);
            throw CallRecords.unavailable(failure);
        }
        announcements.add(session.ear());
        exchange.response().getHeaders().put(RequestReader.SESSION_HEADER, session.id());
        String body = "{\"jsonrpc\":\"2.0\",\"id\":" + document.raw(envelope.id())
                + ",\"result\":{\"protocolVersion\":\"" + revision.version()
                + "\",\"capabilities\":" + capabilities(view) + ",\"serverInfo\":" + serverInfo + ",\"instructions\":"
                + instructions(view) + "}}";
        answers.json(exchange, 200, body.getBytes(StandardCharsets.UTF_8));
    }

    /** What the agent declared; a session keeps it, so it is bounded. */
    private static ClientCapabilities capabilities(Envelope envelope) {
        JsonDocument document = envelope.document();
        int declared = envelope.param(McpNames.CAPABILITIES);
        if (declared == JsonDocument.NONE) {
            return ClientCapabilities.NONE;
        }
        if (!document.is(declared, Kind.OBJECT) || document.length(declared) > ClientCapabilities.BYTES_MAX) {
            throw new Refused(Refusal.saying(
                    Reason.BAD_PARAMS,
                    "params.capabilities must be an object of at most " + ClientCapabilities.BYTES_MAX + " bytes"));
        }
        return ClientCapabilities.of(document, declared);
    }

    /** Ends a session at the agent's request. */
    void end(Exchange exchange, Caller caller, View view) {
        Session session = sessions.find(RequestReader.sessionId(exchange), caller, view);
        sessions.end(session);
        try {
            log.appendAsync(new SessionClosed(
                    Parties.actor(caller),
                    Parties.source(exchange),
                    new McpExchange(session.revision().version(), "", "", session.id(), TRANSPORT),
                    "deleted"));
        } catch (AuditUnavailable failure) {
            throw CallRecords.unavailable(failure);
        }
        answers.empty(exchange, 204);
    }
}
