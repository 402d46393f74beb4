package dev.mcpgateway.connectors.model.translate;

/** The provider said, in the middle of a reply, that it failed. */
final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Fault fault;

    Failed(Fault fault) {
        super(fault.message(), null, false, false);
        this.fault = fault;
    }

    Fault fault() {
        return fault;
    }
}
