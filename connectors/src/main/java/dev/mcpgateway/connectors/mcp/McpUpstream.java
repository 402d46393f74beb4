package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;

/**
 * One MCP server whose features are used. Implementations differ in transport only. All methods may be called from any
 * number of virtual threads at a time.
 */
public interface McpUpstream extends AutoCloseable {

    /** The operator's name for it: the first half of each of its tools' names. */
    String alias();

    /**
     * All that it offers: each list over all pages. Blocks; bounded in time, entries, pages and bytes.
     *
     * @throws UpstreamFault if the tools could not be fetched whole; a part of a list is never returned. Another list that
     *     could not be fetched is missing in the offer
     */
    Offer offer() throws UpstreamFault;

    /**
     * Carries out one call. Blocks until there is a reply of some kind. Whatever the upstream does is a value of
     * {@link UpstreamReply}; nothing is thrown for it. Nothing is sent twice, unless the upstream said that it refused
     * the first one before running it.
     *
     * <p>An interrupt of the calling thread cancels: the upstream is told (the stream is closed, or
     * {@code notifications/cancelled} sent, as its era and transport ask), and the reply is
     * {@link UpstreamReply.Cancelled} with the thread's interrupt status set.
     *
     * @param listener is given progress and log messages of this call, and what the upstream asks, on the calling thread;
     *     what it throws ends the call and comes out of this method
     */
    UpstreamReply call(UpstreamCall call, ReplyListener listener);

    /** How it is, as far as known without asking it. */
    UpstreamStatus status();

    /**
     * Has {@code listener} told whenever the upstream announces that one of its lists has changed, or may have done so
     * unheard. Replaces the listener before. It is called on a thread of the upstream's and must not block.
     */
    void onOfferChanged(Runnable listener);

    /**
     * Hears of changes of a resource, in the name of a principal. Blocks until the upstream has agreed. Goes on over
     * broken streams and lost sessions; whenever changes may have gone unheard, {@code updated} is told.
     *
     * @param uri the upstream's own URI of the resource
     * @param principal an opaque key of whoever wants to hear
     * @param credential what the upstream gets to know us by, asked for whenever something is sent
     * @param updated is told of each change, on a thread of the upstream's; must not block
     * @throws UpstreamFault if the upstream does not agree, or too much is watched already
     */
    ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault;

    /** Ends sessions, processes and calls under way. */
    @Override
    void close();
}
