package dev.mcpgateway.policy.arguments;

/** What {@link ArgumentCheck} found. */
public sealed interface ArgumentVerdict {

    /** The arguments keep to all limits and to the schema. */
    record Valid(CheckedArguments arguments) implements ArgumentVerdict {}

    /** There are more bytes than allowed; nothing was parsed. */
    record TooLarge(long bytes, long bytesMax) implements ArgumentVerdict {}

    /**
     * The arguments are not acceptable. {@code pointer} and {@code message} are as in {@link Violation}: fit to be shown
     * to the model, without any value of the arguments.
     */
    record Invalid(String pointer, String message) implements ArgumentVerdict {}
}
