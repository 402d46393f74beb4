package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.Routing;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the targets of the configuration, and of no other: it does not grow. Lost with the process, and of
 * one instance alone. Safe for many threads.
 */
public final class HealthTable {
    /** Longest time that a provider's word closes what it is about: one answer with a wrong date must not end the day. */
    private static final long COOL_NANOS_MAX = Duration.ofMinutes(5).toNanos();

    private static final Breaker.Pass FREE = new Breaker.Pass(0, false);

    /** Of no breaker's time, so that what came of it changes none. */
    private static final Breaker.Pass ANYWAY = new Breaker.Pass(-1, false);

    private final Routing routing;
    private final LongSupplier nanoTime;
    private final Map<TargetKey, Entry> targets = new LinkedHashMap<>();
    private final Map<String, Account> providers = new LinkedHashMap<>();

    private record Entry(Optional<Breaker> breaker, Experience experience, AtomicLong coolUntil) {}

    private record Account(RetryBudget retries, AtomicLong coolUntil) {}

    /** Knows nothing against these. */
    public HealthTable(Collection<Models.Target> all, Routing routing, LongSupplier nanoTime) {
        this.routing = routing;
        this.nanoTime = nanoTime;
        long now = nanoTime.getAsLong();
        for (Models.Target target : all) {
            targets.computeIfAbsent(
                    TargetKey.of(target),
                    _ -> new Entry(
                            routing.breaker().map(settings -> new Breaker(settings, now)),
                            new Experience(now),
                            new AtomicLong(now)));
            providers.computeIfAbsent(
                    target.provider(),
                    _ -> new Account(new RetryBudget(routing.retryBudgetPercent(), now), new AtomicLong(now)));
        }
    }

    /** How a target is now. */
    public Health health(Models.Target target) {
        return health(TargetKey.of(target));
    }

    private Health health(TargetKey key) {
        long now = nanoTime.getAsLong();
        Entry entry = entry(key);
        Breaker.View view =
                entry.breaker().map(breaker -> breaker.view(now)).orElse(new Breaker.View(BreakerState.CLOSED, 100, 0));
        return new Health(
                view.state(),
                view.rampPercent(),
                view.opensInNanos(),
                Math.max(
                        left(entry.coolUntil(), now),
                        left(account(key.provider()).coolUntil(), now)),
                entry.experience().latencyNanos(now),
                entry.experience().successMillionths(now),
                entry.experience().inFlight());
    }

    private static long left(AtomicLong until, long now) {
        return Math.max(0, until.get() - now);
    }

    /** Whether calls go to it as usual: its breaker is closed, and its provider has not asked for a pause. */
    public boolean isWell(Models.Target target) {
        Health now = health(target);
        return now.state() == BreakerState.CLOSED && now.coolsForNanos() == 0;
    }

    /** How all are now, in the order of the configuration. */
    public Map<TargetKey, Health> all() {
        Map<TargetKey, Health> all = new LinkedHashMap<>();
        targets.keySet().forEach(key -> all.put(key, health(key)));
        return all;
    }

    /** A call that asks this provider begins. */
    public void began(String provider) {
        account(provider).retries().began();
    }

    /** Takes one retry, or one hedge, of a call of this provider; false when there is none. */
    public boolean mayRetry(String provider) {
        return account(provider).retries().take(nanoTime.getAsLong());
    }

    /** Lets an attempt through, or not: empty. Each pass is followed by one {@link #ended}. */
    public Optional<Breaker.Pass> pass(Models.Target target) {
        Entry entry = entry(TargetKey.of(target));
        Optional<Breaker.Pass> pass = entry.breaker().isEmpty()
                ? Optional.of(FREE)
                : entry.breaker().get().pass(nanoTime.getAsLong());
        pass.ifPresent(_ -> entry.experience().began());
        return pass;
    }

    /** Lets an attempt through whatever its breaker says. It is followed by one {@link #ended}, too. */
    public Breaker.Pass passAnyway(Models.Target target) {
        entry(TargetKey.of(target)).experience().began();
        return ANYWAY;
    }

    /** A stream's first content is there; {@link #ended} takes the pass that this gives. */
    public Breaker.Begun begun(Models.Target target, Breaker.Pass pass) {
        Optional<Breaker> breaker = entry(TargetKey.of(target)).breaker();
        return breaker.isEmpty() ? new Breaker.Begun(pass, null) : breaker.get().begun(pass, nanoTime.getAsLong());
    }

    /**
     * A target did not take a call, for a reason that is no fault of its machine and none of the call: a strategy that looks at
     * how calls went must not take the speed of a refusal for that of an answer.
     */
    public void refused(Models.Target target) {
        entry(TargetKey.of(target)).experience().noted(true, nanoTime.getAsLong());
    }

    /** A target answered: its first event, or the whole. */
    public void answered(Models.Target target, long nanos) {
        entry(TargetKey.of(target)).experience().answered(nanos, nanoTime.getAsLong());
    }

    /** A target was not waited for any longer: its answer would have taken more than that. */
    public void tookMore(Models.Target target, long nanos) {
        entry(TargetKey.of(target)).experience().tookMore(nanos, nanoTime.getAsLong());
    }

    /** What came of an attempt; a change of the breaker, if that makes one. */
    public Breaker.@Nullable Change ended(Models.Target target, Breaker.Pass pass, Breaker.Outcome outcome) {
        long now = nanoTime.getAsLong();
        Entry entry = entry(TargetKey.of(target));
        entry.experience().ended();
        if (outcome != Breaker.Outcome.IGNORED) {
            entry.experience().noted(outcome == Breaker.Outcome.FAILURE, now);
        }
        return entry.breaker().isEmpty() ? null : entry.breaker().get().note(pass, outcome, now);
    }

    /**
     * A target is to be left alone for so long, by its provider's word; the first pause is the least. Its provider's other
     * models have limits of their own. Without a section about routing nobody listens.
     */
    public void cool(Models.Target target, long nanos) {
        cool(entry(TargetKey.of(target)).coolUntil(), nanos);
    }

    /** The same of all models of a provider, for what it says of the gateway's account. */
    public void coolAll(String provider, long nanos) {
        cool(account(provider).coolUntil(), nanos);
    }

    private void cool(AtomicLong coolUntil, long nanos) {
        if (!routing.equals(Routing.PLAIN)) {
            long pause = Math.max(nanos, routing.pauseFirst().toNanos());
            long until = nanoTime.getAsLong() + Math.min(pause, COOL_NANOS_MAX);
            coolUntil.accumulateAndGet(until, (old, now) -> old - now > 0 ? old : now);
        }
    }

    /** What a judge thinks of an answer of a target, in thousandths; a change of its breaker, if that makes one. */
    public Breaker.@Nullable Change scored(TargetKey target, int thousandths) {
        Optional<Breaker> breaker = entry(target).breaker();
        return breaker.isEmpty() ? null : breaker.get().scored(thousandths, nanoTime.getAsLong());
    }

    /** What a judge said of a target's answers of late; nothing where there is no breaker. */
    public Breaker.Scores scores(TargetKey target) {
        return entry(target)
                .breaker()
                .map(breaker -> breaker.scores(nanoTime.getAsLong()))
                .orElse(Breaker.Scores.NONE);
    }

    private Entry entry(TargetKey key) {
        return Objects.requireNonNull(targets.get(key), "a target that is not configured");
    }

    private Account account(String provider) {
        return Objects.requireNonNull(providers.get(provider), "a provider that is not configured");
    }
}
