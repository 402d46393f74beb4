package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Routing;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one model at one provider. It trips on the rate of failures, or on the mean of what a judge
 * says, each with a least number of samples; it lets one probe through after a while, then a growing share of the calls.
 * There is no timer: whoever asks moves it on. Safe for many threads; nothing is waited for inside.
 */
public final class Breaker {
    /** How long a mean of scores looks back. */
    private static final Duration SCORES_WINDOW = Duration.ofHours(1);

    /** Fewest scores that say anything. */
    private static final int SCORES_MIN = 20;

    /** A mean below trips; in thousandths. */
    private static final int SCORE_TRIPS = 700;

    /** A mean from here on lets a breaker close that a judge opened; above the other, so that it does not flap. */
    private static final int SCORE_CLOSES = 750;

    /** A probe of which nothing was heard for so long is lost. */
    private static final Duration PROBE_LOST = Duration.ofMinutes(15);

    /** Shares of the calls in percent, one after the other. */
    private static final int[] RAMP = {5, 10, 25, 50, 100};

    private static final int STEP_CALLS = 20;
    private static final Duration STEP = Duration.ofSeconds(30);

    private final Routing.Breaker settings;
    private final Window calls;
    private final Window scores;
    private BreakerState state = BreakerState.CLOSED;
    private long epoch;
    private long openUntil;
    private long probeSince;
    private boolean probing;
    private int relapses;
    private boolean byJudge;
    private int step;
    private long stepSince;
    private int stepCalls;

    /** A call that was let through; what came of it is told with this, and later news are no news. */
    public record Pass(long epoch, boolean isProbe) {}

    /** What came of a call. */
    public enum Outcome {
        /** A complete answer. */
        SUCCESS,
        /** It says nothing about the target: the caller's fault, or nobody waited for it. */
        IGNORED,
        /** The target failed. */
        FAILURE
    }

    /** A change. */
    public record Change(BreakerState from, BreakerState to, String why) {}

    /**
     * The beginning of an answer.
     *
     * @param pass what its end is told with
     * @param change what the beginning alone has changed; {@code null} for nothing
     */
    public record Begun(Pass pass, @Nullable Change change) {}

    /**
     * What a judge said of late.
     *
     * @param meanThousandths 0 where there is no score
     * @param wanted whether a judge opened it, so that it closes by its word alone
     */
    public record Scores(long count, long meanThousandths, boolean wanted) {
        /** Nothing was said. */
        static final Scores NONE = new Scores(0, 0, false);
    }

    /** What can be seen of it. */
    public record View(BreakerState state, int rampPercent, long opensInNanos) {}

    /** Closed. */
    public Breaker(Routing.Breaker settings, long now) {
        this.settings = settings;
        this.calls = new Window(settings.window().toNanos(), now);
        this.scores = new Window(SCORES_WINDOW.toNanos(), now);
    }

    /** What can be seen of it now. */
    public synchronized View view(long now) {
        return switch (state) {
            case CLOSED -> new View(state, 100, 0);
            case RAMP -> new View(state, RAMP[step], 0);
            case HALF_OPEN -> new View(state, 0, isProbing(now) ? Math.max(1, lostAt() - now) : 0);
            case OPEN -> new View(state, 0, Math.max(0, openUntil - now));
        };
    }

    /** What a judge said of late. */
    public synchronized Scores scores(long now) {
        long count = scores.firsts(now);
        return new Scores(count, count == 0 ? 0 : scores.seconds(now) / count, byJudge && state != BreakerState.CLOSED);
    }

    /** Lets a call through, or not: empty. Each pass is followed by one {@link #note}. */
    public synchronized Optional<Pass> pass(long now) {
        return switch (state) {
            case CLOSED, RAMP -> Optional.of(new Pass(epoch, false));
            case OPEN -> openUntil - now > 0 ? Optional.empty() : probe(now);
            case HALF_OPEN -> isProbing(now) ? Optional.empty() : probe(now);
        };
    }

    private Optional<Pass> probe(long now) {
        state = BreakerState.HALF_OPEN;
        epoch++;
        probing = true;
        probeSince = now;
        return Optional.of(new Pass(epoch, true));
    }

    private boolean isProbing(long now) {
        return probing && lostAt() - now > 0;
    }

    private long lostAt() {
        return probeSince + PROBE_LOST.toNanos();
    }

