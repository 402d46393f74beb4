package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/** The names that two generations of the conventions for generative AI have differently; all others are {@link GenAi}'s. */
enum GenAiNames {
    /** Semantic conventions 1.41. */
    V1_41("gen_ai.client.operation."),
    /** The main branch of the conventions' own repository, which has no release yet. */
    LATEST("gen_ai.client.inference.");

    private final String client;

    GenAiNames(String client) {
        this.client = client;
    }

    /** Metric: seconds of an exchange with a provider. */
    String duration() {
        return client + "duration";
    }

    /** Metric: seconds to the first event of a stream. */
    String firstChunk() {
        return client + "time_to_first_chunk";
    }

    /** Metric: seconds between two events of a stream. */
    String nextChunk() {
        return client + "time_per_output_chunk";
    }

    AttributeKey<Long> cacheWriteTokens() {
        return switch (this) {
            case V1_41 -> GenAi.CACHE_CREATION_TOKENS;
            case LATEST -> GenAi.CACHE_WRITE_TOKENS;
        };
    }
}
