package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallOutcome;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.PayloadSize;
import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.mcp.Dialogue;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.mcp.Admission.Place;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.CallFacts;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.ToolSettings;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import dev.mcpgateway.policy.screen.ScreenedResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code tools/call}, stage by stage. Each stage takes what the one before proved: nothing is forwarded without a
 * {@link Permit} and an {@link AuditTicket}, nothing is answered without a {@link ScreenedResult}.
 */
final class ToolCallPath {
    private final Supplier<Policy> policies;
    private final ToolTables tables;
    private final Upstreams upstreams;
    private final Admission admission;
    private final CallRecords records;
    private final ResultScreen resultScreen;
    private final Telemetry telemetry;
    private final InstantSource clock;
    private final int callsPerMinute;

    ToolCallPath(
            Supplier<Policy> policies,
            ToolTables tables,
            Upstreams upstreams,
            Admission admission,
            CallRecords records,
            ResultScreen resultScreen,
            Telemetry telemetry,
            InstantSource clock,
            int callsPerMinute) {
        this.policies = policies;
        this.tables = tables;
        this.upstreams = upstreams;
        this.admission = admission;
        this.records = records;
        this.resultScreen = resultScreen;
        this.telemetry = telemetry;
        this.clock = clock;
        this.callsPerMinute = callsPerMinute;
    }

    /** What ADMIT gives: everything that RECORD and FORWARD need, and a place at the upstream to give back. */
    private record Admitted(
            AgentRequest request,
            ExposedTool tool,
            CheckedArguments arguments,
            Permit permit,
            ToolSettings settings,
            Place place)
            implements AutoCloseable {
        @Override
        public void close() {
            place.close();
        }
    }

    /**
     * Handles one call to its answer, or throws a refusal that is already recorded.
     *
     * @return the error type of what was answered, {@code null} for success
     */
    @Nullable
    String handle(AgentRequest request, AgentReply reply, CallTrace trace) {
        try (Admitted admitted = admit(policies.get(), request, trace); // LOCATE CHECK AUTHORIZE ADMIT
                AuditTicket ticket = record(admitted, trace)) { // RECORD
            Answerable answer = carryOut(admitted, ticket, reply, trace); // CREDENTIAL FORWARD SCREEN FINISH
            trace.enter(Stage.ANSWER);
            reply.result(answer);
            return answer.errorType();
        }
    }

    private Admitted admit(Policy policy, AgentRequest request, CallTrace trace) {
        FeatureName name = null;
        try {
            Instant now = clock.instant();
            trace.enter(Stage.LOCATE);
            ExposedTool tool = locate(policy, request, now);
            name = tool.name();
            trace.tool(tool.exposedName());
            trace.enter(Stage.CHECK);
            CheckedArguments arguments = check(tool, request.envelope());
            trace.enter(Stage.AUTHORIZE);
            Permit permit = authorize(policy, request, tool, arguments, now);
            trace.enter(Stage.ADMIT);
            return admit(request, tool, arguments, permit, policy.settings(tool.name()));
        } catch (Refused refused) {
            throw records.refused(request, refused.why(), name, policy.hash(), trace);
        }
    }

    /** Who may not see a tool learns nothing from its schema, its state or its upstream: it answers as unknown. */
    private ExposedTool locate(Policy policy, AgentRequest request, Instant now) {
        JsonDocument document = request.envelope().document();
        String name = document.string(request.envelope().param(McpNames.NAME));
        ExposedTool tool = tables.of(request.view()).find(name);
        if (tool == null) {
            throw new Refused(Reason.UNKNOWN_TOOL);
        }
        switch (policy.visibility(request.caller().subject(), tool.name(), now)) {
            case Visibility.Visible _ -> {
                return tool;
            }
            case Visibility.Hidden _ -> {
                telemetry.decided("hidden");
                throw new Refused(Reason.TOOL_HIDDEN);
            }
            case Visibility.NeedsScope(var scopes) -> {
                telemetry.decided("needs_scope");
                throw new Refused(Refusal.needsScope(scopes));
            }
        }
    }

    private static CheckedArguments check(ExposedTool tool, Envelope envelope) {
        JsonDocument document = envelope.document();
        int node = envelope.param(McpNames.ARGUMENTS);
        int start = node == JsonDocument.NONE ? 0 : document.start(node);
        int end = node == JsonDocument.NONE ? 0 : document.end(node);
        return switch (tool.arguments().check(document.bytes(), start, end)) {
            case ArgumentVerdict.Valid(CheckedArguments arguments) -> arguments;
            case ArgumentVerdict.TooLarge(long bytes, long bytesMax) ->
                throw new Refused(Refusal.saying(
                        Reason.ARGUMENTS_TOO_LARGE, bytes + " bytes, at most " + bytesMax + " are allowed"));
            case ArgumentVerdict.Invalid(String pointer, String message) ->
                throw new Refused(Refusal.saying(
                        Reason.BAD_ARGUMENTS, (pointer.isEmpty() ? "arguments" : pointer) + " " + message));
        };
    }

