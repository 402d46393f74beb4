package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Stage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * One request as telemetry sees it: when it entered each stage, its SERVER span once method and parent are known (INTERNAL
 * where the gateway itself calls), and a CLIENT span for the exchange with the upstream. Used by one thread. Holds no argument, result, token or subject.
 */
public final class CallTrace {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final Pattern TRACESTATE = Pattern.compile("[\\x20-\\x7e]{1,512}");

    private static final Pattern CODE = Pattern.compile("-?[0-9].*");

    /** Of errors that JSON-RPC or a revision of MCP names. */
    private static final Set<String> CODES = Set.of(
            "-32700", "-32600", "-32601", "-32602", "-32603", "-32000", "-32002", "-32020", "-32021", "-32022",
            "-32042");

    private final Telemetry telemetry;
    private final long startNanos;
    private Stage stage = Stage.RECEIVE;
    private long stageSince;
    private long elsewhereNanos;
    private boolean asked;
    private String callId = "";
    private String operation = "";
    private String method = "";
    private @Nullable String tool;
    private @Nullable Span span;
    private @Nullable Span clientSpan;
    private @Nullable String upstream;
    private long clientSince;
    private @Nullable String traceparent;
    private @Nullable String tracestate;

    CallTrace(Telemetry telemetry, long startNanos) {
        this.telemetry = telemetry;
        this.startNanos = startNanos;
        this.stageSince = startNanos;
    }

    /** The request enters a stage. */
    public void enter(Stage next) {
        long now = telemetry.now();
        leave(now);
        stage = next;
        stageSince = now;
        if (span != null && span.isRecording()) {
            span.addEvent(next.name());
        }
    }

    /** What is spent in the exchange is others' time: their answer, and pauses between attempts. */
    private void leave(long now) {
        long nanos = now - stageSince;
        telemetry.stage(stage, nanos);
        if (stage == Stage.FORWARD || stage == Stage.RELAY) {
            // what was kept is relayed, too, and nobody was asked for it
            asked |= stage == Stage.FORWARD;
            elsewhereNanos += nanos;
        }
    }

    /** The monotonic time in nanoseconds. */
    public long now() {
        return telemetry.now();
    }

    /** The stage that the request is in. */
    public Stage stage() {
        return stage;
    }

    /**
     * The message is known: starts the span, with the trace context of {@code params._meta} as parent, else that of the
     * HTTP headers.
     */
    public void described(Envelope envelope, HttpFields headers, String protocolVersion, String callId) {
        method = envelope.method();
        operation = method;
        this.callId = callId;
        traceparent = text(envelope, McpNames.TRACEPARENT);
        tracestate = text(envelope, McpNames.TRACESTATE);
        if (traceparent == null) {
            traceparent = headers.get("traceparent");
            tracestate = headers.get("tracestate");
        }
        dropMalformedContext();
        Tracer tracer = telemetry.tracer();
        if (tracer == null) {
            return;
        }
        Context parent = traceparent == null ? Context.root() : W3C.extract(Context.root(), this, PARENT);
        span = tracer.spanBuilder(method)
                .setSpanKind(SpanKind.SERVER)
                .setParent(parent)
                .setAttribute(Names.METHOD, method)
                .setAttribute(Names.PROTOCOL_VERSION, protocolVersion)
                .setAttribute(Names.CALL_ID, callId)
                .setAttribute(Names.TRANSPORT, "tcp")
                .setAttribute(Names.PROTOCOL_NAME, "http")
                .startSpan();
        if (span.isRecording() && envelope.id() != JsonDocument.NONE) {
            span.setAttribute(Names.REQUEST_ID, requestId(envelope));
        }
    }

    /** A call of a model is known: starts the span, with the trace context of the HTTP headers as parent. */
    public void modelAsked(String operation, HttpFields headers, String callId) {
        modelAsked(SpanKind.SERVER, operation, headers, callId);
        if (span != null) {
            span.setAttribute(Names.TRANSPORT, "tcp");
            span.setAttribute(Names.PROTOCOL_NAME, "http");
        }
    }

    /** The gateway itself calls a model, which nobody asked it over a network: the span is INTERNAL. */
    public void modelAskedByGateway(String operation, HttpFields headers, String callId) {
        modelAsked(SpanKind.INTERNAL, operation, headers, callId);
    }

    private void modelAsked(SpanKind kind, String operation, HttpFields headers, String callId) {
        this.operation = operation;
        this.callId = callId;
        traceparent = headers.get("traceparent");
        tracestate = headers.get("tracestate");
        dropMalformedContext();
        Tracer tracer = telemetry.tracer();
        if (tracer == null) {
            return;
        }
        span = tracer.spanBuilder(operation)
                .setSpanKind(kind)
                .setParent(traceparent == null ? Context.root() : W3C.extract(Context.root(), this, PARENT))
                .setAttribute(GenAi.OPERATION, operation)
                .setAttribute(Names.CALL_ID, callId)
                .startSpan();
    }

