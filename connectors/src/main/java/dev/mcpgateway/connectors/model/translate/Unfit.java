package dev.mcpgateway.connectors.model.translate;

/** Ends a translation from within; caught where it began and never seen outside. */
final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String pointer;
    private final String reason;

    Unfit(String pointer, String reason) {
        super(reason, null, false, false);
        this.pointer = pointer;
        this.reason = reason;
    }

    String pointer() {
        return pointer;
    }

    String reason() {
        return reason;
    }
}
