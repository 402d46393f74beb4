package dev.mcpgateway.gateway.embed;

import java.util.Optional;

/** Says what a text means. Used by many threads. */
public interface EmbeddingModel extends AutoCloseable {
    /**
     * The meaning of a text; empty for one that the model does not read whole and in full, and when it is too busy or fails:
     * a meaning of half a text would be another text's.
     *
     * @throws InterruptedException if this thread is told to stop while it waits for its turn
     */
    Optional<Meaning> meaning(String text) throws InterruptedException;

    /** Frees what the model holds; called once, when nobody asks any more. */
    @Override
    void close();
}
