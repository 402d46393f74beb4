package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.Agent;
import dev.mcpgateway.audit.AuditEvent.SessionClosed;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallKind;
import dev.mcpgateway.audit.CallOpened;
import dev.mcpgateway.audit.CallRefused;
import dev.mcpgateway.audit.Decision;
import dev.mcpgateway.audit.Durability;
import dev.mcpgateway.audit.McpExchange;
import dev.mcpgateway.audit.PayloadSize;
import dev.mcpgateway.audit.PolicyRef;
import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.audit.ToolRef;
import dev.mcpgateway.audit.TraceRef;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.records.Parties;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.screen.Finding;
import dev.mcpgateway.policy.screen.Verdict;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says to the audit log what a request was, in the log's terms. What cannot be recorded does not happen. */
final class CallRecords {
    private static final Logger LOG = LoggerFactory.getLogger(CallRecords.class);
    private static final String TRANSPORT = "streamable_http";
    private static final int NAMED_POINTS = 2048;

    private final AuditLog log;

    CallRecords(AuditLog log) {
        this.log = log;
    }

    /**
     * Makes the intent of a call durable.
     *
     * @throws Refused if it cannot be
     */
    AuditTicket opened(
            AgentRequest request,
            Feature feature,
            Permit permit,
            boolean readOnly,
            int argumentBytes,
            CallTrace trace) {
        return open(
                request,
                kind(request.envelope()),
                readOnly ? Durability.INTENT : Durability.STRICT,
                feature,
                permit,
                argumentBytes,
                trace);
    }

    /**
     * Makes durable that a caller is about to hear of changes of a resource.
     *
     * @throws Refused if it cannot be
     */
    AuditTicket subscribing(AgentRequest request, Feature resource, Permit permit, CallTrace trace) {
        return open(request, CallKind.RESOURCE_SUBSCRIBE, Durability.INTENT, resource, permit, 0, trace);
    }

    private AuditTicket open(
            AgentRequest request,
            CallKind kind,
            Durability durability,
            Feature feature,
            Permit permit,
            int argumentBytes,
            CallTrace trace) {
        try {
            return log.open(new CallOpened(
                    request.exchange().id(),
                    kind,
                    durability,
                    Parties.actor(request.caller()),
                    agent(request.envelope()),
                    Parties.source(request.exchange()),
                    mcp(request),
                    trace(trace),
                    new ToolRef(feature.name().alias(), feature.name().own(), feature.definitionSha256()),
                    new PolicyRef(permit.policyHash(), permit.ruleIds()),
                    new Decision(Decision.Effect.ALLOW, ""),
                    new PayloadSize(argumentBytes)));
        } catch (AuditUnavailable failure) {
            throw unavailable(failure);
        }
    }

    /**
     * Records a refusal of a known caller's message.
     *
     * @return what to throw: the refusal, or that it could not be recorded
     */
    Refused refused(AgentRequest request, Refusal why, @Nullable FeatureName tool, String policyHash, CallTrace trace) {
        return record(
                new CallRefused(
                        request.exchange().id(),
                        kind(request.envelope()),
                        trace.stage().name(),
                        why.reason().code(),
                        true,
                        Parties.actor(request.caller()),
                        agent(request.envelope()),
                        Parties.source(request.exchange()),
                        mcp(request),
                        trace(trace),
                        tool == null
                                ? new ToolRef("", named(request.envelope()), "")
                                : new ToolRef(tool.alias(), tool.own(), ""),
                        new PolicyRef(policyHash, List.of()),
                        decision(why.reason())),
                why);
    }

    /**
     * Records a refusal that came before there was a message to speak of.
     *
     * @param caller the caller, if already verified
     */
    Refused refusedEarly(Exchange exchange, @Nullable Caller caller, @Nullable Envelope envelope, Refusal why) {
        return record(
                new CallRefused(
                        exchange.id(),
                        envelope == null ? CallKind.REQUEST : kind(envelope),
                        why.reason().stage().name(),
                        why.reason().code(),
                        caller != null,
                        caller == null ? Actor.NONE : Parties.actor(caller),
                        Agent.NONE,
                        Parties.source(exchange),
                        envelope == null ? McpExchange.NONE : new McpExchange("", envelope.method(), "", "", TRANSPORT),
                        TraceRef.NONE,
                        envelope == null ? ToolRef.NONE : new ToolRef("", named(envelope), ""),
                        PolicyRef.NONE,
                        Decision.NONE),
                why);
    }

    private Refused record(CallRefused record, Refusal why) {
        try {
            log.refused(record);
            return new Refused(why).alreadyRecorded();
        } catch (AuditUnavailable failure) {
            return unavailable(failure);
        }
    }

