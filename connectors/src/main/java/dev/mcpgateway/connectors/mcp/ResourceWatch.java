package dev.mcpgateway.connectors.mcp;

/** The wish to hear of changes of one resource; ends with {@link #close}. */
public interface ResourceWatch extends AutoCloseable {
    /** Wishes to hear no more; returns at once. What is under way may still be told. */
    @Override
    void close();
}
