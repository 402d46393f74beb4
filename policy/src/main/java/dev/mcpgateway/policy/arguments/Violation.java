package dev.mcpgateway.policy.arguments;

/**
 * The first thing that is wrong with a value, in words a model can act on.
 *
 * @param pointer RFC 6901 JSON pointer of the value; empty for the root
 * @param message what the schema wants, such as "must be at most 100"; never holds a value of the instance
 */
public record Violation(String pointer, String message) {

    @Override
    public String toString() {
        return (pointer.isEmpty() ? "arguments" : pointer) + ": " + message;
    }
}