    /**
     * A stream whose first content is there. For a probe that is the answer: the stream may go on for long, and nobody else
     * needs to wait for its end, which counts as that of a call of the ramp. Told before {@link #note}, or not at all.
     */
    public synchronized Begun begun(Pass pass, long now) {
        if (!pass.isProbe() || pass.epoch() != epoch) {
            return new Begun(pass, null);
        }
        Change change = probed(Outcome.SUCCESS, now);
        return new Begun(change == null ? pass : new Pass(epoch, false), change);
    }

    /** What came of a call that was let through; a change, if that makes one. */
    public synchronized @Nullable Change note(Pass pass, Outcome outcome, long now) {
        if (pass.epoch() != epoch) {
            return null;
        }
        if (pass.isProbe()) {
            return probed(outcome, now);
        }
        if (outcome == Outcome.IGNORED) {
            return null;
        }
        boolean failed = outcome == Outcome.FAILURE;
        calls.add(1, failed ? 1 : 0, now);
        return state == BreakerState.RAMP ? ramped(failed, now) : failed ? failed(now) : null;
    }

    private @Nullable Change probed(Outcome outcome, long now) {
        if (!probing) {
            return null;
        }
        probing = false;
        return switch (outcome) {
            case SUCCESS -> {
                step = 0;
                begins(now);
                yield to(BreakerState.RAMP, "the probe was answered");
            }
            case FAILURE -> open("the probe failed", now);
            // somebody else may probe at once
            case IGNORED -> null;
        };
    }

    private @Nullable Change failed(long now) {
        long all = calls.firsts(now);
        return all >= settings.callsMin() && isTooMany(calls.seconds(now), all)
                ? open(calls.seconds(now) + " of " + all + " calls failed", now)
                : null;
    }

    private boolean isTooMany(long failures, long all) {
        return failures * 100 > settings.failuresPercent() * all;
    }

    /** One failure is bad luck and begins the step anew; a second one is a relapse, unless there were very many calls. */
    private @Nullable Change ramped(boolean failed, long now) {
        stepCalls++;
        if (failed) {
            long failures = calls.seconds(now);
            if (failures > 1 && isTooMany(failures, calls.firsts(now))) {
                return open(failures + " calls failed again", now);
            }
            begins(now);
            return null;
        }
        return climb(now);
    }

    private @Nullable Change climb(long now) {
        if (stepCalls < STEP_CALLS || now - stepSince < STEP.toNanos()) {
            return null;
        }
        if (step < RAMP.length - 1) {
            step++;
            begins(now);
            return null;
        }
        return isJudgedWell(now) ? closed() : null;
    }

    private boolean isJudgedWell(long now) {
        long count = scores.firsts(now);
        return !byJudge || (count >= SCORES_MIN && scores.seconds(now) >= SCORE_CLOSES * count);
    }

    private void begins(long now) {
        stepSince = now;
        stepCalls = 0;
    }

    /**
     * What a judge thinks of an answer, in thousandths.
     *
     * @throws IllegalArgumentException if that is less than 0 or more than 1000
     */
    public synchronized @Nullable Change scored(int thousandths, long now) {
        if (thousandths < 0 || thousandths > 1000) {
            throw new IllegalArgumentException("a score is 0 to 1000 thousandths");
        }
        if (state == BreakerState.OPEN) {
            return null;
        }
        scores.add(1, thousandths, now);
        long count = scores.firsts(now);
        boolean isBad = count >= SCORES_MIN && scores.seconds(now) < SCORE_TRIPS * count;
        if (!isBad || state == BreakerState.HALF_OPEN) {
            return null;
        }
        Change change = open("the mean of " + count + " scores is " + scores.seconds(now) / count + " of 1000", now);
        byJudge = true;
        return change;
    }

    private Change open(String why, long now) {
        long nanos = settings.open().toNanos();
        for (int each = 0; each < relapses && nanos < settings.openLongest().toNanos(); each++) {
            nanos *= 2;
        }
        openUntil = now + Math.min(nanos, settings.openLongest().toNanos());
        relapses++;
        calls.clear();
        scores.clear();
        probing = false;
        return to(BreakerState.OPEN, why);
    }

    private Change closed() {
        relapses = 0;
        byJudge = false;
        calls.clear();
        return to(BreakerState.CLOSED, "it was well at each share of the calls");
    }

    private Change to(BreakerState next, String why) {
        Change change = new Change(state, next, why);
        state = next;
        epoch++;
        return change;
    }
}
