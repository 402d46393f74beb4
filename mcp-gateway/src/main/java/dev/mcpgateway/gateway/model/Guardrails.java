package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the texts of requests and answers pass by on their way, so that none goes round. */
@FunctionalInterface
public interface Guardrails {
    /** Lets everything pass. */
    Guardrails NONE = (_, _, request, _) -> new OnCall.Untouched(request);

    /**
     * What holds for one call, from its beginning to its end.
     *
     * @param further what it is held to beside the policy
     */
    OnCall begin(Policy policy, Permit permit, ModelRequest request, ModelRules further);

    /**
     * The guardrails of one call, used by one thread. Each method throws a {@link dev.mcpgateway.gateway.call.Refused} for
     * what must not go on, and gives what goes on, changed or not.
     */
    interface OnCall {
        /** What there is before the call has any. */
        OnCall NOT_BEGUN = new Untouched(null);

        /** Before anything is recorded or sent: the request as it goes on. */
        ModelRequest request();

        /** Before a whole answer, or a provider's error, is the agent's. */
        byte[] answer(byte[] answer);

        /** Before the first event of a stream is the agent's. */
        OnStream stream();

        /** What was found so far. */
        ScreenRecord seen();

        /** Lets everything of a call pass. */
        record Untouched(@Nullable ModelRequest asked) implements OnCall {
            @Override
            public ModelRequest request() {
                return Objects.requireNonNull(asked);
            }

            @Override
            public byte[] answer(byte[] answer) {
                return answer;
            }

            @Override
            public OnStream stream() {
                return List::of;
            }

            @Override
            public ScreenRecord seen() {
                return ScreenRecord.NONE;
            }
        }
    }

    /** Watches one stream. It may hold events back for a while, but for the last one, with which all are given. */
    @FunctionalInterface
    interface OnStream {
        /** The events that may go on now that this one is there: none, this one, or several. */
        List<ModelEvent> next(ModelEvent event);
    }
}
