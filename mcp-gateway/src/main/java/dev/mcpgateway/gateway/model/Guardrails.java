package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.policy.Permit;
import java.util.List;

/**
 * Where the texts of requests and answers pass by on their way, so that none goes round. Each method throws a {@link
 * dev.mcpgateway.gateway.call.Refused} for what must not go on, and gives what goes on, changed or not.
 */
interface Guardrails {
    /** Lets everything pass. */
    Guardrails NONE = new Guardrails() {
        @Override
        public ModelRequest request(Permit permit, ModelRequest request) {
            return request;
        }

        @Override
        public byte[] answer(Permit permit, ModelApi api, byte[] answer) {
            return answer;
        }

        @Override
        public OnStream stream(Permit permit, ModelApi api) {
            return List::of;
        }
    };

    /** Watches one stream. It may hold events back for a while, but for the last one, with which all are given. */
    @FunctionalInterface
    interface OnStream {
        /** The events that may go on now that this one is there: none, this one, or several. */
        List<ModelEvent> next(ModelEvent event);
    }

    /** Before anything is recorded or sent. */
    ModelRequest request(Permit permit, ModelRequest request);

    /** Before a whole answer, or a provider's error, is the agent's. */
    byte[] answer(Permit permit, ModelApi api, byte[] answer);

    /** Before the first event of a stream is the agent's. */
    OnStream stream(Permit permit, ModelApi api);
}
