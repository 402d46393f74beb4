package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.Optional;

/** What an upstream may ask of the agent while it works on a call (MCP, "Client Features"). */
public enum InputKind {
    /** Data from the user. */
    ELICITATION("elicitation/create"),
    /** An answer of the agent's model, at the agent's cost. */
    SAMPLING("sampling/createMessage"),
    /** The folders that the user works on. */
    ROOTS("roots/list");

    private final String method;

    InputKind(String method) {
        this.method = method;
    }

    /** The member of the client capabilities by which an agent says that it can be asked, also its name in files. */
    public Name capability() {
        return switch (this) {
            case ELICITATION -> McpNames.ELICITATION;
            case SAMPLING -> McpNames.SAMPLING;
            case ROOTS -> McpNames.ROOTS;
        };
    }

    /** The method of the question. */
    public String method() {
        return method;
    }

    /** The kind of a question, if it is a known one. */
    public static Optional<InputKind> ofMethod(String method) {
        for (InputKind kind : values()) {
            if (kind.method.equals(method)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
