package dev.mcpgateway.connectors.openapi;

/** A part of a description that cannot be offered. The message is the second half of a sentence for operators. */
final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String why) {
        super(why, null, false, false);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
