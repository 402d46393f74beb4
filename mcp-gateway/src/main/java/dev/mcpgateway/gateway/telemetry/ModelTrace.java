package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.model.ModelUsage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import java.util.List;
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

    ModelTrace(Telemetry telemetry, @Nullable Span span, Attributes labels) {
        this(telemetry, span, labels, true);
    }

    private ModelTrace(Telemetry telemetry, @Nullable Span span, Attributes labels, boolean counts) {
        this.telemetry = telemetry;
        this.span = span;
        this.labels = labels;
        this.counts = counts;
        this.sinceNanos = telemetry.now();
    }

    /** Of a call that asks nobody: of no duration, and without tokens that anybody bills. */
    static ModelTrace ofNobody(Telemetry telemetry) {
        return new ModelTrace(telemetry, null, Attributes.empty(), false);
    }

    /** What is asked for, beside the content. */
    public void asked(ModelRequest request) {
        if (span != null && span.isRecording()) {
            AskedSettings.put(request, span);
        }
    }

    /** The first event of a stream is there. */
    public void began() {
        if (!counts) {
            return;
        }
        double seconds = seconds();
        telemetry.models().began(seconds, labels);
        if (span != null) {
            span.setAttribute(GenAi.TIME_TO_FIRST_CHUNK, seconds);
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
        telemetry
                .models()
                .ended(
                        seconds(),
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

    private double seconds() {
        return (telemetry.now() - sinceNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
