package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.model.ModelUsage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;

/** Metrics of calls of models. Labels are names of the configuration: what providers say would grow without bound. */
final class ModelMetrics {
    private static final List<Double> SHARES = List.of(.1, .2, .3, .4, .5, .6, .7, .8, .9, .95, 1.0);

    private final DoubleHistogram duration;
    private final DoubleHistogram firstChunk;
    private final DoubleHistogram nextChunk;
    private final TokenMetrics tokens;
    private final DoubleHistogram context;
    private final LongCounter cost;
    private final LongCounter mismatches;

    ModelMetrics(Meter meter, GenAiNames names) {
        this.duration = seconds(meter, names.duration(), "Duration of calls of models.");
        this.firstChunk = seconds(meter, names.firstChunk(), "Time to the first event of a stream.");
        this.nextChunk = seconds(meter, names.nextChunk(), "Time from one event of a stream to the next.");
        this.tokens = TokenMetrics.of(meter, names);
        this.context = meter.histogramBuilder(Names.CONTEXT_USED)
                .setDescription("Share of a model's context that request and answer took.")
                .setExplicitBucketBoundariesAdvice(SHARES)
                .build();
        this.mismatches = meter.counterBuilder(Names.MISMATCH)
                .setDescription("Answers of another model than was asked for.")
                .build();
        this.cost = meter.counterBuilder(Names.MODEL_COST)
                .setUnit("{nano_usd}")
                .setDescription("Cost of calls of models that have a price.")
                .build();
    }

    void cost(long nanoUsd, Attributes attributes) {
        cost.add(nanoUsd, attributes);
    }

    private static DoubleHistogram seconds(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .setUnit("s")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(GenAi.SECONDS)
                .build();
    }

    void ended(double seconds, Attributes attributes) {
        duration.record(seconds, attributes);
    }

    void began(double seconds, Attributes attributes) {
        firstChunk.record(seconds, attributes);
    }

    void wentOn(double seconds, Attributes attributes) {
        nextChunk.record(seconds, attributes);
    }

    void contextUsed(double share, Attributes attributes) {
        context.record(share, attributes);
    }

    void mismatched(Attributes attributes) {
        mismatches.add(1, attributes);
    }

    void used(ModelUsage usage, Attributes attributes) {
        tokens.used(usage, attributes);
    }
}
