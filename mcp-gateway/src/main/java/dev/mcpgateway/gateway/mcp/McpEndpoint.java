package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Endpoint;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Authenticator;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.kill.Kill;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.LogKeys;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One MCP endpoint: IDENTIFY, READ, then one switch from method to path. Every refusal of every path ends here, recorded,
 * logged and answered once.
 */
final class McpEndpoint implements Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(McpEndpoint.class);

    private final View view;
    private final Authenticator authenticator;
    private final KillSwitch kills;
    private final BoundedBody bodies;
    private final RequestReader reader;
    private final Handshake handshake;
    private final ListPath lists;
    private final CallPath calls;
    private final StreamPath streams;
    private final SessionPath sessions;
    private final CallRecords records;
    private final Answers answers;
    private final Telemetry telemetry;
    private final int answerBytesMax;

    McpEndpoint(
            View view,
            Authenticator authenticator,
            KillSwitch kills,
            BoundedBody bodies,
            RequestReader reader,
            Handshake handshake,
            ListPath lists,
            CallPath calls,
            StreamPath streams,
            SessionPath sessions,
            CallRecords records,
            Answers answers,
            Telemetry telemetry,
            int answerBytesMax) {
        this.view = view;
        this.authenticator = authenticator;
        this.kills = kills;
        this.bodies = bodies;
        this.reader = reader;
        this.handshake = handshake;
        this.lists = lists;
        this.calls = calls;
        this.streams = streams;
        this.sessions = sessions;
        this.records = records;
        this.answers = answers;
        this.telemetry = telemetry;
        this.answerBytesMax = answerBytesMax;
    }

    /** What is known of a request so far, for the refusal that may end it. */
    private static final class Progress {
        private @Nullable Caller caller;
        private @Nullable Envelope envelope;
        private byte @Nullable [] requestId;
        private boolean legacy;
    }

    @Override
    public void handle(Exchange exchange) {
        CallTrace trace = telemetry.begin(exchange.startNanos());
        Progress progress = new Progress();
        try {
            trace.enter(Stage.IDENTIFY);
            Caller caller = authenticator.authenticate(exchange, view.resource());
            progress.caller = caller;
            Kill stop = kills.stopped(caller);
            if (stop != null) {
                throw new Refused(Refusal.of(Reason.STOPPED, stop.id()));
            }
            switch (exchange.method()) {
                case "POST" -> post(exchange, caller, progress, trace);
                case "GET" -> streams.get(exchange, caller, view, trace);
                case "DELETE" -> {
                    handshake.end(exchange, caller, view);
                    trace.end(null);
                }
                default -> throw new Refused(Refusal.saying(Reason.BAD_METHOD, "POST, GET, DELETE"));
            }
        } catch (Refused refused) {
            refuse(exchange, refused, progress, trace);
        }
    }

    private void post(Exchange exchange, Caller caller, Progress progress, CallTrace trace) {
        trace.enter(Stage.READ);
        Envelope envelope = envelope(reader.parse(bodies.read(exchange, caller.key())), progress);
        progress.legacy = RequestReader.isLegacy(exchange, envelope);
        if (progress.legacy && envelope.method().equals("initialize") && envelope.shape() == Shape.REQUEST) {
            trace.described(envelope, exchange.headers(), "", exchange.id());
            handshake.initialize(exchange, caller, view, envelope, trace);
            trace.end(null);
            return;
        }
        AgentRequest request = progress.legacy
                ? reader.legacy(exchange, caller, view, envelope)
                : reader.modern(exchange, caller, view, envelope);
        if (envelope.shape() == Shape.NOTIFICATION) {
            notified(request);
            trace.end(null);
            return;
        }
        if (envelope.shape() != Shape.REQUEST) {
            answered(request);
            trace.end(null);
            return;
        }
        trace.described(envelope, exchange.headers(), request.revision().version(), exchange.id());
        if (envelope.method().equals("subscriptions/listen")) {
            streams.listen(request, trace);
            return;
        }
        Session session = request.session();
        trace.end(
                session == null
                        ? exchange.whileAgentStays(() -> dispatch(request, trace))
                        : session.running(envelope.document().raw(envelope.id()), () -> dispatch(request, trace)));
    }

    private static Envelope envelope(JsonDocument document, Progress progress) {
        try {
            Envelope envelope = Envelope.read(document);
            progress.envelope = envelope;
            progress.requestId = envelope.idBytes();
            return envelope;
        } catch (NotJsonRpc refused) {
            progress.requestId = refused.id() == JsonDocument.NONE ? null : document.rawBytes(refused.id());
            throw new Refused(Refusal.saying(Reason.NOT_JSON_RPC, String.valueOf(refused.getMessage())));
        }
    }

    /** From method to path; gives the error type of what was answered, {@code null} for success. */
    private @Nullable String dispatch(AgentRequest request, CallTrace trace) {
        return switch (request.envelope().method()) {
            case "tools/call", "prompts/get", "resources/read", "completion/complete" ->
                calls.handle(request, new AgentReply(request.exchange(), answers, request.isLegacy()), trace);
            case "tools/list" -> lists.handle(FeatureList.TOOLS, request, trace);
            case "prompts/list" -> lists.handle(FeatureList.PROMPTS, request, trace);
            case "resources/list" -> lists.handle(FeatureList.RESOURCES, request, trace);
            case "resources/templates/list" -> lists.handle(FeatureList.RESOURCE_TEMPLATES, request, trace);
            case "server/discover" -> handshake.discover(request);
            case "ping" -> handshake.ping(request);
            case "logging/setLevel" -> sessions.setLevel(request);
            case "resources/subscribe" -> sessions.subscribe(request, trace);
            case "resources/unsubscribe" -> sessions.unsubscribe(request);
            default -> throw new Refused(Reason.UNKNOWN_METHOD);
        };
    }

    /** Notifications are taken; the only one that does something is the cancellation of a legacy request. */
    private void notified(AgentRequest request) {
        Envelope envelope = request.envelope();
        Session session = request.session();
        if (session != null && envelope.method().equals("notifications/cancelled")) {
            int requestId = envelope.param(McpNames.REQUEST_ID);
            if (envelope.document().is(requestId, Kind.STRING)
                    || envelope.document().is(requestId, Kind.NUMBER)) {
                session.cancel(envelope.document().raw(requestId));
            }
        }
        answers.empty(request.exchange(), 202);
    }

    /** An agent's answer to what the gateway asked in its session. */
    private void answered(AgentRequest request) {
        Session session = request.session();
        if (request.envelope().document().bytes().length > answerBytesMax) {
            throw new Refused(Refusal.of(Reason.TOO_LARGE, "an answer of more than " + answerBytesMax + " bytes"));
        }
        if (session == null || !session.answer(request.envelope())) {
            throw new Refused(Refusal.saying(Reason.NOT_JSON_RPC, "no request of this gateway has that id"));
        }
        answers.empty(request.exchange(), 202);
    }

    private void refuse(Exchange exchange, Refused refused, Progress progress, CallTrace trace) {
        Refused recorded = refused.isRecorded()
                ? refused
                : records.refusedEarly(exchange, progress.caller, progress.envelope, refused.why());
        Refusal why = recorded.why();
        telemetry.refused(trace.stage(), why.reason());
        trace.end(why.reason().code());
        // refusals of strangers are counted and audited; a line for each would let them fill the disk
        LOG.atLevel(progress.caller == null ? Level.DEBUG : Level.INFO)
                .addKeyValue(LogKeys.CALL_ID, exchange.id())
                .addKeyValue(LogKeys.STAGE, trace.stage())
                .addKeyValue(LogKeys.REASON, why.reason().code())
                .addKeyValue(LogKeys.DETAIL, why.detail())
                .log("refused");
        if (why.reason().form() == Reason.Form.NONE) {
            cancelled(exchange, progress.legacy);
        } else {
            Envelope envelope = progress.envelope;
            boolean toolCall = envelope != null && envelope.method().equals("tools/call");
            answers.refuse(exchange, why, progress.requestId, progress.legacy, toolCall);
        }
    }

    /** A legacy agent cancelled by a notification and still waits; a modern one did it by leaving. */
    private void cancelled(Exchange exchange, boolean legacy) {
        if (legacy) {
            answers.empty(exchange, 202);
        } else {
            answers.abandon(exchange);
        }
    }
}
