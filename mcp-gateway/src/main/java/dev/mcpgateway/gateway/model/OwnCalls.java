package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.kill.Kill;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.LogKeys;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of models by the gateway itself. They take the one path, so each has a permit, a reservation and its records; what
 * comes back is seen by the {@link Onlooker} alone. Safe for many threads.
 */
public final class OwnCalls {
    private static final Logger LOG = LoggerFactory.getLogger(OwnCalls.class);

    private static final String ANTHROPIC_VERSION = "2023-06-01";

    private final ModelCallPath calls;
    private final KillSwitch kills;
    private final ModelRecords records;
    private final Telemetry telemetry;

    OwnCalls(ModelCallPath calls, KillSwitch kills, ModelRecords records, Telemetry telemetry) {
        this.calls = calls;
        this.kills = kills;
        this.records = records;
        this.telemetry = telemetry;
    }

    /**
     * Asks something that holds nobody's data, on this thread. An interrupt cancels it.
     *
     * @return code of the reason for which it failed; empty if it was answered
     */
    public Optional<String> ask(Caller caller, OwnExchange exchange, ModelRequest request) {
        return carryOut(exchange, caller, request, Optional.empty(), Optional.empty());
    }

    /**
     * Asks about a call on this thread. An interrupt cancels it.
     *
     * @param about whose data the question holds: it goes nowhere where that call's might not
     * @return code of the reason for which it failed; empty if it was answered
     */
    public Optional<String> ask(Caller caller, OwnExchange exchange, ModelRequest request, ModelAsk.About about) {
        return carryOut(exchange, caller, request, Optional.empty(), Optional.of(about));
    }

    /**
     * Sends a call again on this thread, to one target that it might have gone to. Its rights are those of who made the call,
     * as they are now. An interrupt cancels it.
     *
     * @param caller who pays
     * @return code of the reason for which it failed; empty if it was answered
     */
    public Optional<String> copy(Caller caller, OwnExchange exchange, ModelRequest request, ModelAsk.Copy copy) {
        return carryOut(exchange, caller, request, Optional.of(copy), Optional.empty());
    }

    private Optional<String> carryOut(
            OwnExchange exchange,
            Caller caller,
            ModelRequest request,
            Optional<ModelAsk.Copy> copy,
            Optional<ModelAsk.About> about) {
        ModelAsk ask = new ModelAsk(exchange, caller, request, headers(request), request, copy, about);
        String id = exchange.id();
        CallTrace trace = telemetry.begin();
        try {
            trace.modelAskedByGateway(request.api().operation(), exchange.headers(), id);
            requireNotStopped(caller);
            requireNotStopped(ask.asker());
            String error = calls.handle(ask, trace, new EventNumber());
            trace.end(error);
            return Optional.ofNullable(error);
        } catch (Refused refused) {
            Refused recorded = refused.isRecorded()
                    ? refused
                    : records.refusedEarly(exchange, caller, request.api(), refused.why());
            return failed(recorded.why(), id, trace);
        } catch (RuntimeException failure) {
            LOG.atError()
                    .addKeyValue(LogKeys.CALL_ID, id)
                    .setCause(failure)
                    .log("a call of a model by the gateway itself failed");
            return failed(
                    records.refusedEarly(exchange, caller, request.api(), Refusal.of(Reason.INTERNAL))
                            .why(),
                    id,
                    trace);
        }
    }

    /** Without its version Anthropic refuses every request. */
    private static Map<String, String> headers(ModelRequest request) {
        return request.api().protocol() == ModelProtocol.ANTHROPIC
                ? Map.of("anthropic-version", ANTHROPIC_VERSION)
                : Map.of();
    }

    private void requireNotStopped(Caller caller) {
        Kill stop = kills.stopped(caller);
        if (stop != null) {
            throw new Refused(Refusal.of(Reason.STOPPED, stop.id()));
        }
    }

    private Optional<String> failed(Refusal why, String id, CallTrace trace) {
        telemetry.refused(trace.stage(), why.reason());
        trace.end(why.reason().code());
        LOG.atInfo()
                .addKeyValue(LogKeys.CALL_ID, id)
                .addKeyValue(LogKeys.STAGE, trace.stage())
                .addKeyValue(LogKeys.REASON, why.reason().code())
                .addKeyValue(LogKeys.DETAIL, why.detail())
                .log("refused");
        return Optional.of(why.reason().code());
    }
}
