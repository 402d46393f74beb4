package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.config.JudgeSettings;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.model.Evaluation;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.ModelTable;
import dev.mcpgateway.gateway.model.Onlooker;
import dev.mcpgateway.gateway.model.OwnCalls;
import dev.mcpgateway.gateway.model.route.Breaker;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.model.route.TargetKey;
import dev.mcpgateway.gateway.telemetry.JudgeMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Has a sample of the answers judged, on threads of its own: what does not fit into the queue is counted and forgotten. Its
 * calls are its own, with its own budget, and are not judged in turn. Safe for many threads.
 */
public final class Judge implements Onlooker, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Judge.class);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(5);

    /** An answer of before a breaker opened must not count as one of after it. */
    private static final long STALE_NANOS = Duration.ofMinutes(1).toNanos();

    private static final int JSON_DEPTH = 64;

    /** How providers say that an answer calls tools: without their results there is nothing to judge yet. */
    private static final Set<String> CALLS_TOOLS = Set.of("tool_calls", "function_call", "tool_use");

    private final JudgeSettings settings;
    private final Map<String, Models.Alias> aliases;
    private final ServedTargets served;
    private final HealthTable health;
    private final Means means;
    private final Question question;
    private final Copies copies;
    private final BlockingQueue<Work> queue;
    private final Purse judges;
    private final Purse shadows;

    /** By the id of the question; as many as are judged at once. */
    private final Map<String, Sample> asked = new ConcurrentHashMap<>();

    /** Ids of the copies that are under way. */
    private final Set<String> copied = ConcurrentHashMap.newKeySet();

    private final List<Thread> threads = new ArrayList<>();

    /**
     * What it works with.
     *
     * @param rests when it rests
     * @param ids new call ids
     */
    public record Means(
            Rest rests, JudgeMetrics metrics, Supplier<String> ids, RandomGenerator random, LongSupplier nanoClock) {}

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
        this.question = new Question(settings, means.random());
        this.copies = new Copies(settings, this.aliases, means.random());
        this.judges = new Purse(OwnCaller.named(JudgeSettings.JUDGE), means.nanoClock());
        this.shadows = new Purse(OwnCaller.named(JudgeSettings.SHADOW), means.nanoClock());
        this.queue = new ArrayBlockingQueue<>(settings.queue());
    }

    @Override
    public synchronized void begin(OwnCalls calls) {
        for (int each = 0; each < settings.concurrent() && threads.size() < settings.concurrent(); each++) {
            threads.add(Thread.ofVirtual().name("judge-" + each).start(() -> work(calls)));
        }
    }

    @Override
    public Watch watch(ModelAsk ask, ModelTable.Target target) {
        if (ask.exchange() instanceof OwnExchange) {
            Sample sample = asked.get(ask.exchange().id());
            if (sample != null) {
                return new OnJudge(sample);
            }
            return copied.contains(ask.exchange().id())
                    ? new OnAnswer(ask, target.entry(), true, Optional.empty())
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
        return isJudged || copy.isPresent() ? new OnAnswer(ask, target.entry(), isJudged, copy) : Watch.NOTHING;
    }

    /** Who is to come back by the judge's word needs it with every call. */
    private boolean isChosen(ModelAsk ask, Models.Target target, JudgeSettings.Share share) {
        return health.scores(TargetKey.of(target)).wanted()
                || means.random().nextInt(100)
                        < share.of(copies.tier(ask.request().model(), target));
    }

    private boolean isExcepted(Caller caller) {
        JsonNode claim = caller.subject().claims().get(settings.tenantClaim());
        boolean isNamed = claim != null
                && claim.isString()
                && settings.exceptTenants().contains(claim.stringValue());
        return isNamed || means.rests().rests(caller);
    }

    /** Collects an answer. */
    private final class OnAnswer implements Watch {
        private final ModelAsk ask;
        private final Models.Target target;
        private final boolean isJudged;
        private final Optional<ModelAsk.Copy> copy;
        private final AnswerWords words;
        private byte[] body = new byte[0];

        private OnAnswer(ModelAsk ask, Models.Target target, boolean isJudged, Optional<ModelAsk.Copy> copy) {
            this.isJudged = isJudged;
            this.copy = copy;
            this.ask = ask;
            this.target = target;
            this.words = new AnswerWords(ask.request().api(), settings.materialBytes());
        }

        @Override
        public void event(ModelEvent passed) {
            if (isJudged && passed.data().length > 0 && passed.data()[0] == '{') {
                try {
                    words.event(parsed(passed.data()));
                } catch (JsonRefused notRead) {
                    // an event without text that anybody here can read
                }
            }
        }

        @Override
        public Optional<Evaluation> whole(byte[] answer) {
            body = answer;
            return Optional.empty();
        }

        @Override
        public void complete(ModelFacts facts) {
            if (isJudged) {
                String result = CALLS_TOOLS.contains(facts.finishReason()) ? "no_text" : offered(facts);
                if (!result.isEmpty()) {
                    means.metrics().ended(result);
                }
            }
            copy.filter(each -> !queue.offer(new Work.Again(ask.request(), each)))
                    .ifPresent(_ -> means.metrics().ended("dropped"));
        }

        /** Gives why it is not judged; empty if it will be. */
        private String offered(ModelFacts facts) {
            byte[] request = ask.request().body().bytes();
            if (request.length > settings.materialBytes()) {
                return "too_large";
            }
            try {
                if (body.length > 0) {
                    words.whole(parsed(body));
                }
            } catch (JsonRefused notRead) {
                return "no_text";
            }
            if (words.isTooLong()) {
                return "too_large";
            }
            if (words.text().isBlank()) {
                return "no_text";
            }
            Sample sample = new Sample(
                    ask.exchange().id(),
                    target,
                    facts.servedModel(),
                    new String(request, StandardCharsets.UTF_8),
                    words.text());
            return queue.offer(new Work.Judging(sample, means.nanoClock().getAsLong())) ? "" : "dropped";
        }

        private static JsonDocument parsed(byte[] json) throws JsonRefused {
            return StrictJson.parse(json, JsonLimits.forReplies(Math.max(1, json.length), JSON_DEPTH));
        }
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
                words.whole(OnAnswer.parsed(answer));
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
                sample.callId(),
                target,
                sample.served(),
                verdict.thousandths(),
                verdict.label(),
                settings.explanations() ? verdict.explanation() : "",
                change);
    }

    private void work(OwnCalls calls) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                carryOut(calls, queue.take());
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException bug) {
                LOG.error("an answer could not be judged", bug);
            }
        }
    }

    private void carryOut(OwnCalls calls, Work work) {
        if (means.rests().rests()) {
            means.metrics().ended("resting");
            return;
        }
        switch (work) {
            case Work.Judging judging -> judge(calls, judging);
            case Work.Again again -> copy(calls, again);
        }
    }

    private void judge(OwnCalls calls, Work.Judging judging) {
        if (means.nanoClock().getAsLong() - judging.sinceNanos() > STALE_NANOS) {
            means.metrics().ended("dropped");
            return;
        }
        String id = means.ids().get();
        asked.put(id, judging.sample());
        try {
            judges.pay(caller -> calls.ask(caller, id, question.about(judging.sample())))
                    .ifPresent(means.metrics()::ended);
        } finally {
            asked.remove(id);
        }
    }

    private void copy(OwnCalls calls, Work.Again again) {
        String id = means.ids().get();
        copied.add(id);
        try {
            Optional<String> failed = shadows.pay(caller -> calls.copy(caller, id, again.request(), again.copy()));
            means.metrics().ended("copy_" + failed.orElse("answered"));
        } finally {
            copied.remove(id);
        }
    }

    /** Ends what is being asked; what waits is forgotten. */
    @Override
    public void close() {
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
