package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.mcp.UpstreamStatus.Health;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Revision;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where an upstream notes how it is. Writing what is known already costs one volatile read. */
final class StatusBoard {
    private static final Logger LOG = LoggerFactory.getLogger(StatusBoard.class);

    private final String alias;
    private final TimeSource time;
    private final LongAdder dropped = new LongAdder();
    private final LongAdder restarts = new LongAdder();
    private volatile State state;

    private record State(Health health, @Nullable Revision revision, String reason, Instant since) {}

    StatusBoard(String alias, TimeSource time) {
        this.alias = alias;
        this.time = time;
        this.state = new State(Health.UNKNOWN, null, "", time.now());
    }

    void up(Revision revision) {
        State known = state;
        if (known.health() != Health.UP || known.revision() != revision) {
            state = new State(Health.UP, revision, "", known.health() == Health.UP ? known.since() : time.now());
            LOG.info("upstream {} is up, speaks MCP {}", alias, revision);
        }
    }

    void down(String reason) {
        State known = state;
        if (known.health() != Health.DOWN || !known.reason().equals(reason)) {
            Instant since = known.health() == Health.DOWN ? known.since() : time.now();
            state = new State(Health.DOWN, known.revision(), reason, since);
            LOG.warn("upstream {} is down: {}", alias, reason);
        }
    }

    /** The last exchange worked; the revision is what it was. */
    void up() {
        State known = state;
        if (known.health() != Health.UP) {
            state = new State(Health.UP, known.revision(), "", time.now());
            LOG.info("upstream {} is up", alias);
        }
    }

    /** Notes what a reply says about the upstream. */
    void note(UpstreamReply reply) {
        switch (reply) {
            case UpstreamReply.Answered _, UpstreamReply.InputNeeded _, UpstreamReply.ProtocolError _ -> up();
            case UpstreamReply.Unreachable unreachable -> down(unreachable.why());
            case UpstreamReply.TimedOut _,
                    UpstreamReply.Busy _,
                    UpstreamReply.TooLarge _,
                    UpstreamReply.Malformed _,
                    UpstreamReply.Cancelled _ -> {
                // says something about the call, not about the upstream
            }
        }
    }

    void dropped() {
        dropped.increment();
    }

    void restarted() {
        restarts.increment();
    }

    UpstreamStatus status() {
        State known = state;
        return new UpstreamStatus(
                known.health(), known.revision(), known.reason(), known.since(), dropped.sum(), restarts.sum());
    }
}