    private Permit authorize(
            Policy policy, AgentRequest request, ExposedTool tool, CheckedArguments arguments, Instant now) {
        switch (policy.decide(new CallFacts(request.caller().subject(), tool.name(), arguments, now))) {
            case Decision.Allow(Permit permit) -> {
                telemetry.decided("allow");
                return permit;
            }
            case Decision.Deny(String reason, @Nullable String ruleId) -> {
                telemetry.decided("deny");
                Reason why = reason.equals(Decision.Deny.POLICY_ERROR) ? Reason.POLICY_ERROR : Reason.DENIED;
                throw new Refused(Refusal.of(why, ruleId == null ? reason : reason + " by " + ruleId));
            }
            case Decision.NeedsScope(var scopes) -> {
                telemetry.decided("needs_scope");
                throw new Refused(Refusal.needsScope(scopes));
            }
        }
    }

    private Admitted admit(
            AgentRequest request, ExposedTool tool, CheckedArguments arguments, Permit permit, ToolSettings settings) {
        int perMinute = permit.limits().callsPerMinute().orElse(callsPerMinute);
        Place place = admission.admit(
                request.caller().key(),
                tool.name().canonical(),
                perMinute,
                tool.name().alias());
        return new Admitted(request, tool, arguments, permit, settings, place);
    }

    private AuditTicket record(Admitted admitted, CallTrace trace) {
        trace.enter(Stage.RECORD);
        return records.opened(
                admitted.request(),
                admitted.tool(),
                admitted.permit(),
                admitted.settings().readOnly(),
                admitted.arguments().size(),
                trace);
    }

    /** What is known of a call while it is carried out, for its outcome record. */
    private static final class Progress {
        private final long sinceNanos;
        private int upstreamStatus;
        private long bytesIn;
        private ScreenRecord screen = ScreenRecord.NONE;

