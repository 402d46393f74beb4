package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelFacts;

/** What is set aside for one call. Used by one thread. */
interface Reservation extends AutoCloseable {
    /** Of who may spend without limit. */
    Reservation FREE = new Reservation() {
        @Override
        public void settle(ModelTable.Target target, ModelFacts facts, long answerBytes) {}

        @Override
        public void close() {}
    };

    /**
     * The answer is over, complete or not: what it cost is spent, and the rest is given back. Once for each call that
     * reached a provider.
     *
     * @param target who answered
     * @param facts the tokens, if they were said
     * @param answerBytes what came of the answer, to estimate by where they were not
     */
    void settle(ModelTable.Target target, ModelFacts facts, long answerBytes);

    /**
     * An attempt failed, and another one follows; what the provider says that it used is spent. Before {@link #settle}, and
     * only when usage was said.
     *
     * @param target who failed
     * @param facts the tokens that were said
     */
    default void attempted(ModelTable.Target target, ModelFacts facts) {}

    /** Gives back what was not settled: no provider was reached, or a cache had the answer. */
    @Override
    void close();
}
