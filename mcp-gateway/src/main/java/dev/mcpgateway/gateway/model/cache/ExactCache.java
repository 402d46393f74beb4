package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.ModelCaches;
import dev.mcpgateway.gateway.config.ModelCaches.Kept;
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
 * Answers to the very same request: of the same caller or tenant, to the same model, under the same policy. Of several such
 * requests at once the first one asks the provider, and the others wait for its answer for a limited time.
 */
public final class ExactCache implements ModelCache {
    /** What the audit log calls it. */
    public static final String NAME = "exact";

    private static final String NO_CACHE = "x-gateway-cache";

    private final ModelCaches settings;
    private final KeptAnswers answers;
    private final Flights flights = new Flights();
    private final Room room;
    private final Telemetry telemetry;
    private final LongSupplier nanoClock;

    /** An empty cache; {@code random} must be cryptographically strong. */
    public ExactCache(ModelCaches settings, Telemetry telemetry, LongSupplier nanoClock, RandomGenerator random) {
        this.settings = settings;
        this.answers = new KeptAnswers(settings.exact(), new TenantKeys(random), nanoClock);
        this.room = new Room(settings.exact().bytes());
        this.telemetry = telemetry;
        this.nanoClock = nanoClock;
    }

    @Override
    public Lookup find(ModelAsk ask, Permit permit, String policyHash) {
        String alias = permit.feature().own();
        Kept kept = settings.exact().aliases().get(alias);
        if (kept == null || !Repeatable.isKnown(ask.request().api())) {
            return Lookup.OFF;
        }
        if (ask.exchange().headers().contains(NO_CACHE) || !Repeatable.is(ask.request(), kept)) {
            telemetry.cached("bypass");
            return Lookup.BYPASS;
        }
        Tenant tenant = Tenant.of(ask.caller());
        CacheKey key = CacheKey.of(tenant, tenant.sharing(ask.caller(), kept.share()), policyHash, alias, ask);
        Lookup found = find(new Slot(tenant, key, kept.life().toNanos()), ask);
        telemetry.cached(found instanceof Lookup.Hit ? "hit" : "miss");
        return found;
    }

    /** Each turn of the loop waits for another call, and all of them together for no longer than the limit. */
    private Lookup find(Slot slot, ModelAsk ask) {
        long since = nanoClock.getAsLong();
        while (true) {
            Lookup hit = hit(slot);
            if (hit != null) {
                return hit;
            }
            Flights.Flight mine = new Flights.Flight();
            Flights.Flight other = flights.join(slot.key(), mine);
            if (other == null) {
                return leads(slot, mine, ask);
            }
            long left = settings.exact().longestWait().toNanos() - (nanoClock.getAsLong() - since);
            switch (landing(other, left)) {
                case KEPT, FAILED -> {
                    // look again: it is there now, or somebody must ask
                }
                case NOT_KEPT, LATE -> {
                    return new Lookup.Miss(Keeper.NOTHING, Sought.MISS);
                }
            }
        }
    }

    /** The other call may have landed between the look and the start of this one's flight. */
    private Lookup leads(Slot slot, Flights.Flight mine, ModelAsk ask) {
        AnswerKeeper keeper = new AnswerKeeper(
                ask.request().api(),
                settings.exact().entryBytes(),
                room,
                content -> answers.keep(slot, content),
                landing -> flights.land(slot.key(), mine, landing));
        boolean led = false;
        try {
            Lookup hit = hit(slot);
            led = hit == null;
            return hit == null ? new Lookup.Miss(keeper, Sought.MISS) : hit;
        } finally {
            if (!led) {
                keeper.close();
            }
        }
    }

    private static Flights.Landing landing(Flights.Flight other, long nanos) {
        try {
            return other.landing(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException gone) {
            throw new Refused(Reason.CANCELLED);
        }
    }

    private @Nullable Lookup hit(Slot slot) {
        Optional<KeptAnswers.Found> found = answers.find(slot);
        if (found.isEmpty()) {
            return null;
        }
        ModelReply reply = AnswerForm.read(found.get().content());
        return new Lookup.Hit(
                reply, NAME, TimeUnit.NANOSECONDS.toSeconds(found.get().ageNanos()));
    }

    @Override
    public void clear() {
        answers.clear();
    }
}
