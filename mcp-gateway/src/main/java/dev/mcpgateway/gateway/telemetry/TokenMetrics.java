package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.model.ModelUsage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;

/** Tokens of calls of models as metrics, as providers count them. */
@FunctionalInterface
interface TokenMetrics {
    /** A call has used these. */
    void used(ModelUsage usage, Attributes labels);

    /** In the form of a generation of the conventions. */
    static TokenMetrics of(Meter meter, GenAiNames names) {
        return switch (names) {
            case V1_41 -> byType(meter);
            case LATEST -> byKind(meter);
        };
    }

    private static TokenMetrics byType(Meter meter) {
        LongHistogram tokens = histogram(meter, GenAi.TOKENS, "Tokens of calls of models, as providers count them.");
        return (usage, labels) -> {
            tokens.record(
                    usage.input(),
                    labels.toBuilder().put(GenAi.TOKEN_TYPE, "input").build());
            tokens.record(
                    usage.output(),
                    labels.toBuilder().put(GenAi.TOKEN_TYPE, "output").build());
        };
    }

    /** Sums for bills and histograms for sizes. Of what kind of content tokens are no provider says for all of them. */
    private static TokenMetrics byKind(Meter meter) {
        LongCounter input = counter(meter, "input_tokens");
        LongCounter output = counter(meter, "output_tokens");
        LongCounter cacheRead = counter(meter, "cache_read.input_tokens");
        LongCounter cacheWrite = counter(meter, "cache_write.input_tokens");
        LongCounter reasoning = counter(meter, "reasoning.output_tokens");
        LongHistogram inputs = histogram(meter, GenAi.OPERATION_TOKENS + "input_tokens", "Tokens of a request.");
        LongHistogram outputs = histogram(meter, GenAi.OPERATION_TOKENS + "output_tokens", "Tokens of an answer.");
        return (usage, labels) -> {
            input.add(usage.input(), labels);
            output.add(usage.output(), labels);
            cacheRead.add(usage.cacheRead(), labels);
            cacheWrite.add(usage.cacheWrite(), labels);
            reasoning.add(usage.reasoning(), labels);
            inputs.record(usage.input(), labels);
            outputs.record(usage.output(), labels);
        };
    }

    private static LongCounter counter(Meter meter, String kind) {
        return meter.counterBuilder(GenAi.USAGE + kind)
                .setUnit("{token}")
                .setDescription("Tokens of calls of models, as providers count them.")
                .build();
    }

    private static LongHistogram histogram(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .ofLongs()
                .setUnit("{token}")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(
                        GenAi.TOKEN_COUNTS.stream().map(Double::longValue).toList())
                .build();
    }
}
