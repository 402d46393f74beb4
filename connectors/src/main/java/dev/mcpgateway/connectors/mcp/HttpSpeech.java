package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;

/** How one era speaks over HTTP. */
sealed interface HttpSpeech permits ModernHttp, LegacyHttp {

    /** Carries out a call. */
    Landing call(UpstreamCall call, ReplyListener listener, Deadline deadline) throws UpstreamFault;

    /** Fetches all that it offers. */
    Offer offer(SessionCredential credential, Deadline deadline) throws UpstreamFault;

    /**
     * Listens for changes of the lists until the stream ends.
     *
     * @param opened told when the stream stands
     * @param changed told at each change
     * @return false when the server announces no changes at all, so that asking again is useless
     */
    boolean awaitChanges(SessionCredential credential, Runnable opened, Runnable changed) throws UpstreamFault;

    /** Tells the upstream what is watched, and hears of it, until that line ends or must be opened anew. */
    void hold(Watcher watcher) throws UpstreamFault, InterruptedException;

    /** Whether an answer shows that the server does not speak this era, and refused the request without running it. */
    boolean isRefutedBy(Landing landing);
}
