package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * An upstream that is left alone for a while when most of its calls fail, and called a second time where the operator
 * allows it. A call that is refused for the first reason costs no time and does not touch the upstream.
 *
 * <p>Its lists are asked for and its resources are watched as ever: that is how an upstream that nobody calls is found to be
 * back.
 */
public final class ResilientUpstream implements McpUpstream {
    /** Less time than that is not worth a second attempt. */
    private static final Duration ATTEMPT_MIN = Duration.ofMillis(10);

    private final McpUpstream upstream;
    private final ResilienceSettings settings;
    private final TimeSource time;
    private final RandomGenerator random;
    private final OutageBreaker breaker;

    /** Wraps an upstream, which it owns from now on. */
    public ResilientUpstream(McpUpstream upstream, ResilienceSettings settings, Surroundings surroundings) {
        this.upstream = upstream;
        this.settings = settings;
        this.time = surroundings.time();
        this.random = surroundings.random();
        this.breaker = new OutageBreaker(upstream.alias(), settings.breaker(), time);
    }

    @Override
    public String alias() {
        return upstream.alias();
    }

    /**
     * Carries out one call, as {@link McpUpstream#call} promises, but for tools that the operator marked: when such a call
     * is lost, it is sent once more within its deadline, unless the agent has already heard something of the first.
     */
    @Override
    public UpstreamReply call(UpstreamCall call, ReplyListener listener) {
        if (!breaker.admits()) {
            return new UpstreamReply.Unreachable(breaker.why(), false);
        }
        boolean noted = false;
        try {
            UpstreamReply reply = mayRepeat(call) ? repeatable(call, listener) : upstream.call(call, listener);
            breaker.note(reply, upstream.status());
            noted = true;
            return reply;
        } finally {
            if (!noted) {
                // the listener gave up: its agent has gone
                breaker.forget();
            }
        }
    }

    /** An answer that an upstream asked for is given once: it may have used it up. */
    private boolean mayRepeat(UpstreamCall call) {
        return call.method().equals("tools/call")
                && call.dialogue().requestState() == null
                && call.dialogue().inputResponses() == null
                && settings.mayRepeat(call.target());
    }

    private UpstreamReply repeatable(UpstreamCall call, ReplyListener listener) {
        Deadline deadline = Deadline.after(call.timeout(), time);
        Overheard overheard = new Overheard(listener);
        UpstreamReply first = upstream.call(call, overheard);
        if (!(first instanceof UpstreamReply.Unreachable(String why, boolean mayHaveRun))
                || !OutageBreaker.isOutage(first, upstream.status())
                || overheard.anything) {
            return first;
        }
        long pause = pauseNanos();
        if (deadline.remainingNanos(time) - pause < ATTEMPT_MIN.toNanos()) {
            return first;
        }
        try {
            new Signal().await(Duration.ofNanos(pause));
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return new UpstreamReply.Cancelled();
        }
        listener.repeated(why);
        UpstreamReply second =
                upstream.call(call.within(Duration.ofNanos(Math.max(1, deadline.remainingNanos(time)))), listener);
        return mayHaveRun ? hasRunPerhaps(first, second) : second;
    }

    private long pauseNanos() {
        long longest = settings.repeatPause().toNanos();
        return longest - random.nextLong(longest / 2 + 1);
    }

    /** That the second attempt was not run says nothing about the first. */
    private static UpstreamReply hasRunPerhaps(UpstreamReply first, UpstreamReply second) {
        return switch (second) {
            case UpstreamReply.Busy _ -> first;
            case UpstreamReply.Unreachable(String why, boolean _) -> new UpstreamReply.Unreachable(why, true);
            default -> second;
        };
    }

    /** Notes whether the agent was told anything: what it has heard cannot be taken back. */
    private static final class Overheard implements ReplyListener {
        private final ReplyListener listener;
        private boolean anything;

        Overheard(ReplyListener listener) {
            this.listener = listener;
        }

        @Override
        public void notification(Envelope message) {
            anything = true;
            listener.notification(message);
        }

        @Override
        public byte[] request(Envelope request) {
            anything = true;
            return listener.request(request);
        }

        @Override
        public List<byte[]> requests(List<Envelope> requests) {
            anything = true;
            return listener.requests(requests);
        }
    }

    @Override
    public Offer offer() throws UpstreamFault {
        return upstream.offer();
    }

    @Override
    public ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault {
        return upstream.watch(uri, principal, credential, updated);
    }

    /** How it is; {@link UpstreamStatus.Health#DEGRADED} while it can be reached but its calls are refused. */
    @Override
    public UpstreamStatus status() {
        UpstreamStatus status = upstream.status();
        if (breaker.isClosed()) {
            return status;
        }
        boolean down = status.health() == UpstreamStatus.Health.DOWN;
        return new UpstreamStatus(
                down ? UpstreamStatus.Health.DOWN : UpstreamStatus.Health.DEGRADED,
                status.revision(),
                down ? status.reason() + "; " + breaker.why() : breaker.why(),
                down ? status.since() : breaker.since(),
                status.dropped(),
                status.restarts());
    }

    @Override
    public void onOfferChanged(Runnable listener) {
        upstream.onOfferChanged(listener);
    }

    @Override
    public void close() {
        upstream.close();
    }
}
