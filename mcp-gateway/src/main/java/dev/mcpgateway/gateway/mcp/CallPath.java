package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallOutcome;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.PayloadSize;
import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.connectors.credential.CallCredential;
import dev.mcpgateway.connectors.credential.ConsentNeeded;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.mcp.Dialogue;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.ParamHeaders;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.admission.Admission.Place;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.mcp.InputRelay.Conversation;
import dev.mcpgateway.gateway.mcp.InputRelay.Landed;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.ToolSettings;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import dev.mcpgateway.policy.screen.ScreenedResult;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code tools/call}, {@code prompts/get}, {@code resources/read} and {@code completion/complete}, stage by stage. Each stage takes what the one before proved: nothing is forwarded without a
 * {@link Permit} and an {@link AuditTicket}, nothing is answered without a {@link ScreenedResult}.
 */
final class CallPath {
    private static final Name REF = Name.of("ref");
    private static final Name REF_PROMPT = Name.of("ref/prompt");
    private static final Name REF_RESOURCE = Name.of("ref/resource");
    private static final long MISSING_CAPABILITY = -32021;

    private final Supplier<Policy> policies;
    private final KillSwitch kills;
    private final ViewTables tables;
    private final Upstreams upstreams;
    private final Admission admission;
    private final CallRecords records;
    private final ResultScreen resultScreen;
    private final Telemetry telemetry;
    private final InstantSource clock;
    private final int callsPerMinute;
    private final int argumentBytesMax;
    private final InputRelay input;
    private final RequestState.Sealer states;
    private final ConsentQuestion consents;

    CallPath(
            Supplier<Policy> policies,
            KillSwitch kills,
            ViewTables tables,
            Upstreams upstreams,
            Admission admission,
            CallRecords records,
            ResultScreen resultScreen,
            Telemetry telemetry,
            InstantSource clock,
            int callsPerMinute,
            int argumentBytesMax,
            InputRelay input,
            RequestState.Sealer states) {
        this.policies = policies;
        this.kills = kills;
        this.tables = tables;
        this.upstreams = upstreams;
        this.admission = admission;
        this.records = records;
        this.resultScreen = resultScreen;
        this.telemetry = telemetry;
        this.clock = clock;
        this.callsPerMinute = callsPerMinute;
        this.argumentBytesMax = argumentBytesMax;
        this.input = input;
        this.states = states;
        this.consents = new ConsentQuestion(upstreams, resultScreen.limits());
    }

    /** What ADMIT gives: everything that RECORD and FORWARD need, and a place at the upstream to give back. */
    private record Admitted(
            AgentRequest request,
            Feature feature,
            CheckedArguments arguments,
            Permit permit,
            ToolSettings settings,
            ClientCapabilities mayBeAsked,
            RequestState state,
            Place place)
            implements AutoCloseable {
        @Override
        public void close() {
            place.close();
        }

        private Conversation conversation(AuditTicket ticket, CallTrace trace) {
            return new Conversation(request, feature, permit, ticket, settings, mayBeAsked, state, trace);
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
            Feature feature = locate(policy, request, now);
            name = feature.name();
            trace.tool(feature.exposedName());
            trace.enter(Stage.CHECK);
            checkMirrored(feature, request);
            CheckedArguments arguments = check(feature, request.envelope());
            // a member of that name is of no meaning elsewhere
            boolean mayContinue = feature.takesInput() && !request.isLegacy();
            RequestState state = mayContinue ? states.open(request, feature.name()) : RequestState.NONE;
            trace.enter(Stage.AUTHORIZE);
            Permit permit = authorize(policy, request, feature, arguments, now);
            ClientCapabilities mayBeAsked = input.capabilities(request, feature, policy, now);
            trace.enter(Stage.ADMIT);
            Place place = admit(request, feature, permit);
            return new Admitted(
                    request, feature, arguments, permit, policy.settings(feature.name()), mayBeAsked, state, place);
        } catch (Refused refused) {
            throw records.refused(request, refused.why(), name, policy.hash(), trace);
        }
    }

