package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.BadModelRequest;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Authenticator;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.kill.Kill;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.LogKeys;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What answers at the paths of models: IDENTIFY, READ, then the path. Every refusal ends here, recorded and answered once. */
final class ModelEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(ModelEndpoint.class);

    /** Header fields that mean something to providers; which of them each gets is its own affair. */
    private static final List<String> PROTOCOL_HEADERS =
            List.of("anthropic-version", "anthropic-beta", "openai-beta", "idempotency-key");

    private static final int HEADER_CHARS_MAX = 1024;
    static final String ANTHROPIC_VERSION = "anthropic-version";

    private final String audience;
    private final Authenticator authenticator;
    private final KillSwitch kills;
    private final BoundedBody bodies;
    private final JsonLimits limits;
    private final JsonLimits ofEmbeddings;
    private final ModelCallPath calls;
    private final ModelList list;
    private final ModelRecords records;
    private final ModelAnswers answers;
    private final Telemetry telemetry;

    ModelEndpoint(
            String audience,
            Authenticator authenticator,
            KillSwitch kills,
            BoundedBody bodies,
            JsonLimits limits,
            JsonLimits ofEmbeddings,
            ModelCallPath calls,
            ModelList list,
            ModelRecords records,
            ModelAnswers answers,
            Telemetry telemetry) {
        this.audience = audience;
        this.authenticator = authenticator;
        this.kills = kills;
        this.bodies = bodies;
        this.limits = limits;
        this.ofEmbeddings = ofEmbeddings;
        this.calls = calls;
        this.list = list;
        this.records = records;
        this.answers = answers;
        this.telemetry = telemetry;
    }

    /** What is done for a caller once it is known. */
    @FunctionalInterface
    private interface Step {
        /** Gives the error type of what was answered, {@code null} for success. */
        @Nullable
        String take(Caller caller, CallTrace trace, EventNumber number);
    }

    /** A call. */
    void call(ModelApi api, Exchange exchange) {
        handle(exchange, api, api.protocol(), (caller, trace, number) -> {
            trace.enter(Stage.READ);
            ModelAsk ask = new ModelAsk(
                    exchange,
                    caller,
                    read(exchange, caller, api, body -> ModelRequest.read(api, body)),
                    headers(exchange));
            trace.modelAsked(api.operation(), exchange.headers(), exchange.id());
            return exchange.whileAgentStays(() -> calls.handle(ask, trace, number));
        });
    }

    /** A call of Gemini's, whose path names the model. */
    void generate(Exchange exchange) {
        ModelApi api = ModelApi.GENERATE_CONTENT;
        handle(exchange, api, api.protocol(), (caller, trace, number) -> {
            trace.enter(Stage.READ);
            GeminiPath asked = GeminiPath.of(exchange);
            ModelRequest request = read(
                    exchange, caller, api, body -> ModelRequest.ofPath(api, body, asked.alias(), asked.streamed()));
            ModelAsk ask = new ModelAsk(exchange, caller, request, headers(exchange));
            trace.modelAsked(api.operation(), exchange.headers(), exchange.id());
            return exchange.whileAgentStays(() -> calls.handle(ask, trace, number));
        });
    }

    /** The list of models. */
    void all(Exchange exchange) {
        ModelProtocol protocol = listed(exchange);
        handle(exchange, null, protocol, (caller, trace, _) -> {
            trace.enter(Stage.FILTER);
            list.all(exchange, caller, protocol);
            return null;
        });
    }

    /** One model. */
    void one(Exchange exchange) {
        ModelProtocol protocol = listed(exchange);
        String path = exchange.path();
        handle(exchange, null, protocol, (caller, trace, _) -> {
            trace.enter(Stage.LOCATE);
            list.one(exchange, caller, protocol, path.substring(path.lastIndexOf('/') + 1));
            return null;
        });
    }

    /** OpenAI and Anthropic have the list at one path; only Anthropic's clients say whose they are. */
    private static ModelProtocol listed(Exchange exchange) {
        if (exchange.path().contains(GeminiPath.VERSION + "/")) {
            return ModelProtocol.GEMINI;
        }
        return exchange.headers().contains(ANTHROPIC_VERSION) ? ModelProtocol.ANTHROPIC : ModelProtocol.OPENAI;
    }

    private void handle(Exchange exchange, @Nullable ModelApi api, ModelProtocol protocol, Step step) {
        CallTrace trace = telemetry.begin(exchange.startNanos());
        EventNumber number = new EventNumber();
        Caller caller = null;
        try {
            trace.enter(Stage.IDENTIFY);
            caller = authenticator.authenticateModelCall(exchange, audience);
            Kill stop = kills.stopped(caller);
            if (stop != null) {
                throw new Refused(Refusal.of(Reason.STOPPED, stop.id()));
            }
            trace.end(step.take(caller, trace, number));
        } catch (Refused refused) {
            Refused recorded =
                    refused.isRecorded() ? refused : records.refusedEarly(exchange, caller, api, refused.why());
            refuse(exchange, api, protocol, recorded.why(), number, caller != null, trace);
        } catch (RuntimeException failure) {
            // refused, recorded and answered like every refusal; what it was is the operators' to read
            LOG.atError()
                    .addKeyValue(LogKeys.CALL_ID, exchange.id())
                    .setCause(failure)
                    .log("a call of a model failed");
            Refused recorded = records.refusedEarly(exchange, caller, api, Refusal.of(Reason.INTERNAL));
            refuse(exchange, api, protocol, recorded.why(), number, caller != null, trace);
        }
    }

    /** Reads a body that is JSON. */
    @FunctionalInterface
    private interface Reader {
        ModelRequest read(JsonDocument body) throws BadModelRequest;
    }

    private ModelRequest read(Exchange exchange, Caller caller, ModelApi api, Reader reader) {
        if (!exchange.hasJsonBody()) {
            throw new Refused(Reason.BAD_MEDIA_TYPE);
        }
        try {
            JsonLimits bounds = api == ModelApi.EMBEDDINGS ? ofEmbeddings : limits;
            return reader.read(StrictJson.parse(bodies.read(exchange, caller.key()), bounds));
        } catch (JsonRefused refused) {
            throw new Refused(Refusal.saying(Reason.NOT_JSON, String.valueOf(refused.getMessage())));
        } catch (BadModelRequest refused) {
            throw new Refused(Refusal.saying(Reason.BAD_MODEL_REQUEST, String.valueOf(refused.getMessage())));
        }
    }

    /** A field that is sent twice is one list (RFC 9110 section 5.3). */
    private static Map<String, String> headers(Exchange exchange) {
        Map<String, String> headers = new HashMap<>();
        for (String name : PROTOCOL_HEADERS) {
            String value = String.join(", ", exchange.headers().getValuesList(name));
            if (!HttpHeader.isFieldValue(value) || value.length() > HEADER_CHARS_MAX) {
                throw new Refused(Refusal.saying(Reason.BAD_MODEL_REQUEST, "header " + name + " is not valid"));
            }
            if (!value.isEmpty()) {
                headers.put(name, value);
            }
        }
        return headers;
    }

    private void refuse(
            Exchange exchange,
            @Nullable ModelApi api,
            ModelProtocol protocol,
            Refusal why,
            EventNumber number,
            boolean isKnown,
            CallTrace trace) {
        telemetry.refused(trace.stage(), why.reason());
        trace.end(why.reason().code());
        // refusals of strangers are counted and audited; a line for each would let them fill the disk
        LOG.atLevel(isKnown ? Level.INFO : Level.DEBUG)
                .addKeyValue(LogKeys.CALL_ID, exchange.id())
                .addKeyValue(LogKeys.STAGE, trace.stage())
                .addKeyValue(LogKeys.REASON, why.reason().code())
                .addKeyValue(LogKeys.DETAIL, why.detail())
                .log("refused");
        answers.refuse(exchange, api, protocol, why, number);
    }
}
