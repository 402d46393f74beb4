package dev.mcpgateway.connectors.model;

import java.util.Set;

/** One operation of a protocol, that takes a JSON object with a {@code model}; Gemini and Converse name it elsewhere. */
public enum ModelApi {
    /** OpenAI's Chat Completions. */
    CHAT_COMPLETIONS(ModelProtocol.OPENAI, "/chat/completions", "chat"),
    /** OpenAI's Responses. */
    RESPONSES(ModelProtocol.OPENAI, "/responses", "chat"),
    /** OpenAI's Embeddings. */
    EMBEDDINGS(ModelProtocol.OPENAI, "/embeddings", "embeddings"),
    /** Anthropic's Messages. */
    MESSAGES(ModelProtocol.ANTHROPIC, "/messages", "chat"),
    /** Anthropic's count of a request's tokens; it asks no model. */
    COUNT_TOKENS(ModelProtocol.ANTHROPIC, "/messages/count_tokens", "count_tokens"),
    /** Gemini's {@code generateContent}; the model and whether it streams stand in the path. */
    GENERATE_CONTENT(ModelProtocol.GEMINI, "/models", "generate_content"),
    /** Bedrock's {@code Converse} and {@code ConverseStream}; the model stands in the path. No agent asks so. */
    CONVERSE(ModelProtocol.CONVERSE, "/model", "chat");

    private static final Set<String> CONVERSE_EVENTS = Set.of(
            "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata");

    private final ModelProtocol protocol;
    private final String path;
    private final String operation;

    ModelApi(ModelProtocol protocol, String path, String operation) {
        this.protocol = protocol;
        this.path = path;
        this.operation = operation;
    }

    /** Its protocol. */
    public ModelProtocol protocol() {
        return protocol;
    }

    /** Where it is, below a base URL that ends in {@code /v1}; Gemini's and Bedrock's model and method come behind it. */
    public String path() {
        return path;
    }

    /** Whether agents ask at this path: Gemini's paths go on with the model, and Converse is spoken to providers alone. */
    public boolean isAskedAtItsPath() {
        return this != GENERATE_CONTENT && this != CONVERSE;
    }

    /** What is done, in the words of OpenTelemetry's {@code gen_ai.operation.name} where it has one. */
    public String operation() {
        return operation;
    }

    /** Whether streams have events of this type; servers also send others, such as {@code ping}, to keep connections open. */
    public boolean isEvent(String type) {
        return switch (this) {
            case MESSAGES, COUNT_TOKENS ->
                type.startsWith("message") || type.startsWith("content_block_") || type.equals("error");
            case RESPONSES -> type.startsWith("response.") || type.equals("message") || type.equals("error");
            case CHAT_COMPLETIONS, EMBEDDINGS, GENERATE_CONTENT -> type.equals("message") || type.equals("error");
            case CONVERSE -> CONVERSE_EVENTS.contains(type);
        };
    }

    /** Whether an answer may be asked for as a stream. */
    public boolean streams() {
        return this != EMBEDDINGS && this != COUNT_TOKENS;
    }
}
