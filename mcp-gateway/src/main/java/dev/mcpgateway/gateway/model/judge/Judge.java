package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.gateway.config.JudgeSettings;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.model.Evaluation;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.ModelTable;
import dev.mcpgateway.gateway.model.Onlooker;
import dev.mcpgateway.gateway.model.OwnCalls;
import dev.mcpgateway.gateway.model.route.Breaker;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.model.route.TargetKey;
import dev.mcpgateway.gateway.telemetry.JudgeMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a sample of the answers judged, on threads of its own: what does not fit into the queue is counted and forgotten. Its
 * calls are its own, with its own budget, and are not judged in turn. Safe for many threads.
 */
public final class Judge implements Onlooker, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Judge.class);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(5);

    private final JudgeSettings settings;
    private final Map<String, Models.Alias> aliases;
    private final ServedTargets served;
    private final HealthTable health;
    private final Means means;
    private final Question question;
    private final Copies copies;
    private final Backlog backlog;
    private final Purse judges;
    private final Purse shadows;

    /** By the id of the question; as many as are judged at once. */
    private final Map<String, Sample> asked = new ConcurrentHashMap<>();

    /** Ids of the copies that are under way. */
    private final Set<String> copied = ConcurrentHashMap.newKeySet();

    private final List<Thread> threads = new ArrayList<>();

    /** A call that is interrupted takes the interrupt for its own, so that alone ends no thread. */
    private volatile boolean closing;

    /**
     * What it works with.
     *
     * @param rests when it rests
     * @param ids new call ids
     * @param random chooses samples
     * @param marks cryptographically strong
     */
    public record Means(
            Rest rests,
            JudgeMetrics metrics,
            Supplier<String> ids,
            RandomGenerator random,
            RandomGenerator marks,
            LongSupplier nanoClock) {}

    /** When the judge rests. */
    public interface Rest {
        /** Whether nothing at all is judged now. */
        boolean rests();

        /** Whether nothing of this caller is judged now. */
        boolean rests(Caller caller);
    }

    /** Judges nothing before {@link #begin}. */
    public Judge(JudgeSettings settings, Map<String, Models.Alias> aliases, HealthTable health, Means means) {
        this.settings = settings;
        this.aliases = Map.copyOf(aliases);
        this.served = new ServedTargets(aliases.values());
        this.health = health;
        this.means = means;
        this.question = new Question(settings, means.marks());
        this.copies = new Copies(settings, this.aliases, means.random());
        this.judges = new Purse(JudgeSettings.JUDGE, Purse.OF_ALL_QUESTIONS, means.nanoClock());
        // any other refusal of a copy is about its caller or its target
        this.shadows = new Purse(JudgeSettings.SHADOW, Purse.OF_MONEY, means.nanoClock());
        this.backlog = new Backlog(settings, means.metrics(), means.nanoClock());
    }

    @Override
    public synchronized void begin(OwnCalls calls) {
        for (int each = 0; each < settings.concurrent() && threads.size() < settings.concurrent(); each++) {
            threads.add(Thread.ofVirtual().name("judge-" + each).start(() -> work(calls)));
        }
    }

    @Override
    public Watch watch(ModelAsk ask, ModelTable.Target target, @Nullable String traceparent) {
        JudgedCall call =
                new JudgedCall(ask.exchange().id(), ask.asker(), ask.request().model(), traceparent);
        if (ask.exchange() instanceof OwnExchange) {
            Sample sample = asked.get(ask.exchange().id());
            if (sample != null) {
                return new OnJudge(sample);
            }
            return copied.contains(ask.exchange().id())
                    ? new AnswerWatch(backlog, call, ask, target.entry(), true, Optional.empty())
                    : Watch.NOTHING;
        }
        JudgeSettings.Share share = settings.aliases().get(ask.request().model());
        if (share == null
                || !AnswerWords.knows(ask.request().api())
                || means.rests().rests()
                || isExcepted(ask.caller())) {
            return Watch.NOTHING;
        }
        boolean isJudged = isChosen(ask, target.entry(), share);
        Optional<ModelAsk.Copy> copy = copies.of(ask, target.entry());
        return isJudged || copy.isPresent()
                ? new AnswerWatch(backlog, call, ask, target.entry(), isJudged, copy)
                : Watch.NOTHING;
    }

    /** Who is to come back by the judge's word needs it with every call. */
    private boolean isChosen(ModelAsk ask, Models.Target target, JudgeSettings.Share share) {
        return health.scores(TargetKey.of(target)).wanted()
                || means.random().nextInt(100)
                        < share.of(copies.tier(ask.request().model(), target));
    }

    private boolean isExcepted(Caller caller) {
        return settings.exceptTenants().contains(caller.tenant())
                || means.rests().rests(caller);
    }

    /** Reads what the judge says of a sample. */
    private final class OnJudge implements Watch {
        private final Sample sample;

        private OnJudge(Sample sample) {
            this.sample = sample;
        }

        @Override
        public void event(ModelEvent passed) {}

        @Override
        public Optional<Evaluation> whole(byte[] answer) {
            AnswerWords words = new AnswerWords(ModelApi.CHAT_COMPLETIONS, settings.materialBytes());
            try {
                words.whole(AnswerWatch.parsed(answer));
            } catch (JsonRefused notRead) {
                // no text, no score
            }
            Optional<Verdict> verdict = Verdict.read(words.text());
            if (verdict.isEmpty()) {
                means.metrics().ended("no_score");
            }
            return verdict.map(said -> evaluation(sample, said));
        }

        @Override
        public void complete(ModelFacts facts) {}
    }

    private Evaluation evaluation(Sample sample, Verdict verdict) {
        Optional<TargetKey> target = served.of(sample.target(), sample.served());
        Optional<Breaker.Change> change =
                target.flatMap(key -> Optional.ofNullable(health.scored(key, verdict.thousandths())));
        target.ifPresent(key -> means.metrics().scored(key.provider(), key.model(), verdict.thousandths() / 1000.0));
        // nobody's health: whoever was asked did not answer, and who answered is not known
        means.metrics().ended(target.isPresent() ? "scored" : "unknown_model");
        return new Evaluation(
                sample.of().id(),
                target,
                sample.served(),
                verdict.thousandths(),
                verdict.label(),
                settings.explanations() ? verdict.explanation() : "",
                change);
    }

    private void work(OwnCalls calls) {
        while (!closing) {
            try {
                carryOut(calls, backlog.take());
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException | Error bug) {
                // what is thrown from here would end the thread, and nobody starts another
                means.metrics().ended("failed");
                LOG.error("an answer could not be judged", bug);
            }
        }
    }

    private void carryOut(OwnCalls calls, Work work) {
        // asked again here: an incident may have begun while it waited
        if (means.rests().rests() || isExcepted(work.of().asker())) {
            means.metrics().ended("resting");
        } else if (backlog.isStale(work)) {
            means.metrics().ended("dropped");
        } else {
            switch (work) {
                case Work.Judging judging -> judge(calls, judging);
                case Work.Again again -> copy(calls, again);
            }
        }
    }

    private void judge(OwnCalls calls, Work.Judging judging) {
        Sample sample = judging.sample();
        String id = means.ids().get();
        asked.put(id, sample);
        try {
            judges.pay(
                            sample.of().asker().tenant(),
                            caller -> calls.ask(
                                    caller,
                                    sample.of().request(id),
                                    question.about(sample),
                                    new ModelAsk.About(
                                            sample.of().asker(), sample.of().model())))
                    .ifPresent(means.metrics()::ended);
        } finally {
            asked.remove(id);
        }
    }

    private void copy(OwnCalls calls, Work.Again again) {
        String id = means.ids().get();
        copied.add(id);
        try {
            Optional<String> failed = shadows.pay(
                    again.of().asker().tenant(),
                    caller -> calls.copy(caller, again.of().request(id), again.request(), again.copy()));
            means.metrics().ended("copy_" + failed.orElse("answered"));
        } finally {
            copied.remove(id);
        }
    }

    /** Ends what is being asked; what waits is forgotten. */
    @Override
    public void close() {
        closing = true;
        List<Thread> ended;
        synchronized (this) {
            ended = List.copyOf(threads);
        }
        ended.forEach(Thread::interrupt);
        long until = means.nanoClock().getAsLong() + STOPS_WITHIN.toNanos();
        for (Thread each : ended) {
            try {
                each.join(Duration.ofNanos(Math.max(
                        TimeUnit.MILLISECONDS.toNanos(1),
                        until - means.nanoClock().getAsLong())));
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
