package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.Agent;
import dev.mcpgateway.audit.AuditEvent.FeaturesListed;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallKind;
import dev.mcpgateway.audit.CallOpened;
import dev.mcpgateway.audit.CallRefused;
import dev.mcpgateway.audit.Decision;
import dev.mcpgateway.audit.Durability;
import dev.mcpgateway.audit.ListKind;
import dev.mcpgateway.audit.McpExchange;
import dev.mcpgateway.audit.ModelRef;
import dev.mcpgateway.audit.PayloadSize;
import dev.mcpgateway.audit.PolicyRef;
import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.audit.ToolRef;
import dev.mcpgateway.audit.TraceRef;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.AnyExchange;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.records.Parties;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says to the audit log what a call of a model was. What cannot be recorded does not happen. */
final class ModelRecords {
    private static final int RETRY_SECONDS = 5;
    private static final int ALIAS_CHARS_MAX = 256;
    private static final String VIEW = "models";

    private final AuditLog log;

    ModelRecords(AuditLog log) {
        this.log = log;
    }

    /**
     * Makes the intent of a call durable. Its outcome is queued: an answer that streams cannot wait for it.
     *
     * @throws Refused if it cannot be
     */
    AuditTicket opened(ModelAsk ask, ModelTable.Target target, Permit permit, Decision decision, TraceRef trace) {
        return opened(ask, target.provider().name(), target.model(), permit, decision, trace);
    }

    /**
     * Makes the intent of a call durable whose answer is there already, so that no provider is asked.
     *
     * @throws Refused if it cannot be
     */
    AuditTicket openedFromCache(ModelAsk ask, Permit permit, Decision decision, TraceRef trace) {
        return opened(ask, "", "", permit, decision, trace);
    }

    private AuditTicket opened(
            ModelAsk ask, String provider, String model, Permit permit, Decision decision, TraceRef trace) {
        ModelRequest request = ask.request();
        try {
            return log.open(new CallOpened(
                    ask.exchange().id(),
                    CallKind.LLM_CALL,
                    Durability.INTENT,
                    Parties.actor(ask.caller()),
                    Agent.NONE,
                    Parties.source(ask.exchange()),
                    McpExchange.NONE,
                    trace,
                    ToolRef.NONE,
                    new ModelRef(
                            permit.feature().own(),
                            provider,
                            model,
                            request.api().operation(),
                            request.streamed()),
                    new PolicyRef(permit.policyHash(), permit.ruleIds()),
                    decision,
                    new PayloadSize(request.body().bytes().length)));
        } catch (AuditUnavailable failure) {
            throw unavailable(failure);
        }
    }

    /**
     * Records a refusal of a request that could be read; gives what to throw.
     *
     * @param screen what the guardrails saw in it
     */
    Refused refused(ModelAsk ask, Refusal why, Stage stage, String policyHash, TraceRef trace, ScreenRecord screen) {
        return refused(
                ask.exchange(),
                ask.caller(),
                ask.request(),
                ask.request().api(),
                why,
                stage,
                policyHash,
                trace,
                screen);
    }

    /** Records a refusal of what could not be read, or came from nobody known; gives what to throw. */
    Refused refusedEarly(AnyExchange exchange, @Nullable Caller caller, @Nullable ModelApi api, Refusal why) {
        return refused(exchange, caller, null, api, why, why.reason().stage(), "", TraceRef.NONE, ScreenRecord.NONE);
    }

    private Refused refused(
            AnyExchange exchange,
            @Nullable Caller caller,
            @Nullable ModelRequest request,
            @Nullable ModelApi api,
            Refusal why,
            Stage stage,
            String policyHash,
            TraceRef trace,
            ScreenRecord screen) {
        try {
            log.refused(new CallRefused(
                    exchange.id(),
                    CallKind.LLM_CALL,
                    stage.name(),
                    why.reason().code(),
                    caller != null,
                    caller == null ? Actor.NONE : Parties.actor(caller),
                    Agent.NONE,
                    Parties.source(exchange),
                    McpExchange.NONE,
                    trace,
                    ToolRef.NONE,
                    caller == null ? ModelRef.NONE : model(request, api),
                    new PolicyRef(policyHash, List.of()),
                    decision(why.reason()),
                    screen));
            return new Refused(why).alreadyRecorded();
        } catch (AuditUnavailable failure) {
            return unavailable(failure);
        }
    }

    private static ModelRef model(@Nullable ModelRequest request, @Nullable ModelApi api) {
        return new ModelRef(
                request == null ? "" : bounded(request.model()),
                "",
                "",
                api == null ? "" : api.operation(),
                request != null && request.streamed());
    }

    /** An agent may name anything. */
    private static String bounded(String alias) {
        return alias.length() <= ALIAS_CHARS_MAX ? alias : alias.substring(0, ALIAS_CHARS_MAX);
    }

    private static Decision decision(Reason reason) {
        return switch (reason.stage()) {
            case LOCATE, AUTHORIZE -> new Decision(Decision.Effect.DENY, reason.code());
            default -> Decision.NONE;
        };
    }

    /**
     * Records which models a caller was shown.
     *
     * @throws Refused if it cannot be
     */
    void listed(Exchange exchange, Caller caller, List<FeatureName> shown, String policyHash) {
        try {
            log.appendAsync(new FeaturesListed(
                    ListKind.MODELS,
                    Parties.actor(caller),
                    Agent.NONE,
                    Parties.source(exchange),
                    McpExchange.NONE,
                    TraceRef.NONE,
                    new PolicyRef(policyHash, List.of()),
                    VIEW,
                    "",
                    shown.size(),
                    digest(shown)));
        } catch (AuditUnavailable failure) {
            throw unavailable(failure);
        }
    }

    private static String digest(List<FeatureName> shown) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (FeatureName name : shown) {
                sha256.update((name.own() + '\n').getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }

    static Refused unavailable(AuditUnavailable failure) {
        return new Refused(Refusal.of(Reason.AUDIT_UNAVAILABLE, String.valueOf(failure.getMessage()))
                        .retryAfter(RETRY_SECONDS))
                .alreadyRecorded();
    }

    /** The trace that records of a call name. */
    static TraceRef traceRef(CallTrace trace) {
        String traceparent = trace.traceparent();
        return traceparent == null ? TraceRef.NONE : new TraceRef(traceparent);
    }
}
