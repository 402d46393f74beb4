package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.model.ModelUsage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The exchange with a provider as telemetry sees it: a CLIENT span and the metrics of the conventions. Used by one thread.
 * Holds no text of request or answer.
 */
public final class ModelTrace {
    private final Telemetry telemetry;
    private final @Nullable Span span;
    private final Attributes labels;
    private final boolean counts;
    private final long sinceNanos;
    private final @Nullable Told told;
    private long chunkNanos;
    private String channel = "";
    private long nanoUsd = -1;

    /**
     * What its events say beside what is said everywhere.
     *
     * @param of the call
     * @param alias what the agent asked for
     * @param provider the operator's name of it
     */
    record Told(CallTrace of, String alias, String provider) {}

    ModelTrace(Telemetry telemetry, @Nullable Span span, Attributes labels, Told told) {
        this(telemetry, span, labels, true, told);
    }

    private ModelTrace(
            Telemetry telemetry, @Nullable Span span, Attributes labels, boolean counts, @Nullable Told told) {
        this.telemetry = telemetry;
        this.span = span;
        this.labels = labels;
        this.counts = counts;
        this.told = told;
        this.sinceNanos = telemetry.now();
    }

    /** Of a call that asks nobody: of no duration, and without tokens that anybody bills. */
    static ModelTrace ofNobody(Telemetry telemetry) {
        return new ModelTrace(telemetry, null, Attributes.empty(), false, null);
    }

    /** What is asked for, beside the content. */
    public void asked(ModelRequest request) {
        channel = request.api().name().toLowerCase(Locale.ROOT);
        if (span != null && span.isRecording()) {
            AskedSettings.put(request, span);
        }
    }

    /** The first event of a stream is there. */
    public void began() {
        if (!counts) {
            return;
        }
        chunkNanos = telemetry.now();
        double seconds = seconds(chunkNanos - sinceNanos);
        telemetry.models().began(seconds, labels);
        if (span != null) {
            span.setAttribute(GenAi.TIME_TO_FIRST_CHUNK, seconds);
        }
    }

    /** A further event of the stream is there. */
    public void wentOn() {
        if (counts) {
            long now = telemetry.now();
            telemetry.models().wentOn(seconds(now - chunkNanos), labels);
            chunkNanos = now;
        }
    }

    /** What a translation could not keep; places and words of the gateway's own. */
    public void dropped(List<String> dropped) {
        if (span != null && !dropped.isEmpty()) {
            span.addEvent(GenAi.DROPPED_EVENT, Attributes.of(GenAi.DROPPED, dropped));
        }
    }

    /** What it cost in nano-USD; below zero if that is not known. Before {@link #ended}. */
    public void cost(long nanoUsd) {
        if (nanoUsd < 0) {
            return;
        }
        this.nanoUsd = nanoUsd;
        telemetry.models().cost(nanoUsd, labels);
        if (span != null) {
            span.setAttribute(Names.COST, nanoUsd);
        }
    }

    /** How much of the model's context request and answer took. */
    public void contextUsed(ModelUsage usage, int contextTokens) {
        if (counts) {
            telemetry.models().contextUsed((usage.input() + usage.output()) / (double) contextTokens, labels);
        }
    }

    /**
     * It is over.
     *
     * @param errorType {@code null} for a complete answer
     * @param message what was wrong, in words of the gateway's; empty where the type says it
     */
    public void ended(ModelFacts facts, @Nullable String errorType, String message) {
        if (!counts) {
            return;
        }
        ModelUsage usage = facts.usage();
        double seconds = seconds(telemetry.now() - sinceNanos);
        tell(facts, seconds, errorType);
        telemetry
                .models()
                .ended(
                        seconds,
                        errorType == null
                                ? labels
                                : labels.toBuilder()
                                        .put(Names.ERROR_TYPE, errorType)
                                        .build());
        if (usage.isKnown()) {
            telemetry.models().used(usage, labels);
        }
        if (span == null) {
            return;
        }
        if (!facts.id().isEmpty()) {
            span.setAttribute(GenAi.RESPONSE_ID, facts.id());
        }
        if (!facts.servedModel().isEmpty()) {
            span.setAttribute(GenAi.RESPONSE_MODEL, facts.servedModel());
        }
        if (!facts.finishReason().isEmpty()) {
            span.setAttribute(GenAi.FINISH_REASONS, List.of(facts.finishReason()));
        }
        if (usage.isKnown()) {
            span.setAttribute(GenAi.INPUT_TOKENS, usage.input());
            span.setAttribute(GenAi.OUTPUT_TOKENS, usage.output());
            span.setAttribute(GenAi.CACHE_READ_TOKENS, usage.cacheRead());
            span.setAttribute(telemetry.names().cacheWriteTokens(), usage.cacheWrite());
            span.setAttribute(GenAi.REASONING_TOKENS, usage.reasoning());
        }
        if (errorType != null) {
            SpanError.mark(span, errorType, message);
        }
        span.end();
    }

    /** The model that answers is none that was asked for. */
    public void mismatched() {
        telemetry.models().mismatched(labels);
    }

    /** What nobody counted and nobody pays for is no usage. */
    private void tell(ModelFacts facts, double seconds, @Nullable String errorType) {
        ModelUsage usage = facts.usage();
        if (told == null || !telemetry.events().areTold() || (!usage.isKnown() && nanoUsd < 0)) {
            return;
        }
        AttributesBuilder said = labels.toBuilder()
                .put(GenAi.PROVIDER_ALIAS, told.provider())
                .put(GenAi.ALIAS, told.alias())
                .put(Names.CHANNEL, channel)
                .put(Names.CALL_ID, told.of().callId())
                .put(Names.DURATION_SECONDS, seconds);
        if (!facts.servedModel().isEmpty()) {
            said.put(GenAi.RESPONSE_MODEL, facts.servedModel());
        }
        if (usage.isKnown()) {
            said.put(GenAi.INPUT_TOKENS, usage.input())
                    .put(GenAi.OUTPUT_TOKENS, usage.output())
                    .put(GenAi.CACHE_READ_TOKENS, usage.cacheRead())
                    .put(telemetry.names().cacheWriteTokens(), usage.cacheWrite())
                    .put(GenAi.REASONING_TOKENS, usage.reasoning());
        }
        if (nanoUsd >= 0) {
            said.put(Names.COST, nanoUsd);
        }
        if (errorType != null) {
            said.put(Names.ERROR_TYPE, errorType);
        }
        told.of().tell(CallEvents.MODEL_USAGE, said);
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
