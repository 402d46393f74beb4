package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at answers on their way, after the guardrails. It changes none and holds none up. */
@FunctionalInterface
public interface Onlooker {
    /** Looks away. */
    Onlooker NONE = (_, _, _) -> Watch.NOTHING;

    /**
     * A provider answers: whether this answer is looked at. Of what a cache kept nothing is shown.
     *
     * @param traceparent trace context of the call; {@code null} for none
     */
    Watch watch(ModelAsk ask, ModelTable.Target target, @Nullable String traceparent);

    /** The path of calls is there, for calls of the onlooker's own. */
    default void begin(OwnCalls calls) {}

    /** Sees one answer. Used by one thread. */
    interface Watch {
        /** Sees nothing. */
        Watch NOTHING = new Watch() {
            @Override
            public void event(ModelEvent passed) {}

            @Override
            public Optional<Evaluation> whole(byte[] answer) {
                return Optional.empty();
            }

            @Override
            public void complete(ModelFacts facts) {}
        };

        /** An event of a stream goes to the agent. */
        void event(ModelEvent passed);

        /** A whole answer, before its outcome is recorded; what it says of another answer, if it does. */
        Optional<Evaluation> whole(byte[] answer);

        /** The answer is complete and recorded. */
        void complete(ModelFacts facts);
    }
}
