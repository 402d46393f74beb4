package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;

/** Metrics of the online judge. Labels are names of the configuration. */
public final class JudgeMetrics {
    private static final List<Double> SCORES = List.of(.1, .2, .3, .4, .5, .6, .7, .75, .8, .9, 1.0);

    private final DoubleHistogram scores;
    private final LongCounter results;

    JudgeMetrics(Meter meter) {
        this.scores = meter.histogramBuilder(GenAi.JUDGE_SCORE)
                .setDescription("Scores of answers, 0 to 1, by the model that gave them.")
                .setExplicitBucketBoundariesAdvice(SCORES)
                .build();
        this.results = meter.counterBuilder(GenAi.JUDGE_RESULTS)
                .setDescription("What became of the answers that were to be judged.")
                .build();
    }

    /** An answer of this model at this provider got a score. */
    public void scored(String provider, String model, double score) {
        scores.record(score, Attributes.of(GenAi.PROVIDER_ALIAS, provider, GenAi.RESPONSE_MODEL, model));
    }

    /** What became of one answer, in one of a few words. */
    public void ended(String result) {
        results.add(1, Attributes.of(Names.RESULT, result));
    }
}
