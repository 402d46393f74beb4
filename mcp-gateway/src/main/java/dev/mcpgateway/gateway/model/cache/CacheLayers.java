package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.ModelCache;
import dev.mcpgateway.policy.Permit;

/**
 * Two caches, of which the second one is asked where the first one has nothing. Each may keep an answer that neither had; what
 * one of them had, the other does not get.
 */
public final class CacheLayers implements ModelCache {
    private final ModelCache first;
    private final ModelCache second;

    /** These two in this order. */
    public CacheLayers(ModelCache first, ModelCache second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public Lookup find(ModelAsk ask, Permit permit, String policyHash) {
        return switch (first.find(ask, permit, policyHash)) {
            case Lookup.Hit hit -> hit;
            case Lookup.Miss(Keeper keeper, Sought sought) -> second(keeper, sought, ask, permit, policyHash);
        };
    }

    private Lookup second(Keeper keeper, Sought sought, ModelAsk ask, Permit permit, String policyHash) {
        boolean asks = false;
        try {
            Lookup found = second.find(ask, permit, policyHash);
            asks = found instanceof Lookup.Miss;
            return switch (found) {
                case Lookup.Hit hit -> hit;
                case Lookup.Miss(Keeper other, Sought also) ->
                    new Lookup.Miss(
                            new Both(keeper, other), sought == Sought.MISS || also == Sought.NO ? sought : also);
            };
        } finally {
            if (!asks) {
                // others may wait for the answer that this call will not get
                keeper.close();
            }
        }
    }

    @Override
    public void clear() {
        first.clear();
        second.clear();
    }

    private record Both(Keeper first, Keeper second) implements Keeper {
        @Override
        public void whole(ModelReply.Whole answer) {
            first.whole(answer);
            second.whole(answer);
        }

        @Override
        public void event(ModelEvent event) {
            first.event(event);
            second.event(event);
        }

        @Override
        public void completed(ModelFacts facts) {
            first.completed(facts);
            second.completed(facts);
        }

        @Override
        public void notKept() {
            first.notKept();
            second.notKept();
        }

        @Override
        public void close() {
            first.close();
            second.close();
        }
    }
}