    /** Who may not see a feature learns nothing from its schema, its state or its upstream: it answers as unknown. */
    private Feature locate(Policy policy, AgentRequest request, Instant now) {
        Feature feature = find(request);
        // the policy knows of it, too, but a policy that is being loaded may be late
        if (kills.isStopped(feature.name())) {
            telemetry.decided("stopped");
            throw feature.name().kind() == FeatureKind.TOOL
                    ? new Refused(Reason.TOOL_STOPPED)
                    : hidden(request.envelope(), feature.name().kind());
        }
        switch (feature.visibility(policy, request.caller().subject(), now)) {
            case Visibility.Visible _ -> {
                return feature;
            }
            case Visibility.Hidden _ -> {
                telemetry.decided("hidden");
                throw hidden(request.envelope(), feature.name().kind());
            }
            case Visibility.NeedsScope(var scopes) -> {
                telemetry.decided("needs_scope");
                throw new Refused(Refusal.needsScope(scopes));
            }
        }
    }

    private Feature find(AgentRequest request) {
        ViewTable table = tables.of(request.view());
        Envelope envelope = request.envelope();
        return switch (envelope.method()) {
            case "tools/call" -> known(table.tools().find(text(envelope, McpNames.NAME)), envelope, FeatureKind.TOOL);
            case "prompts/get" ->
                known(table.prompts().find(text(envelope, McpNames.NAME)), envelope, FeatureKind.PROMPT);
            case "resources/read" ->
                known(table.resources().find(text(envelope, McpNames.URI)), envelope, FeatureKind.RESOURCE);
            case "completion/complete" -> completed(table, envelope);
            default -> throw new IllegalArgumentException(envelope.method() + " is about no feature");
        };
    }

    private Feature completed(ViewTable table, Envelope envelope) {
        JsonDocument document = envelope.document();
        int reference = envelope.param(REF);
        int name = document.member(reference, McpNames.NAME);
        int uri = document.member(reference, McpNames.URI);
        boolean prompt = document.stringEquals(document.member(reference, McpNames.TYPE), REF_PROMPT);
        boolean resource = document.stringEquals(document.member(reference, McpNames.TYPE), REF_RESOURCE);
        if (prompt && document.is(name, Kind.STRING)) {
            return completion(known(table.prompts().find(document.string(name)), envelope, FeatureKind.PROMPT));
        }
        if (resource && document.is(uri, Kind.STRING)) {
            return completion(known(table.resources().template(document.string(uri)), envelope, FeatureKind.RESOURCE));
        }
        throw new Refused(Refusal.saying(
                Reason.BAD_PARAMS, "params.ref must be {type: ref/prompt, name} or {type: ref/resource, uri}"));
    }

    private Completion completion(Listed listed) {
        return new Completion(listed.name(), listed.exposedName(), listed.definitionSha256(), argumentBytesMax);
    }

    private static <T> T known(@Nullable T found, Envelope envelope, FeatureKind kind) {
        if (found == null) {
            throw unknown(envelope, kind);
        }
        return found;
    }

    private static Refused unknown(Envelope envelope, FeatureKind kind) {
        return new Refused(
                switch (kind) {
                    case TOOL -> Refusal.of(Reason.UNKNOWN_TOOL);
                    case PROMPT -> Refusal.of(Reason.UNKNOWN_PROMPT);
                    case RESOURCE -> withUri(Reason.UNKNOWN_RESOURCE, envelope);
                    case MODEL -> throw new IllegalArgumentException("no feature of MCP");
                });
    }

