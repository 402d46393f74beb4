package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.gateway.model.money.Cost;

/** What is set aside for one call. Used by one thread. */
interface Reservation extends AutoCloseable {
    /** How the asking of a provider ended. */
    enum End {
        /** With its whole answer. */
        COMPLETE,
        /** In between: the provider may have worked, and what it counts is not known for sure. */
        CUT,
        /** With nothing that a provider is paid for: it was not reached, or refused or failed before it answered. */
        UNANSWERED
    }

    /** Of who may spend without limit. */
    Reservation FREE = new Reservation() {
        @Override
        public boolean another(ModelFacts facts, End end) {
            return true;
        }

        @Override
        public void attempted(ModelTable.Target target, ModelFacts facts, End end, long nanos) {}

        @Override
        public void passed(ModelEvent event) {}

        @Override
        public Cost settle(ModelTable.Target target, ModelFacts facts, long answerBytes, End end, long nanos) {
            return Cost.UNKNOWN;
        }

        @Override
        public void close() {}
    };

    /**
     * Another attempt is about to be made, after one that failed or beside one that is under way, which counts as one that was
     * cut. Where that one may have cost something, as much again is set aside, so that all of them together spend no more
     * than what was.
     *
     * @param facts of the attempt before
     * @return whether there was as much left; if not, there must be no other attempt
     */
    boolean another(ModelFacts facts, End end);

    /**
     * An attempt failed or lost, and another one was begun. What that one cost is spent: the tokens that the provider stated, or
     * an estimate where it may have worked without saying so.
     *
     * @param nanos how long the provider had for it
     */
    void attempted(ModelTable.Target target, ModelFacts facts, End end, long nanos);

    /** An event of the answer is there: its text is counted, for the case that nobody says how many tokens it was. */
    void passed(ModelEvent event);

    /**
     * The answer is over, complete or not: what it cost is spent, and the rest is given back. Once for each call that may
     * have reached a provider.
     *
     * @param target who answered, or was asked last
     * @param facts the tokens, if they were said
     * @param answerBytes what came of the answer, to estimate by where they were not
     * @param nanos how long the provider had for it, to estimate by where nothing of it was seen
     * @return what the call cost with all its attempts
     */
    Cost settle(ModelTable.Target target, ModelFacts facts, long answerBytes, End end, long nanos);

    /**
     * Gives back what was not settled: no provider was reached, or a cache had the answer. What attempts have cost before
     * something went wrong is spent.
     */
    @Override
    void close();
}
