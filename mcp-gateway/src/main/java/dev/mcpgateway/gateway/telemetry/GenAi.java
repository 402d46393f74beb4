package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * Names of spans' and metrics' attributes of calls of models: the semantic conventions for generative AI 1.41 (status:
 * development). A later generation of names is another table.
 */
final class GenAi {
    static final AttributeKey<String> OPERATION = Names.OPERATION;
    static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
    static final AttributeKey<String> REQUEST_MODEL = AttributeKey.stringKey("gen_ai.request.model");
    static final AttributeKey<Boolean> REQUEST_STREAM = AttributeKey.booleanKey("gen_ai.request.stream");
    static final AttributeKey<String> RESPONSE_MODEL = AttributeKey.stringKey("gen_ai.response.model");
    static final AttributeKey<List<String>> FINISH_REASONS =
            AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
    static final AttributeKey<Double> TIME_TO_FIRST_CHUNK =
            AttributeKey.doubleKey("gen_ai.response.time_to_first_chunk");
    static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
    static final AttributeKey<Long> OUTPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.output_tokens");
    static final AttributeKey<Long> CACHE_READ_TOKENS = AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
    static final AttributeKey<Long> CACHE_WRITE_TOKENS =
            AttributeKey.longKey("gen_ai.usage.cache_creation.input_tokens");
    static final AttributeKey<Long> REASONING_TOKENS = AttributeKey.longKey("gen_ai.usage.reasoning.output_tokens");
    static final AttributeKey<String> TOKEN_TYPE = AttributeKey.stringKey("gen_ai.token.type");

    static final AttributeKey<List<String>> DROPPED = AttributeKey.stringArrayKey("gateway.dropped");

    static final String DROPPED_EVENT = "gateway.dropped";
    /** The operator's name of a provider; ours. */
    static final AttributeKey<String> PROVIDER_ALIAS = AttributeKey.stringKey("gateway.provider");
    /** Which of a provider's keys; ours. */
    static final AttributeKey<String> KEY = AttributeKey.stringKey("gateway.credential");

    static final AttributeKey<String> EVALUATION_NAME = AttributeKey.stringKey("gen_ai.evaluation.name");
    static final AttributeKey<Double> SCORE = AttributeKey.doubleKey("gen_ai.evaluation.score.value");
    static final AttributeKey<String> SCORE_LABEL = AttributeKey.stringKey("gen_ai.evaluation.score.label");
    static final AttributeKey<String> EXPLANATION = AttributeKey.stringKey("gen_ai.evaluation.explanation");
    /** The call whose answer was judged; ours. */
    static final AttributeKey<String> JUDGED_CALL = AttributeKey.stringKey("gateway.judged_call.id");

    static final String EVALUATION_EVENT = "gen_ai.evaluation.result";
    static final String JUDGE_SCORE = "gateway.judge.score";
    static final String JUDGE_RESULTS = "gateway.judge.results";
    static final String KEY_REFUSALS = "gateway.credential.auth_failures";
    static final String DURATION = "gen_ai.client.operation.duration";
    static final String TOKENS = "gen_ai.client.token.usage";
    static final String FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk";

    /** Bucket bounds of durations in seconds. */
    static final List<Double> SECONDS =
            List.of(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);

    /** Bucket bounds of tokens. */
    static final List<Double> TOKEN_COUNTS = List.of(
            1.0,
            4.0,
            16.0,
            64.0,
            256.0,
            1024.0,
            4096.0,
            16384.0,
            65536.0,
            262144.0,
            1048576.0,
            4194304.0,
            16777216.0,
            67108864.0);

    private GenAi() {}
}
