package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.ModelCaches;
import dev.mcpgateway.gateway.config.ModelCaches.Kept;
import dev.mcpgateway.gateway.embed.EmbeddingModel;
import dev.mcpgateway.gateway.embed.Meaning;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.ModelCache;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Permit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Answers to another text that means the same: of the same caller or tenant, to the same model, under the same policy, in a
 * request that is equal in all but its last text. Texts are the same if their meanings are near enough <em>and</em> their
 * {@link Particulars} agree. Whatever is not known to be the same is a miss.
 */
public final class SemanticCache implements ModelCache {
    /** What the audit log and the agent's answer call it. */
    public static final String NAME = "semantic";

    private static final String NO_CACHE = "x-gateway-cache";

    private final ModelCaches settings;
    private final EmbeddingModel model;
    private final KeptAnswers answers;
    private final Meanings meanings;
    private final Room room;
    private final Telemetry telemetry;
    private final long secret;

    /** An empty cache; {@code random} must be cryptographically strong. */
    public SemanticCache(
            ModelCaches settings,
            EmbeddingModel model,
            Telemetry telemetry,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.settings = settings;
        this.model = model;
        ModelCaches.Semantic bounds = settings.semantic();
        this.answers = new KeptAnswers(
                bounds.bytes(), bounds.entries(), Asked.BYTES, this::gone, new TenantKeys(random), nanoClock);
        this.meanings = new Meanings(bounds.compared(), answers::forget);
        this.room = new Room(bounds.bytes());
        this.telemetry = telemetry;
        this.secret = random.nextLong();
    }

    /**
     * A text that is asked about.
     *
     * @param place all that the request has beside it
     */
    private record Asked(Tenant tenant, CacheKey place, String text, Particulars particulars, Meaning meaning) {
        /** What is kept in the clear beside each answer, at the most. */
        private static final int BYTES = 2048;

        Slot slot(CacheKey key, Kept kept) {
            return new Slot(tenant, key, kept.life().toNanos());
        }
    }

    @Override
    public Lookup find(ModelAsk ask, Permit permit, String policyHash) {
        String alias = permit.feature().own();
        Kept kept = settings.semantic().aliases().get(alias);
        if (kept == null || !LastText.isKnown(ask.request().api())) {
            return Lookup.OFF;
        }
        int text =
                isAsItCame(ask) && Repeatable.is(ask.request(), kept) ? LastText.of(ask.request()) : JsonDocument.NONE;
        if (text == JsonDocument.NONE) {
            telemetry.cached("semantic_bypass");
            return Lookup.BYPASS;
        }
        Asked asked = asked(text, ask, kept, alias, policyHash);
        if (asked == null) {
            telemetry.cached("semantic_unread");
            return new Lookup.Miss(Keeper.NOTHING, Sought.MISS);
        }
        Lookup.Hit hit = hit(asked, kept);
        boolean given = !settings.semantic().observe();
        telemetry.cached(hit == null ? "semantic_miss" : given ? "semantic_hit" : "semantic_would_hit");
        return hit != null && given ? hit : new Lookup.Miss(keeper(asked, kept, ask), Sought.MISS);
    }

    /** What guardrails put back into an answer is nobody's who did not send it, however much alike both texts are. */
    private static boolean isAsItCame(ModelAsk ask) {
        return !ask.exchange().headers().contains(NO_CACHE) && ask.asked().equals(ask.request());
    }

    private @Nullable Asked asked(int node, ModelAsk ask, Kept kept, String alias, String policyHash) {
        String text = ask.request().body().string(node);
        Optional<Particulars> particulars = Particulars.of(text);
        if (particulars.isEmpty()) {
            return null;
        }
        try {
            Tenant tenant = Tenant.of(ask.caller());
            return model.meaning(text)
                    .map(meaning -> new Asked(
                            tenant,
                            CacheKey.around(
                                    node, tenant, tenant.sharing(ask.caller(), kept.share()), policyHash, alias, ask),
                            text,
                            particulars.get(),
                            meaning))
                    .orElse(null);
        } catch (InterruptedException gone) {
            throw new Refused(Reason.CANCELLED);
        }
    }

    private Lookup.@Nullable Hit hit(Asked asked, Kept kept) {
        long mark = asked.particulars().mark(secret);
        for (CacheKey key : meanings.near(
                asked.place(), asked.meaning(), mark, settings.semantic().similarity())) {
            Optional<KeptAnswers.Found> found = answers.find(asked.slot(key, kept));
            if (found.isPresent()) {
                TextAndAnswer content = TextAndAnswer.read(found.get().content());
                if (Particulars.of(content.text())
                        .filter(asked.particulars()::agree)
                        .isPresent()) {
                    return new Lookup.Hit(
                            AnswerForm.read(content.answer()),
                            NAME,
                            TimeUnit.NANOSECONDS.toSeconds(found.get().ageNanos()));
                }
            }
        }
        return null;
    }

    private Keeper keeper(Asked asked, Kept kept, ModelAsk ask) {
        return new AnswerKeeper(
                ask.request().api(),
                settings.semantic().entryBytes(),
                room,
                answer -> keep(asked, kept, answer),
                _ -> {});
    }

    /** The meaning first: what is not kept after all takes it away again. */
    private void keep(Asked asked, Kept kept, byte[] answer) {
        CacheKey key = asked.place().with(asked.text());
        meanings.add(
                asked.place(),
                new Meanings.Known(key, asked.meaning(), asked.particulars().mark(secret)));
        answers.keep(asked.slot(key, kept), new TextAndAnswer(asked.text(), answer).form());
    }

    private void gone(CacheKey key) {
        meanings.remove(key);
    }

    @Override
    public void clear() {
        meanings.clear();
        answers.clear();
    }
}
