package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Hears what an upstream says about a call before it answers. */
@FunctionalInterface
public interface ReplyListener {
    /** Hears nothing. */
    ReplyListener NONE = message -> {};

    /** The answer where nobody can be asked. */
    String NOT_AVAILABLE = "\"error\":{\"code\":-32601,\"message\":\"Method not found: not available to this caller\"}";

    /**
     * A progress or log notification of this call and no other. A progress notification carries the agent's own token and
     * is greater than the one before. Called on the calling thread, before {@link McpUpstream#call} returns.
     */
    void notification(Envelope message);

    /**
     * Asks whoever calls, in the name of a legacy upstream: {@code elicitation/create}, {@code sampling/createMessage} or
     * {@code roots/list}, only what {@link Dialogue#capabilities} declares. Called on the calling thread, one request at a
     * time. May block: the call's deadline goes on, extended once by {@link UpstreamCall#inputWait}; its end and an
     * interrupt end the waiting.
     *
     * @return the rest of the response as JSON text: {@code "result":{…}} or {@code "error":{…}}
     */
    default byte[] request(Envelope request) {
        return NOT_AVAILABLE.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Asks whoever calls for several things that the server wants at once, as {@link #request} does for each.
     *
     * @param requests at least one
     * @return the rest of each response, in the order of the requests
     */
    default List<byte[]> requests(List<Envelope> requests) {
        return requests.stream().map(this::request).toList();
    }

    /**
     * The call was lost and is now sent a second time, since its tool may be.
     *
     * @param why what became of the first time, a sentence for operators
     */
    default void repeated(String why) {}
}