    /** Records that a session ended because it was not used. */
    void expired(Session session) {
        closed(session, "expired");
    }

    /** Records that a session ended because its caller was stopped. */
    void revoked(Session session) {
        closed(session, "revoked");
    }

    private void closed(Session session, String reason) {
        try {
            log.appendAsync(new SessionClosed(
                    Parties.actor(session.caller()),
                    Source.NONE,
                    new McpExchange(session.revision().version(), "", "", session.id(), TRANSPORT),
                    reason));
        } catch (AuditUnavailable failure) {
            // the session is over all the same, and while there is no log nothing is served that it could have asked
            // for
            LOG.warn("the end of a session is not in the audit log: {}", failure.getMessage());
        }
    }

    /** The refusal that stands for a record that could not be made. */
    static Refused unavailable(AuditUnavailable failure) {
        Reason reason = failure.reason() == AuditUnavailable.Reason.RECORD_TOO_LARGE
                ? Reason.BAD_ARGUMENTS
                : Reason.AUDIT_UNAVAILABLE;
        return new Refused(
                        Refusal.of(reason, String.valueOf(failure.getMessage())).retryAfter(5))
                .alreadyRecorded();
    }

    private static CallKind kind(Envelope envelope) {
        return switch (envelope.method()) {
            case "tools/call" -> CallKind.TOOL_CALL;
            case "prompts/get" -> CallKind.PROMPT_GET;
            case "resources/read" -> CallKind.RESOURCE_READ;
            case "completion/complete" -> CallKind.COMPLETION;
            case "resources/subscribe" -> CallKind.RESOURCE_SUBSCRIBE;
            default -> CallKind.REQUEST;
        };
    }

    private static Decision decision(Reason reason) {
        return switch (reason.stage()) {
            case LOCATE, AUTHORIZE ->
                new Decision(
                        reason == Reason.POLICY_ERROR ? Decision.Effect.ERROR : Decision.Effect.DENY, reason.code());
            default -> Decision.NONE;
        };
    }

    /** What the agent declares about itself; shown, never trusted. */
    static Agent agent(Envelope envelope) {
        JsonDocument document = envelope.document();
        int info = envelope.meta(McpNames.META_CLIENT_INFO);
        if (info == JsonDocument.NONE) {
            info = envelope.param(McpNames.CLIENT_INFO);
        }
        if (!document.is(info, Kind.OBJECT)) {
            return Agent.NONE;
        }
        return new Agent(
                text(document, document.member(info, McpNames.NAME)),
                text(document, document.member(info, McpNames.VERSION)),
                "");
    }

    static McpExchange mcp(AgentRequest request) {
        Envelope envelope = request.envelope();
        Session session = request.session();
        return new McpExchange(
                request.revision().version(),
                envelope.method(),
                envelope.id() == JsonDocument.NONE ? "" : envelope.document().raw(envelope.id()),
                session == null ? "" : session.id(),
                TRANSPORT);
    }

    static TraceRef trace(CallTrace trace) {
        String traceparent = trace.traceparent();
        return traceparent == null ? TraceRef.NONE : new TraceRef(traceparent);
    }

    /** What a refused request named: nothing was found under it, or nothing that the caller may know of. */
    private static String named(Envelope envelope) {
        String name = text(envelope.document(), UpstreamMessage.target(envelope));
        int points = Math.min(NAMED_POINTS, name.codePointCount(0, name.length()));
        return name.substring(0, name.offsetByCodePoints(0, points));
    }

    private static String text(JsonDocument document, int node) {
        return document.is(node, Kind.STRING) ? document.string(node) : "";
    }

    /** A verdict in the log's terms. */
    static ScreenRecord screen(Verdict verdict, int unscanned) {
        return new ScreenRecord(
                List.of(new ScreenRecord.Pack(
                        verdict.pack(), Integer.toString(verdict.packVersion()), verdict.packSha256())),
                lower(verdict.mode()),
                outcome(verdict),
                lower(verdict.action()),
                verdict.wouldAction() == verdict.action() ? "" : lower(verdict.wouldAction()),
                verdict.findings().stream().map(CallRecords::finding).toList(),
                new ScreenRecord.Coverage(
                        verdict.coverage().segments(),
                        verdict.coverage().chars(),
                        unscanned,
                        verdict.coverage().incomplete()));
    }

    private static String outcome(Verdict verdict) {
        if (verdict.coverage().incomplete()) {
            return "incomplete";
        }
        return verdict.findings().isEmpty() ? "clean" : "hit";
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static ScreenRecord.Finding finding(Finding finding) {
        return new ScreenRecord.Finding(
                finding.rule(),
                finding.revision(),
                lower(finding.place()),
                finding.pointer(),
                finding.start(),
                finding.end() - finding.start(),
                "");
    }
}