    private static Refused hidden(Envelope envelope, FeatureKind kind) {
        return new Refused(
                switch (kind) {
                    case TOOL -> Refusal.of(Reason.TOOL_HIDDEN);
                    case PROMPT -> Refusal.of(Reason.PROMPT_HIDDEN);
                    case RESOURCE -> withUri(Reason.RESOURCE_HIDDEN, envelope);
                    case MODEL -> throw new IllegalArgumentException("no feature of MCP");
                });
    }

    /** The agent's own URI as it sent it (2026-07-28, Resources, Error Handling). */
    private static Refusal withUri(Reason reason, Envelope envelope) {
        int uri = envelope.param(McpNames.URI);
        return uri == JsonDocument.NONE
                ? Refusal.of(reason)
                : Refusal.of(reason).withData("{\"uri\":" + envelope.document().raw(uri) + "}");
    }

    private static String text(Envelope envelope, Name param) {
        return envelope.document().string(envelope.param(param));
    }

    /** After LOCATE, because the schema of a tool that the caller cannot see must not show through (S-18). */
    private static void checkMirrored(Feature feature, AgentRequest request) {
        if (request.isLegacy()) {
            return;
        }
        Envelope envelope = request.envelope();
        for (ParamHeaders.Param param : feature.mirrored().params()) {
            List<String> fields = request.exchange().headers().getValuesList(param.header());
            if (!ParamHeaders.isMirrored(envelope.document(), envelope.param(McpNames.ARGUMENTS), param, fields)) {
                throw new Refused(Refusal.saying(
                        Reason.PARAM_HEADER_MISMATCH, param.header() + " does not repeat the argument in the body"));
            }
        }
    }

