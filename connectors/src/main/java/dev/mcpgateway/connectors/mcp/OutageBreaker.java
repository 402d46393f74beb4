package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.TimeSource;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker of one upstream. It counts outages only, opens when most of the last calls were outages, and then
 * lets one call through each time the configured span is over. There is no timer: whoever asks moves it on.
 */
final class OutageBreaker {
    private static final Logger LOG = LoggerFactory.getLogger(OutageBreaker.class);

    /** Slowness is what the timeout of a call is for; the library would take a minute as a failure of its own kind. */
    private static final Duration NEVER_SLOW = Duration.ofDays(365);

    /** What the library wants as the reason of a failure. */
    private static final class Outage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Outage() {
            super("outage", null, false, false);
        }
    }

    private final String alias;
    private final TimeSource time;
    private final CircuitBreaker breaker;
    private final Duration open;
    private volatile String lastFailure = "";
    private volatile Episode episode;

    /** Why it is not closed, since when; empty while it is closed. */
    private record Episode(String why, Instant since) {}

    OutageBreaker(String alias, Optional<BreakerSettings> settings, TimeSource time) {
        this.alias = alias;
        this.time = time;
        this.open = settings.orElse(BreakerSettings.DEFAULT).open();
        this.episode = new Episode("", time.now());
        this.breaker = CircuitBreaker.of(alias, config(settings, time));
        breaker.getEventPublisher().onStateTransition(event -> moved(event.getStateTransition()));
    }

    private static CircuitBreakerConfig config(Optional<BreakerSettings> settings, TimeSource time) {
        BreakerSettings chosen = settings.orElse(BreakerSettings.DEFAULT);
        return CircuitBreakerConfig.custom()
                .failureRateThreshold(chosen.failuresPercent())
                .slidingWindow(chosen.windowCalls(), chosen.callsMin(), SlidingWindowType.COUNT_BASED)
                .waitDurationInOpenState(chosen.open())
                .permittedNumberOfCallsInHalfOpenState(1)
                .slowCallDurationThreshold(NEVER_SLOW)
                .initialState(settings.isPresent() ? State.CLOSED : State.DISABLED)
                .clock(new Monotonic(time))
                .build();
    }

    /** Whether a call may go through; each that may must be followed by one {@link #note} or {@link #forget}. */
    boolean admits() {
        return breaker.tryAcquirePermission();
    }

    /** What came of a call that was let through. */
    void note(UpstreamReply reply, UpstreamStatus after) {
        if (isOutage(reply, after)) {
            lastFailure = Replies.describe(reply);
            breaker.onError(0, TimeUnit.NANOSECONDS, new Outage());
        } else if (isProofOfLife(reply)) {
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        } else {
            forget();
        }
    }

    /** A call that was let through says nothing about the upstream. */
    void forget() {
        breaker.releasePermission();
    }

    /**
     * Whether the upstream failed, and not one caller's request. A refusal such as 401 is {@code Unreachable}, too, but
     * leaves the upstream's own status as it was, so that one caller's bad credential closes nothing for the others.
     */
    static boolean isOutage(UpstreamReply reply, UpstreamStatus after) {
        return switch (reply) {
            case UpstreamReply.TimedOut _, UpstreamReply.Malformed _ -> true;
            case UpstreamReply.Unreachable(String _, boolean mayHaveRun) ->
                mayHaveRun || after.health() == UpstreamStatus.Health.DOWN;
            case UpstreamReply.Answered _,
                    UpstreamReply.InputNeeded _,
                    UpstreamReply.ProtocolError _,
                    UpstreamReply.Busy _,
                    UpstreamReply.TooLarge _,
                    UpstreamReply.Cancelled _ -> false;
        };
    }

    private static boolean isProofOfLife(UpstreamReply reply) {
        return switch (reply) {
            case UpstreamReply.Answered _, UpstreamReply.InputNeeded _, UpstreamReply.ProtocolError _ -> true;
            case UpstreamReply.TimedOut _,
                    UpstreamReply.Malformed _,
                    UpstreamReply.Unreachable _,
                    UpstreamReply.Busy _,
                    UpstreamReply.TooLarge _,
                    UpstreamReply.Cancelled _ -> false;
        };
    }

    private void moved(StateTransition transition) {
        switch (transition.getToState()) {
            case OPEN -> opened(transition.getFromState() == State.HALF_OPEN);
            case HALF_OPEN -> LOG.info("upstream {} gets one call, to show whether it works again", alias);
            case CLOSED -> {
                episode = new Episode("", time.now());
                LOG.info("upstream {} works again: its calls are let through", alias);
            }
            case DISABLED, FORCED_OPEN, METRICS_ONLY ->
                throw new IllegalStateException("nobody moves a breaker to " + transition.getToState());
        }
    }

    private void opened(boolean again) {
        CircuitBreaker.Metrics counts = breaker.getMetrics();
        String why = again
                ? "it still fails: " + lastFailure
                : counts.getNumberOfFailedCalls() + " of its last " + counts.getNumberOfBufferedCalls()
                        + " calls failed, the last one: " + lastFailure;
        episode = new Episode(why, again ? episode.since() : time.now());
        LOG.warn("upstream {} is not called for {} ms: {}", alias, open.toMillis(), why);
    }

    /** Whether calls are let through as they come. */
    boolean isClosed() {
        return episode.why().isEmpty();
    }

    /** Why calls are refused, a sentence for operators; empty while they are not. */
    String why() {
        String why = episode.why();
        return why.isEmpty() ? "" : "not called for " + open.toMillis() + " ms at a time: " + why;
    }

    /** Since when it is open, or closed. */
    Instant since() {
        return episode.since();
    }

    /** The library asks for a wall clock, which may jump: it gets one that cannot. */
    private static final class Monotonic extends Clock {
        private final TimeSource time;
        private final long origin;

        Monotonic(TimeSource time) {
            this.time = time;
            this.origin = time.nanos();
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(time.nanos() - origin);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
