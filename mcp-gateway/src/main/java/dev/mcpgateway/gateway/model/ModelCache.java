package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.policy.Permit;

/** Answers that were given before. */
@FunctionalInterface
public interface ModelCache {
    /** Keeps nothing. */
    ModelCache NONE = (_, _, _) -> Lookup.OFF;

    /** What is there for a call. */
    sealed interface Lookup {
        /** Nothing is kept for the model. */
        Lookup OFF = new Miss(Keeper.NOTHING, Sought.NO);

        /** Answers are kept for the model, but none for such a request. */
        Lookup BYPASS = new Miss(Keeper.NOTHING, Sought.BYPASS);

        /**
         * An answer, whole or as the events that it came in.
         *
         * @param by which cache has it, in the word of the audit log
         * @param ageSeconds since it was given
         */
        record Hit(ModelReply reply, String by, long ageSeconds) implements Lookup {
            /** What the agent reads: an answer to another text is told from one to the very same. */
            String said() {
                return by.equals("semantic") ? by : "hit";
            }
        }

        /**
         * None; the one that will be given may be kept.
         *
         * @param sought whether one was looked for
         */
        record Miss(Keeper keeper, Sought sought) implements Lookup {}
    }

    /** Forgets all that is kept. */
    default void clear() {}

    /** Whether an answer was looked for. */
    enum Sought {
        /** There is no cache for it. */
        NO,
        /** The request, or the agent, does not allow it. */
        BYPASS,
        /** It was not there. */
        MISS
    }

    /**
     * Takes an answer on its way, after the guardrails. What is not completed when it is closed is not kept: it is taken for
     * none, and the next one of those who wait asks the provider. Used by one thread.
     */
    interface Keeper extends AutoCloseable {
        /** Keeps nothing. */
        Keeper NOTHING = new Keeper() {
            @Override
            public void whole(ModelReply.Whole answer) {}

            @Override
            public void event(ModelEvent event) {}

            @Override
            public void completed(ModelFacts facts) {}

            @Override
            public void notKept() {}

            @Override
            public void close() {}
        };

        /** A whole answer. */
        void whole(ModelReply.Whole answer);

        /** An event of a stream. */
        void event(ModelEvent event);

        /** The stream is complete. */
        void completed(ModelFacts facts);

        /** There is an answer, and it is not for others: all who wait for it may ask now. What comes after this is not taken. */
        void notKept();

        /** Nothing more comes. */
        @Override
        void close();
    }

    /**
     * Looks for an answer to the same request of the same tenant under the same policy. Where another call is about to get
     * it, this one waits for a limited time.
     *
     * @throws dev.mcpgateway.gateway.call.Refused if the agent leaves meanwhile
     */
    Lookup find(ModelAsk ask, Permit permit, String policyHash);
}