    private static CheckedArguments check(Feature feature, Envelope envelope) {
        return switch (feature.check(envelope)) {
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
            Policy policy, AgentRequest request, Feature feature, CheckedArguments arguments, Instant now) {
        switch (feature.decide(policy, request.caller().subject(), arguments, now)) {
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

    private Place admit(AgentRequest request, Feature feature, Permit permit) {
        int perMinute = permit.limits().callsPerMinute().orElse(callsPerMinute);
        FeatureName name = feature.name();
        return admission.admit(request.caller().key(), name.canonical(), perMinute, name.alias());
    }

    private AuditTicket record(Admitted admitted, CallTrace trace) {
        trace.enter(Stage.RECORD);
        return records.opened(
                admitted.request(),
                admitted.feature(),
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
            Landed landed = landed(admitted, ticket, reply, trace, progress);
            trace.enter(Stage.SCREEN);
            Answerable answer = screen(admitted, ticket, landed, progress, trace);
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

    private Landed landed(Admitted admitted, AuditTicket ticket, AgentReply reply, CallTrace trace, Progress progress) {
        try {
            trace.enter(Stage.CREDENTIAL);
            CallCredential credential = upstreams.credential(admitted.permit(), ticket, admitted.request());
            trace.enter(Stage.FORWARD);
            return forward(admitted, ticket, credential, reply, trace, progress, false);
        } catch (ConsentNeeded needed) {
            return consents.ask(admitted.conversation(ticket, trace), needed);
        } catch (CredentialUnavailable failure) {
            throw new Refused(Refusal.of(Reason.CREDENTIAL_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
    }

    private Landed forward(
            Admitted admitted,
            AuditTicket ticket,
            CallCredential credential,
            AgentReply reply,
            CallTrace trace,
            Progress progress,
            boolean again)
            throws CredentialUnavailable {
        FeatureName name = admitted.permit().feature();
        trace.upstreamBegins(name.alias(), name.own());
        Landed landed = input.carryOut(
                admitted.conversation(ticket, trace),
                dialogue -> call(admitted, credential, reply, trace, dialogue),
                reply);
        // an interrupt has done its work by now and must not end the record of the outcome
        boolean cancelled = Thread.interrupted();
        Refusal refusal =
                cancelled ? Refusal.of(Reason.CANCELLED, ticket.callId()) : refusal(landed.reply(), admitted.request());
        trace.upstreamEnds(refusal == null ? null : refusal.reason().code());
        if (refusal != null) {
            boolean wasNotRun = !cancelled
                    && !admitted.state().isHeld()
                    && landed.reply() instanceof UpstreamReply.Unreachable(String _, boolean mayHaveRun)
                    && !mayHaveRun;
            if (wasNotRun && upstreams.mayTryAgain(admitted.permit(), admitted.request(), credential, again)) {
                CallCredential next = upstreams.credential(admitted.permit(), ticket, admitted.request());
                if (!again) {
                    return forward(admitted, ticket, next, reply, trace, progress, true);
                }
            }
            throw new Refused(refusal);
        }
        progress.bytesIn = message(landed.reply()).document().bytes().length;
        if (landed.reply() instanceof UpstreamReply.ProtocolError error) {
            progress.upstreamStatus = error.httpStatus();
        }
        return landed;
    }

    private UpstreamCall call(
            Admitted admitted, CallCredential credential, AgentReply reply, CallTrace trace, Dialogue dialogue) {
        AgentRequest request = admitted.request();
        FeatureName name = admitted.permit().feature();
        return new UpstreamCall(
                request.envelope(),
                name.own(),
                request.caller().key(),
                credential,
                trace.traceparent(),
                trace.tracestate(),
                reply.acceptsEvents(),
                upstreams.timeout(name.alias()),
                resultScreen.replyBytesMax(),
                dialogue,
                input.inputWait());
    }

    private static @Nullable Refusal refusal(UpstreamReply answer, AgentRequest request) {
        return switch (answer) {
            // earlier agents do not know the code, and their model is to read what is wrong
            case UpstreamReply.ProtocolError error
            when error.code() == MISSING_CAPABILITY && request.isLegacy() ->
                Refusal.of(Reason.INPUT_NOT_RELAYED, "it misses a capability of the agent");
            case UpstreamReply.Answered _, UpstreamReply.ProtocolError _, UpstreamReply.InputNeeded _ -> null;
            case UpstreamReply.TimedOut _ -> Refusal.of(Reason.UPSTREAM_TIMED_OUT);
            case UpstreamReply.Unreachable(String why, boolean mayHaveRun) ->
                mayHaveRun
                        ? new Refusal(
                                Reason.UPSTREAM_DOWN,
                                "The connection to the upstream server broke. The call may have run.",
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
            case UpstreamReply.InputNeeded question -> question.message();
            default ->
                throw new IllegalStateException(
                        "no message in " + answer.getClass().getSimpleName());
        };
    }

    private Answerable screen(
            Admitted admitted, AuditTicket ticket, Landed landed, Progress progress, CallTrace trace) {
        Envelope message = message(landed.reply());
        ResultScreen.Outcome outcome = landed.reply() instanceof UpstreamReply.InputNeeded
                ? resultScreen.inputRequired(
                        admitted.conversation(ticket, trace),
                        message,
                        states.seal(
                                landed.next(),
                                admitted.request(),
                                admitted.feature().name()))
                : resultScreen.screen(
                        admitted.permit(), admitted.settings(), admitted.feature(), admitted.request(), message);
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

    static CallStatus status(Reason reason) {
        return switch (reason) {
            case UPSTREAM_TIMED_OUT -> CallStatus.TIMEOUT;
            case UPSTREAM_DOWN, UPSTREAM_BUSY, CREDENTIAL_UNAVAILABLE, NOT_WATCHED -> CallStatus.UNREACHABLE;
            case RESULT_TOO_LARGE -> CallStatus.TOO_LARGE;
            case UPSTREAM_MALFORMED, RESULT_INVALID -> CallStatus.MALFORMED;
            case SCREENED -> CallStatus.SCREENED;
            case INPUT_NOT_RELAYED, INPUT_NOT_GIVEN, CONSENT_NEEDED, CONSENT_PAGE, CONSENT_NOT_GIVEN ->
                CallStatus.INPUT_REQUIRED;
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
