package dev.mcpgateway.policy.screen;

/** Where in a message a text stands. */
public enum Place {
    /** A text block of a result. */
    TOOL_OUTPUT,
    /** A string value of structured content. */
    STRUCTURED,
    /** A member name that an upstream chose, in structured content above all; it cannot be redacted, so a finding in it withholds the result. */
    STRUCTURED_KEY,
    /** Message or data of an error. */
    ERROR,
    /** A string of {@code _meta} or of a field the protocol does not know. */
    META,
    /** Text, name or URI of a resource. */
    RESOURCE,
    /** Any text of a tool's definition. */
    TOOL_DEFINITION,
    /** A progress or log notification. */
    PROGRESS,
    /** A prompt. */
    PROMPT,
    /** An argument of a call. */
    ARGUMENT,
    /** What a model says. */
    MODEL_OUTPUT
}
