package dev.mcpgateway.connectors.mcp;

/**
 * One MCP server that tools are called on. Implementations differ in transport only. All methods may be called from any
 * number of virtual threads at a time.
 */
public interface McpUpstream extends AutoCloseable {

    /** The operator's name for it: the first half of each of its tools' names. */
    String alias();

    /**
     * All of its tools, over all pages. Blocks; bounded in time, tools, pages and bytes.
     *
     * @throws UpstreamFault if the list could not be fetched whole; a part of a list is never returned
     */
    Offer tools() throws UpstreamFault;

    /**
     * Carries out one call. Blocks until there is a reply of some kind. Whatever the upstream does is a value of
     * {@link UpstreamReply}; nothing is thrown for it. Nothing is sent twice, unless the upstream said that it refused
     * the first one before running it.
     *
     * <p>An interrupt of the calling thread cancels: the upstream is told (the stream is closed, or
     * {@code notifications/cancelled} sent, as its era and transport ask), and the reply is
     * {@link UpstreamReply.Cancelled} with the thread's interrupt status set.
     *
     * @param listener is given progress and log messages of this call, on the calling thread; what it throws ends the
     *     call and comes out of this method
     */
    UpstreamReply call(UpstreamCall call, ReplyListener listener);

    /** How it is, as far as known without asking it. */
    UpstreamStatus status();

    /**
     * Has {@code listener} told whenever the upstream announces that its tools have changed, or may have done so
     * unheard. Replaces the listener before. It is called on a thread of the upstream's and must not block.
     */
    void onToolsChanged(Runnable listener);

    /** Ends sessions, processes and calls under way. */
    @Override
    void close();
}
