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
    /** OpenAI's models at Azure: its protocol, with a key and, in the older form, paths of Azure's own. */
    AZURE_OPENAI(ModelProtocol.OPENAI),
    /** Google Gemini. */
    GEMINI(ModelProtocol.GEMINI),
    /** Models on AWS Bedrock; Anthropic's are asked in the protocol of their maker, others in AWS's. */
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
        return switch (protocol) {
            case OPENAI -> OPENAI_HEADERS;
            case ANTHROPIC -> ANTHROPIC_HEADERS;
            case GEMINI, CONVERSE -> Set.of();
        };
    }
}
