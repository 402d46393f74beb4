package dev.mcpgateway.connectors.model;

import java.util.Set;

/** Kinds of providers. */
public enum ProviderKind {
    /** OpenAI. */
    OPENAI(ModelProtocol.OPENAI),
    /** Anthropic. */
    ANTHROPIC(ModelProtocol.ANTHROPIC),
    /** A server that speaks OpenAI's protocol, such as vLLM and Ollama. */
    OPENAI_COMPATIBLE(ModelProtocol.OPENAI),
    /** Anthropic's models on AWS Bedrock. */
    BEDROCK(ModelProtocol.ANTHROPIC);

    private static final Set<String> OPENAI_HEADERS = Set.of("idempotency-key", "openai-beta");
    private static final Set<String> ANTHROPIC_HEADERS =
            Set.of("idempotency-key", "anthropic-version", "anthropic-beta");

    private final ModelProtocol protocol;

    ProviderKind(ModelProtocol protocol) {
        this.protocol = protocol;
    }

    /** What it speaks. */
    public ModelProtocol protocol() {
        return protocol;
    }

    /** Header fields of an agent that it gets. */
    Set<String> headers() {
        return protocol == ModelProtocol.ANTHROPIC ? ANTHROPIC_HEADERS : OPENAI_HEADERS;
    }
}
