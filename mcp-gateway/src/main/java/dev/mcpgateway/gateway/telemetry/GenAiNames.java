package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/** The names that two generations of the conventions for generative AI have differently; all others are {@link GenAi}'s. */
enum GenAiNames {
    /** Semantic conventions 1.41. */
    V1_41("gen_ai.client.operation.", "gen_ai.usage.cache_creation.input_tokens"),
    /** The main branch of the conventions' own repository, which has no release yet. */
    LATEST("gen_ai.client.inference.", "gen_ai.usage.cache_write.input_tokens");

    private final String client;
    private final AttributeKey<Long> cacheWriteTokens;

    GenAiNames(String client, String cacheWriteTokens) {
        this.client = client;
        this.cacheWriteTokens = AttributeKey.longKey(cacheWriteTokens);
    }

    /** Metric: seconds of an exchange with a provider. */
    String duration() {
        return client + "duration";
    }

    /** Metric: seconds to the first event of a stream. */
    String firstChunk() {
        return client + "time_to_first_chunk";
    }

    AttributeKey<Long> cacheWriteTokens() {
        return cacheWriteTokens;
    }
}
