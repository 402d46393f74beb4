package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.connectors.mcp.CatalogSnapshot;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.config.Limits;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Endpoint;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Authenticator;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.screen.ResponseScreen;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Everything behind the MCP endpoints, wired; what other packages need of it. */
public final class McpFace implements AutoCloseable {
    /** How long an agent may take from one round of a request to the next (S-46). */
    private static final Duration STATE_LIFETIME = Duration.ofMinutes(10);

    /** Calls that wait for an agent's answer: each holds a session of its upstream. */
    private static final int HELD_CALLS_MAX = 1_000;

    private static final int HELD_CALLS_PER_CALLER = 16;

    private final Supplier<Policy> policies;
    private final KillSwitch kills;
    private final Upstreams upstreams;
    private final AuditLog audit;
    private final ResponseScreen screen;
    private final Telemetry telemetry;
    private final Limits limits;
    private final InstantSource clock;
    private final String serverInfo;
    private final ViewTables tables;
    private final Sessions sessions;
    private final Announcements announcements;
    private final ResourceWatches watches;
    private final Places streamPlaces;
    private final CallerStreams callerStreams;
    private final SessionSweeper sweeper;
    private final CallRecords records;
    private final Admission admission;
    private final CursorSeal cursors;
    private final RequestState.Sealer states;
    private final HeldCalls held;

    /**
     * Wires the face.
     *
     * @param secureRandom cryptographically strong; makes session ids and the key of cursors
     */
    public McpFace(
            List<View> views,
            Supplier<Policy> policies,
            KillSwitch kills,
            Upstreams upstreams,
            AuditLog audit,
            ResponseScreen screen,
            Telemetry telemetry,
            Limits limits,
            InstantSource clock,
            LongSupplier nanoClock,
            RandomGenerator secureRandom,
            String version) {
        this.policies = policies;
        this.kills = kills;
        this.upstreams = upstreams;
        this.audit = audit;
        this.screen = screen;
        this.telemetry = telemetry;
        this.limits = limits;
        this.clock = clock;
        this.serverInfo = serverInfo(version);
        this.tables = new ViewTables(views, PayloadLimits.STANDARD.bytesMax(limits.argumentsBytes()));
        this.records = new CallRecords(audit);
        this.announcements = new Announcements(tables, policies, clock, nanoClock);
        this.watches = new ResourceWatches(upstreams);
        this.callerStreams = new CallerStreams(kills);
        this.streamPlaces = new Places(limits.streams(), limits.streamsPerCaller());
        this.sessions = new Sessions(
                limits.sessions(),
                limits.sessionsPerCaller(),
                limits.sessionIdle(),
                nanoClock,
                secureRandom,
                session -> announcements.remove(session.ear()),
                records::expired,
                records::revoked);
        this.sweeper = new SessionSweeper(sessions);
        this.admission = new Admission(upstreams.concurrentCalls());
        Seal seal = new Seal(secureRandom);
        this.cursors = new CursorSeal(seal);
        this.states = new RequestState.Sealer(seal, clock, STATE_LIFETIME);
        this.held = new HeldCalls(HELD_CALLS_MAX, HELD_CALLS_PER_CALLER, limits.inputWait(), secureRandom);
        telemetry.gauge("gateway.sessions", "Open legacy sessions.", sessions::size);
        telemetry.gauge("gateway.calls.held", "Calls that wait for an agent's answer.", held::size);
        telemetry.gauge("gateway.resources.watched", "Resources that upstreams watch for agents.", watches::size);
        telemetry.gauge(
                "gateway.tools.quarantined",
                "Tools kept out because their schema cannot be enforced.",
                () -> tables.quarantined().size());
    }

    /** The JSON text of this gateway's {@code serverInfo}. */
    public static String serverInfo(String version) {
        return "{\"name\":\"mcp-gateway\",\"title\":\"MCP Gateway\",\"version\":"
                + new String(JsonText.quote(version), StandardCharsets.UTF_8) + "}";
    }

    /** Takes over a new catalogue. */
    public void update(CatalogSnapshot catalog) {
        tables.update(catalog);
        announcements.changed();
    }

    /** Another policy may be in force. */
    public void policyChanged() {
        announcements.changed();
    }

    /** No agent is asked any more, because the gateway stops: calls that wait for one go on without an answer. */
    public void drain() {
        sessions.askNoMore();
    }

    /**
     * Somebody or something was stopped, or may go on. Streams and sessions of stopped callers end, and the calls that
     * wait for their answer or were made to a stopped tool; calls under way finish.
     */
    public void killsChanged() {
        callerStreams.endStopped();
        sessions.revoke(caller -> kills.stopped(caller) != null);
        held.cancelStopped();
        announcements.changed();
    }

    /** Ends all sessions, what is watched for them, and the calls that wait for an agent's answer. */
    @Override
    public void close() {
        sweeper.close();
        held.cancelAll();
        sessions.endAll();
    }

    /** Canonical names of all tools that can be called. */
    public Set<String> toolNames() {
        return tables.toolNames();
    }

    /** Tools that are kept out, with the reason. */
    public Map<String, String> quarantined() {
        return tables.quarantined();
    }

    /** What upstreams offer and a view does not, though it was selected, by view. */
    public Map<String, List<String>> leftOut() {
        return tables.leftOut();
    }

    /** The endpoint of a view. */
    public Endpoint endpoint(View view, Authenticator authenticator, BoundedBody bodies, Answers answers) {
        ResultScreen resultScreen = new ResultScreen(
                screen,
                telemetry,
                serverInfo.getBytes(StandardCharsets.UTF_8),
                limits.replyBytes(),
                limits.resultBytes(),
                limits.jsonDepth());
        CallPath calls = new CallPath(
                policies,
                kills,
                tables,
                upstreams,
                admission,
                records,
                resultScreen,
                telemetry,
                clock,
                limits.callsPerMinute(),
                limits.argumentsBytes(),
                new InputRelay(upstreams, held, kills, resultScreen, limits.inputWait()),
                states);
        ListPath lists = new ListPath(
                policies,
                tables,
                records,
                audit,
                answers,
                cursors,
                serverInfo,
                clock,
                limits.listTools(),
                limits.listTtl());
        Subscribing subscribing = new Subscribing(watches, announcements, records);
        StreamPath streams = new StreamPath(
                sessions,
                tables,
                policies,
                announcements,
                subscribing,
                streamPlaces,
                callerStreams,
                records,
                new StreamRecords(audit),
                answers,
                serverInfo,
                clock);
        SessionPath inSessions = new SessionPath(tables, policies, subscribing, records, answers, clock);
        return new McpEndpoint(
                view,
                authenticator,
                kills,
                bodies,
                new RequestReader(JsonLimits.forRequests(limits.requestBytes(), limits.jsonDepth()), sessions),
                new Handshake(sessions, announcements, audit, answers, tables, serverInfo, limits.listTtl()),
                lists,
                calls,
                streams,
                inSessions,
                records,
                answers,
                telemetry,
                limits.argumentsBytes());
    }

    /** Records a refusal that came before an MCP endpoint was reached, or at the operators' port. */
    public Refusal refusedAtTheEdge(Exchange exchange, Refusal refusal) {
        telemetry.refused(refusal.reason().stage(), refusal.reason());
        return records.refusedEarly(exchange, null, null, refusal).why();
    }
}
