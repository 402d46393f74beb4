package dev.mcpgateway.connectors.openapi;

/** A description that cannot be used at all. The message is a sentence for operators that says what to do. */
final class DescriptionRefused extends Exception {
    private static final long serialVersionUID = 1L;

    DescriptionRefused(String why) {
        super(why, null, false, false);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