    /**
     * An exchange with a provider begins.
     *
     * @param operation in the words of the conventions
     * @param alias what the agent asked for, which the configuration knows
     * @param model the provider's name of the model
     */
    public ModelTrace providerBegins(
            String operation, String alias, ModelProvider provider, String model, boolean streamed) {
        Attributes labels = Attributes.of(
                GenAi.OPERATION, operation, GenAi.PROVIDER, provider.vendor(), GenAi.REQUEST_MODEL, model);
        ModelTrace.Told told = new ModelTrace.Told(this, alias, provider.name());
        Tracer tracer = telemetry.tracer();
        if (tracer == null || span == null) {
            return new ModelTrace(telemetry, null, labels, told);
        }
        span.updateName(operation + " " + alias);
        span.setAttribute(GenAi.REQUEST_MODEL, alias);
        SpanBuilder client = tracer.spanBuilder(operation + " " + model)
                .setSpanKind(SpanKind.CLIENT)
                .setParent(Context.root().with(span))
                .setAllAttributes(labels);
        if (streamed) {
            client.setAttribute(GenAi.REQUEST_STREAM, true);
        }
        provider.origin()
                .ifPresent(origin -> client.setAttribute(Names.SERVER_ADDRESS, origin.host())
                        .setAttribute(Names.SERVER_PORT, (long) origin.port()));
        return new ModelTrace(telemetry, client.startSpan(), labels, told);
    }

    /** No provider is asked, since the answer is there: neither a span nor a duration nor tokens of one. */
    public ModelTrace answeredFromCache(String operation, String alias) {
        if (span != null) {
            span.updateName(operation + " " + alias);
            span.setAttribute(GenAi.REQUEST_MODEL, alias);
        }
        return ModelTrace.ofNobody(telemetry);
    }

    /**
     * A decision about who is asked: an event on the call's span.
     *
     * @param kind {@code fallback}, {@code retry}, {@code hedge}, {@code reroute}, {@code rule}, {@code cost}, {@code shadow},
     *     {@code judge}, {@code probe} or {@code breaker}
     * @param reason a word of the gateway's own
     * @param attempt attempts made by then
     */
    public void routed(String kind, String fromProvider, String toProvider, String reason, int attempt) {
        if (span != null && span.isRecording()) {
            span.addEvent(
                    "gateway." + kind,
                    Attributes.of(
                            Names.FROM_PROVIDER,
                            fromProvider,
                            Names.TO_PROVIDER,
                            toProvider,
                            Names.ROUTE_REASON,
                            reason,
                            Names.ROUTE_ATTEMPT,
                            (long) attempt));
        }
    }

    /**
     * This call judged the answer of another: an event on its span.
     *
     * @param judgedCall id of the other call
     * @param served the model that answered it
     * @param score 0 to 1
     * @param label empty for none
     * @param explanation empty for none
     */
    public void evaluated(
            String name, String judgedCall, String served, double score, String label, String explanation) {
        if (span != null && span.isRecording()) {
            AttributesBuilder attributes = Attributes.builder()
                    .put(GenAi.EVALUATION_NAME, name)
                    .put(GenAi.JUDGED_CALL, judgedCall)
                    .put(GenAi.RESPONSE_MODEL, served)
                    .put(GenAi.SCORE, score);
            if (!label.isEmpty()) {
                attributes.put(GenAi.SCORE_LABEL, label);
            }
            if (!explanation.isEmpty()) {
                attributes.put(GenAi.EXPLANATION, explanation);
            }
            span.addEvent(GenAi.EVALUATION_EVENT, attributes.build());
        }
    }

    /** Both values are an agent's words and go upstream: only the forms of W3C Trace Context pass. */
    private void dropMalformedContext() {
        if (traceparent != null && !TRACEPARENT.matcher(traceparent).matches()) {
            traceparent = null;
        }
        if (tracestate != null && !TRACESTATE.matcher(tracestate).matches()) {
            tracestate = null;
        }
    }

    private static String requestId(Envelope envelope) {
        JsonDocument document = envelope.document();
        return document.is(envelope.id(), Kind.STRING) ? document.string(envelope.id()) : document.raw(envelope.id());
    }

    private static @Nullable String text(Envelope envelope, JsonDocument.Name name) {
        int node = envelope.meta(name);
        return envelope.document().is(node, Kind.STRING) ? envelope.document().string(node) : null;
    }

    private static final TextMapGetter<CallTrace> PARENT = new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // still abstract
        public Iterable<String> keys(CallTrace carrier) {
            return List.of("traceparent", "tracestate");
        }

