package dev.mcpgateway.audit;

/**
 * Which model was asked for, and which one is asked (JSON: {@code model}). Empty strings are left out.
 *
 * @param alias {@code model.alias}: what the agent named
 * @param provider {@code model.provider}: the provider that is asked
 * @param name {@code model.name}: the model's name at the provider
 * @param operation {@code model.operation}: such as {@code chat} or {@code embeddings}
 * @param streamed {@code model.stream}: whether the answer is asked for as a stream
 */
public record ModelRef(String alias, String provider, String name, String operation, boolean streamed) {
    /** No model was asked for. */
    public static final ModelRef NONE = new ModelRef("", "", "", "", false);
}
