package dev.mcpgateway.policy.arguments;

/** What {@link ArgumentCheck} or {@link PromptArgumentCheck} found. */
public sealed interface ArgumentVerdict {

    /** The arguments keep to all limits and to what the tool or the prompt declares. */
    record Valid(CheckedArguments arguments) implements ArgumentVerdict {}

    /** There are more bytes than allowed; nothing was parsed. */
    record TooLarge(long bytes, long bytesMax) implements ArgumentVerdict {}

    /**
     * The arguments are not acceptable. {@code pointer} and {@code message} are as in {@link Violation}: fit to be shown
     * to the model, without any value of the arguments.
     */
    record Invalid(String pointer, String message) implements ArgumentVerdict {}
}
