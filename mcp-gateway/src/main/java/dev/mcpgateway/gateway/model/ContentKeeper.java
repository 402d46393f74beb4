package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.policy.Permit;

/** Where what was asked and answered is kept, of the tenants that allow it. */
@FunctionalInterface
public interface ContentKeeper {
    /** Keeps nothing. */
    ContentKeeper NONE = (_, _) -> OnCall.NOTHING;

    /**
     * Takes room for one call that is about to be made, with the request as it goes on.
     *
     * @throws dev.mcpgateway.gateway.call.Refused if its content must be kept and cannot be
     */
    OnCall begin(ModelAsk ask, Permit permit);

    /** The content of one call, after the guardrails. Used by one thread. What throws a refusal must be kept and cannot be. */
    interface OnCall extends AutoCloseable {
        /** Of a call whose content is nobody's to keep. */
        OnCall NOTHING = new OnCall() {
            @Override
            public void recorded() {}

            @Override
            public void whole(byte[] answer) {}

            @Override
            public void event(ModelEvent event) {}

            @Override
            public void complete() {}

            @Override
            public void close() {}
        };

        /** The intent of the call is durable: from here on the request may be with a provider, and is kept whatever follows. */
        void recorded();

        /** A whole answer, or a provider's error, as the agent is about to get it. */
        void whole(byte[] answer);

        /** An event of a stream, as the agent is about to get it. */
        void event(ModelEvent event);

        /** There is no more. Where the content must be kept, this returns when it is; the agent has not got the end yet. */
        void complete();

        /** Keeps what there is of a call that did not come to its end, and waits for nothing. */
        @Override
        void close();
    }
}
