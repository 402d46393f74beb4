package dev.mcpgateway.policy.arguments;

import java.io.Serial;

/** A schema cannot be enforced; the message says why. Caught in {@link CompiledSchema#admit}. */
final class Unenforceable extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    Unenforceable(String reason) {
        super(reason, null, false, false);
    }

    /** The reason for the operator. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
