package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.model.incident.KnownGood;
import dev.mcpgateway.gateway.model.incident.Mode;
import dev.mcpgateway.gateway.model.incident.Restrictions;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Residency;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;

/** What safe mode changes on the path of a call: who is asked, how often, and that nothing is kept. */
final class Safety {
    private final SafeMode safeMode;
    private final Restrictions restrictions;
    private final AtomicLong cleared = new AtomicLong();

    Safety(SafeMode safeMode, Restrictions restrictions) {
        this.safeMode = safeMode;
        this.restrictions = restrictions;
    }

    /** How models are served now. Read once for each call, all of which it then holds for. */
    Mode mode() {
        return safeMode.mode();
    }

    /**
     * The plan of the models in force; in safe mode the targets of the known-good profile that the model's rules and the residency
     * allow, in its order, however they fare.
     *
     * @throws Refused if there is nobody who could be asked
     */
    static Plan plan(Mode mode, String alias, ModelAsk ask, Residency residency, ModelTable models) {
        return switch (mode) {
            case Mode.Normal _ -> models.plan(alias, ask, residency);
            case Mode.Shut(Mode.Entered _, String problem) -> throw new Refused(Refusal.of(Reason.SAFE_MODE, problem));
            case Mode.Safe(Mode.Entered _, KnownGood profile) ->
                plan(profile.targets(alias), alias, ask, residency, models);
        };
    }

    private static Plan plan(
            List<KnownGood.Pair> pairs, String alias, ModelAsk ask, Residency residency, ModelTable models) {
        List<ModelTable.Target> able = new ArrayList<>();
        for (KnownGood.Pair pair : pairs) {
            models.targets(alias, ask, residency).stream()
                    .filter(target -> target.provider().name().equals(pair.provider())
                            && target.model().equals(pair.model()))
                    .filter(target -> target.provider().serves(ask.request().api(), target.model()))
                    .findFirst()
                    .ifPresent(able::add);
        }
        if (able.isEmpty()) {
            throw new Refused(Refusal.of(Reason.SAFE_MODE, "the known-good profile has no target that may serve it"));
        }
        return Plan.fixed(able, models.total(alias));
    }

    /** Whether a model is served at all. */
    boolean serves(String alias) {
        return switch (safeMode.mode()) {
            case Mode.Normal _ -> true;
            case Mode.Shut _ -> false;
            case Mode.Safe(Mode.Entered _, KnownGood profile) ->
                !profile.targets(alias).isEmpty();
        };
    }

    /** How often one caller may call one model. */
    static int callsPerMinute(Mode mode, int permitted) {
        return mode instanceof Mode.Safe(Mode.Entered _, KnownGood profile)
                ? narrower(permitted, profile.callsPerMinute())
                : permitted;
    }

    private static int narrower(int permitted, OptionalInt most) {
        return Math.min(permitted, most.orElse(permitted));
    }

    /**
     * The cache, that rests in safe mode and for restricted tenants: an answer of before may be what the incident is about,
     * and nothing of theirs is kept.
     */
    ModelCache resting(ModelCache cache) {
        return new ModelCache() {
            @Override
            public Lookup find(ModelAsk ask, Permit permit, String policyHash) {
                long changes = changes();
                if (cleared.getAndSet(changes) != changes) {
                    cache.clear();
                }
                if (safeMode.isOn() || restrictions.coversOneOf(ask.caller().subject())) {
                    return new Lookup.Miss(Keeper.NOTHING, Sought.NO);
                }
                return switch (cache.find(ask, permit, policyHash)) {
                    case Lookup.Hit hit -> hit;
                    case Lookup.Miss(Keeper keeper, Sought sought) ->
                        new Lookup.Miss(new UnlessChanged(keeper, changes, cache), sought);
                };
            }

            @Override
            public void clear() {
                cache.clear();
            }
        };
    }

    private long changes() {
        return safeMode.changes() + restrictions.changes();
    }

    /** Keeps the answer of a call during which nothing changed; one that was asked for before is not to be trusted. */
    private final class UnlessChanged implements ModelCache.Keeper {
        private final ModelCache.Keeper keeper;
        private final long since;
        private final ModelCache cache;

        UnlessChanged(ModelCache.Keeper keeper, long since, ModelCache cache) {
            this.keeper = keeper;
            this.since = since;
            this.cache = cache;
        }

        @Override
        public void whole(ModelReply.Whole answer) {
            keep(() -> keeper.whole(answer));
        }

        @Override
        public void event(ModelEvent event) {
            keeper.event(event);
        }

        @Override
        public void completed(ModelFacts facts) {
            keep(() -> keeper.completed(facts));
        }

        private void keep(Runnable keeps) {
            if (changes() != since) {
                keeper.notKept();
                return;
            }
            keeps.run();
            if (changes() != since) {
                // in this very moment, perhaps behind the call that has cleared it
                cache.clear();
            }
        }

        @Override
        public void notKept() {
            keeper.notKept();
        }

        @Override
        public void close() {
            keeper.close();
        }
    }
}
