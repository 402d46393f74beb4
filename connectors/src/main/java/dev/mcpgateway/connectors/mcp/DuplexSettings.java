package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import java.time.Duration;

/**
 * An upstream over a {@link MessageChannel}.
 *
 * @param alias the operator's name for it
 * @param era known or to be found
 * @param shared whether all principals use one channel, as they must over stdio, where the process is the server
 * @param credential what it gets to know us by in our own requests
 * @param startTimeout longest duration from opening a channel to agreeing on a revision
 * @param probeTimeout how long an answer to {@code server/discover} is waited for before {@code initialize} is tried
 * @param listTimeout longest duration of fetching the whole list of tools
 * @param channelsMax most channels at a time, one per principal unless shared
 * @param channelIdle how long an unused channel is kept unless shared
 * @param replyDepthMax deepest nesting of what it sends, lists of tools apart
 * @param ownCapabilities what is declared where a session serves everyone or nobody: over stdio, and when lists are
 *     fetched, so that what is offered only to capable clients is on them
 */
public record DuplexSettings(
        String alias,
        EraSetting era,
        boolean shared,
        UpstreamCredential credential,
        Duration startTimeout,
        Duration probeTimeout,
        Duration listTimeout,
        int channelsMax,
        Duration channelIdle,
        int replyDepthMax,
        ClientCapabilities ownCapabilities) {

    /** Interpreters and package runners need a while to start. */
    public static final Duration START_TIMEOUT_DEFAULT = Duration.ofSeconds(30);

    /** A legacy server that does not answer unknown requests delays its first use by this much. */
    public static final Duration PROBE_TIMEOUT_DEFAULT = Duration.ofSeconds(5);

    /** Servers answer a list in milliseconds; one that needs longer is in trouble. */
    public static final Duration LIST_TIMEOUT_DEFAULT = Duration.ofSeconds(30);

    /** Each costs a connection or a process. */
    public static final int CHANNELS_DEFAULT = 100;

    /** Opening one again costs some round trips. */
    public static final Duration CHANNEL_IDLE_DEFAULT = Duration.ofMinutes(10);

    /** Checks alias and ranges. */
    public DuplexSettings {
        Alias.checked(alias);
        boolean positive = startTimeout.isPositive()
                && probeTimeout.isPositive()
                && listTimeout.isPositive()
                && channelIdle.isPositive()
                && channelsMax > 0
                && replyDepthMax > 0;
        if (!positive) {
            throw new IllegalArgumentException("limits of an upstream must be positive");
        }
    }
}