        private Progress(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    private Answerable carryOut(Admitted admitted, AuditTicket ticket, AgentReply reply, CallTrace trace) {
        Progress progress = new Progress(trace.now());
        try {
            trace.enter(Stage.CREDENTIAL);
            Credential credential = credential(admitted, ticket);
            trace.enter(Stage.FORWARD);
            Envelope message = forward(admitted, ticket, credential, reply, trace, progress);
            trace.enter(Stage.SCREEN);
            Answerable answer = screen(admitted, message, progress);
            trace.enter(Stage.FINISH);
            finish(ticket, progress, trace, answer.status(), answer.errorCode(), answer.resultBytes());
            return answer;
        } catch (Refused refused) {
            finish(
                    ticket,
                    progress,
                    trace,
                    status(refused.why().reason()),
                    refused.why().reason().code(),
                    -1);
            throw refused.alreadyRecorded();
        }
    }

    private Credential credential(Admitted admitted, AuditTicket ticket) {
        try {
            return upstreams.credential(admitted.tool().name().alias(), ticket);
        } catch (SecretUnavailable failure) {
            throw new Refused(Refusal.of(Reason.CREDENTIAL_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
    }

    /** Takes permit (in {@code admitted}) and ticket: without both there is no way to an upstream. */
    private Envelope forward(
            Admitted admitted,
            AuditTicket ticket,
            Credential credential,
            AgentReply reply,
            CallTrace trace,
            Progress progress) {
        AgentRequest request = admitted.request();
        FeatureName name = admitted.permit().feature();
        trace.upstreamBegins(name.alias(), name.own());
        UpstreamReply answer = upstreams.call(
                name.alias(),
                new UpstreamCall(
                        request.envelope(),
                        name.own(),
                        request.caller().key(),
                        credential,
                        trace.traceparent(),
                        trace.tracestate(),
                        reply.acceptsEvents(),
                        upstreams.timeout(name.alias()),
                        resultScreen.replyBytesMax(),
                        Dialogue.NONE,
                        Duration.ZERO),
                new ReplyListener() {
                    @Override
                    public void notification(Envelope notification) {
                        resultScreen.relay(admitted.permit(), admitted.settings(), notification, reply);
                    }

                    @Override
                    public void repeated(String why) {
                        trace.upstreamRepeats();
                    }
                });
        // an interrupt has done its work by now and must not end the record of the outcome
        boolean cancelled = Thread.interrupted();
        Refusal refusal = cancelled ? Refusal.of(Reason.CANCELLED, ticket.callId()) : refusal(answer);
        trace.upstreamEnds(refusal == null ? null : refusal.reason().code());
        if (refusal != null) {
            throw new Refused(refusal);
        }
        Envelope message = message(answer);
        progress.bytesIn = message.document().bytes().length;
        if (answer instanceof UpstreamReply.ProtocolError error) {
            progress.upstreamStatus = error.httpStatus();
        }
        return message;
    }

    private static @Nullable Refusal refusal(UpstreamReply answer) {
        return switch (answer) {
            case UpstreamReply.Answered _, UpstreamReply.ProtocolError _ -> null;
            case UpstreamReply.InputNeeded _ -> Refusal.of(Reason.INPUT_NOT_RELAYED);
            case UpstreamReply.TimedOut _ -> Refusal.of(Reason.UPSTREAM_TIMED_OUT);
            case UpstreamReply.Unreachable(String why, boolean mayHaveRun) ->
                mayHaveRun
                        ? new Refusal(
                                Reason.UPSTREAM_DOWN,
                                "The connection to the tool's server broke. The call may have run.",
                                why,
                                Refusal.of(Reason.UPSTREAM_DOWN).scopes(),
                                "",
                                0)
                        : Refusal.of(Reason.UPSTREAM_DOWN, why);
            case UpstreamReply.Busy(String why) -> Refusal.of(Reason.UPSTREAM_BUSY, why);
            case UpstreamReply.TooLarge(long bytesMax) ->
                Refusal.of(Reason.RESULT_TOO_LARGE, "more than " + bytesMax + " bytes");
            case UpstreamReply.Malformed(String why) -> Refusal.of(Reason.UPSTREAM_MALFORMED, why);
            case UpstreamReply.Cancelled _ -> Refusal.of(Reason.CANCELLED);
        };
    }

    private static Envelope message(UpstreamReply answer) {
        return switch (answer) {
            case UpstreamReply.Answered answered -> answered.message();
            case UpstreamReply.ProtocolError error -> error.message();
            default ->
                throw new IllegalStateException(
                        "no message in " + answer.getClass().getSimpleName());
        };
    }

    private Answerable screen(Admitted admitted, Envelope message, Progress progress) {
        ResultScreen.Outcome outcome = resultScreen.screen(
                admitted.permit(), admitted.settings(), admitted.tool(), admitted.request(), message);
        progress.screen = outcome.record();
        Answerable answer = outcome.answer();
        if (answer == null) {
            Refusal refusal = outcome.refusal();
            throw new Refused(refusal == null ? Refusal.of(Reason.SCREENED) : refusal);
        }
        return answer;
    }

    private void finish(
            AuditTicket ticket,
            Progress progress,
            CallTrace trace,
            CallStatus status,
            String errorCode,
            long resultBytes) {
        try {
            ticket.finish(new CallOutcome(
                    status,
                    errorCode,
                    progress.upstreamStatus,
                    (trace.now() - progress.sinceNanos) / 1000,
                    progress.bytesIn,
                    0,
                    resultBytes < 0 ? PayloadSize.NONE : new PayloadSize(resultBytes),
                    progress.screen,
                    List.of()));
        } catch (AuditUnavailable failure) {
            throw CallRecords.unavailable(failure);
        }
    }

    private static CallStatus status(Reason reason) {
        return switch (reason) {
            case UPSTREAM_TIMED_OUT -> CallStatus.TIMEOUT;
            case UPSTREAM_DOWN, UPSTREAM_BUSY, CREDENTIAL_UNAVAILABLE -> CallStatus.UNREACHABLE;
            case RESULT_TOO_LARGE -> CallStatus.TOO_LARGE;
            case UPSTREAM_MALFORMED, RESULT_INVALID -> CallStatus.MALFORMED;
            case SCREENED -> CallStatus.SCREENED;
            case INPUT_NOT_RELAYED -> CallStatus.INPUT_REQUIRED;
            case CANCELLED -> CallStatus.CANCELLED;
            default -> CallStatus.ABORTED;
        };
    }

    /** Whether a result says of itself that the tool failed. */
    static boolean isToolError(Envelope message) {
        JsonDocument document = message.document();
        return document.is(document.member(message.result(), McpNames.IS_ERROR), Kind.TRUE);
    }
}
