package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.policy.Permit;

/** Answers that were given before. */
@FunctionalInterface
interface ModelCache {
    /** Keeps nothing. */
    ModelCache NONE = (_, _, _) -> new Lookup.Miss(Keeper.NOTHING);

    /** What is there for a call. */
    sealed interface Lookup {
        /** An answer, whole or as the events that it came in. */
        record Hit(ModelReply reply) implements Lookup {}

        /** None; the one that will be given may be kept. */
        record Miss(Keeper keeper) implements Lookup {}
    }

    /** Takes an answer on its way, after the guardrails. What is not completed is not kept. Used by one thread. */
    interface Keeper {
        /** Keeps nothing. */
        Keeper NOTHING = new Keeper() {
            @Override
            public void whole(ModelReply.Whole answer) {}

            @Override
            public void event(ModelEvent event) {}

            @Override
            public void completed(ModelFacts facts) {}
        };

        /** A whole answer. */
        void whole(ModelReply.Whole answer);

        /** An event of a stream. */
        void event(ModelEvent event);

        /** The stream is complete. */
        void completed(ModelFacts facts);
    }

    /** Looks for an answer to the same request of the same tenant under the same policy. */
    Lookup find(ModelAsk ask, Permit permit, String policyHash);
}
