package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.policy.Permit;

/**
 * Where the texts of requests and answers pass by on their way, so that none goes round. Each method throws a {@link
 * dev.mcpgateway.gateway.call.Refused} for what must not go on. Nothing looks at the texts yet: {@link #NONE}.
 */
interface Guardrails {
    /** Lets everything pass. */
    Guardrails NONE = new Guardrails() {
        @Override
        public void request(Permit permit, ModelRequest request) {}

        @Override
        public void answer(Permit permit, byte[] answer) {}

        @Override
        public void event(Permit permit, ModelEvent event) {}
    };

    /** Before anything is recorded or sent. */
    void request(Permit permit, ModelRequest request);

    /** Before a whole answer is the agent's. */
    void answer(Permit permit, byte[] answer);

    /** Before an event of a stream is the agent's. */
    void event(Permit permit, ModelEvent event);
}
