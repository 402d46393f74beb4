package dev.mcpgateway.gateway.http;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one request's body holds of a {@link BodyMemory}: nothing before it is read, and nothing any more when the last of those
 * who need it has closed this. The first of them is who handles the request.
 */
public final class HeldBody implements AutoCloseable {
    private final AtomicInteger needed = new AtomicInteger(1);
    private @Nullable BodyMemory memory;
    private String callerKey = "";
    private int bytes;

    /**
     * The body is this long now, or is about to be.
     *
     * @throws dev.mcpgateway.gateway.call.Refused if there is no room for what it is longer; it is as long as before then
     */
    void resize(BodyMemory of, String caller, int size) {
        if (size > bytes) {
            of.take(caller, size - bytes);
        } else if (size < bytes) {
            of.give(caller, bytes - size);
        }
        memory = of;
        callerKey = caller;
        bytes = size;
    }

    /** One more needs the body, who closes this in turn; only while another does, and before it is handed over. */
    public HeldBody keep() {
        needed.incrementAndGet();
        return this;
    }

    /** It is not needed any more, by one. */
    @Override
    public void close() {
        if (needed.decrementAndGet() == 0 && memory != null) {
            memory.give(callerKey, bytes);
        }
    }
}
