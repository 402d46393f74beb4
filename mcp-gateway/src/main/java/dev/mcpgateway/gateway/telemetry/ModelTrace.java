package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelUsage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
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
    private final long sinceNanos;

    ModelTrace(Telemetry telemetry, @Nullable Span span, Attributes labels) {
        this.telemetry = telemetry;
        this.span = span;
        this.labels = labels;
        this.sinceNanos = telemetry.now();
    }

    /** The first event of a stream is there. */
    public void began() {
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

    /** It is over; {@code errorType} is {@code null} for a complete answer. */
    public void ended(ModelFacts facts, @Nullable String errorType) {
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
            span.setAttribute(GenAi.CACHE_WRITE_TOKENS, usage.cacheWrite());
            span.setAttribute(GenAi.REASONING_TOKENS, usage.reasoning());
        }
        if (errorType != null) {
            span.setAttribute(Names.ERROR_TYPE, errorType);
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }

    private double seconds() {
        return (telemetry.now() - sinceNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