        @Override
        public @Nullable String get(@Nullable CallTrace carrier, String key) {
            if (carrier == null) {
                return null;
            }
            return key.equals("traceparent") ? carrier.traceparent : carrier.tracestate;
        }
    };

    /** The tool is one of the catalogue; names from outside it never become labels. */
    public void tool(String name) {
        tool = name;
        operation = "execute_tool";
        if (span != null) {
            span.updateName(method + " " + name);
            span.setAttribute(Names.TOOL, name);
            span.setAttribute(Names.OPERATION, "execute_tool");
        }
    }

    /** An exchange with an upstream begins. */
    public void upstreamBegins(String alias, String upstreamTool) {
        upstream = alias;
        clientSince = telemetry.now();
        Tracer tracer = telemetry.tracer();
        if (tracer != null && span != null) {
            clientSpan = tracer.spanBuilder(method + " " + upstreamTool)
                    .setSpanKind(SpanKind.CLIENT)
                    .setParent(Context.root().with(span))
                    .setAttribute(Names.METHOD, method)
                    .setAttribute(Names.UPSTREAM, alias)
                    .setAttribute(Names.TOOL, upstreamTool)
                    .setAttribute(Names.OPERATION, "execute_tool")
                    .startSpan();
        }
    }

    /** The exchange with the upstream was lost and begins a second time. */
    public void upstreamRepeats() {
        if (clientSpan != null) {
            clientSpan.setAttribute(Names.ATTEMPTS, 2L);
            clientSpan.addEvent("retry");
        }
    }

    /** The exchange with the upstream ended; {@code errorType} is {@code null} for a good answer. */
    public void upstreamEnds(@Nullable String errorType) {
        AttributesBuilder attributes = Attributes.builder().put(Names.METHOD, method);
        if (upstream != null) {
            attributes.put(Names.UPSTREAM, upstream);
        }
        if (errorType != null) {
            attributes.put(Names.ERROR_TYPE, errorType);
        }
        telemetry.asked(seconds(telemetry.now() - clientSince), attributes.build());
        if (clientSpan != null) {
            end(clientSpan, errorType);
        }
    }

    /** The {@code traceparent} to send upstream: ours where spans are made, else the agent's, else none. */
    public @Nullable String traceparent() {
        Span current = clientSpan != null ? clientSpan : span;
        if (current == null) {
            return traceparent;
        }
        SpanContext context = current.getSpanContext();
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                + context.getTraceFlags().asHex();
    }

    /** The {@code tracestate} to send upstream: the agent's. */
    public @Nullable String tracestate() {
        return traceparent == null ? null : tracestate;
    }

    /** Ends the request; {@code errorType} is {@code null} for success. */
    public void end(@Nullable String errorType) {
        long now = telemetry.now();
        leave(now);
        processed(now, errorType);
        if (!method.isEmpty()) {
            AttributesBuilder attributes = Attributes.builder().put(Names.METHOD, method);
            if (tool != null) {
                attributes.put(Names.TOOL, tool);
            }
            if (errorType != null) {
                attributes.put(Names.ERROR_TYPE, label(errorType));
            }
            telemetry.served(seconds(now - startNanos), attributes.build());
        }
        if (span != null) {
            end(span, errorType);
        }
    }

    /** Upstreams choose codes freely, and a metric keeps each value that it has seen: one that has no meaning is like any other. */
    private static String label(String errorType) {
        return CODE.matcher(errorType).matches() && !CODES.contains(errorType) ? "protocol_error" : errorType;
    }

    private void processed(long now, @Nullable String errorType) {
        double overhead = seconds(now - startNanos - elsewhereNanos);
        if (asked) {
            telemetry.overhead(overhead, Attributes.of(Names.OPERATION, operation));
        }
        if (callId.isEmpty() || !telemetry.events().areTold()) {
            return;
        }
        AttributesBuilder said = Attributes.builder()
                .put(Names.OPERATION, operation)
                .put(Names.CALL_ID, callId)
                .put(Names.STAGE, stage.name())
                .put(Names.OUTCOME, outcome(errorType))
                .put(Names.DURATION_SECONDS, seconds(now - startNanos))
                .put(Names.OVERHEAD_SECONDS, overhead);
        if (tool != null) {
            said.put(Names.TOOL, tool);
        }
        if (errorType != null) {
            said.put(Names.ERROR_TYPE, errorType);
        }
        tell(CallEvents.CALL_PROCESSED, said);
    }

    private static String outcome(@Nullable String errorType) {
        if (errorType == null) {
            return "success";
        }
        return errorType.equals(Reason.UPSTREAM_TIMED_OUT.code()) ? "timeout" : "error";
    }

    /** The gateway's id of the call; empty before it is known. */
    String callId() {
        return callId;
    }

    /** Tells an event of this call in its trace, which is the run that it belongs to. */
    void tell(String event, AttributesBuilder said) {
        Context trace = span != null
                ? Context.root().with(span)
                : traceparent == null ? Context.root() : W3C.extract(Context.root(), this, PARENT);
        SpanContext known = Span.fromContext(trace).getSpanContext();
        if (known.isValid()) {
            said.put(Names.RUN, known.getTraceId());
        }
        telemetry.events().tell(event, trace, said.build());
    }

    private static void end(Span span, @Nullable String errorType) {
        if (errorType != null) {
            SpanError.mark(span, errorType, "");
        }
        span.end();
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
