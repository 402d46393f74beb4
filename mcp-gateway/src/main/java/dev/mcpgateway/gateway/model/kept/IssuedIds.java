package dev.mcpgateway.gateway.model.kept;

import dev.mcpgateway.connectors.model.ModelEvent;

/** The ids in one answer, as its agent gets them. Used by one thread. */
public interface IssuedIds {
    /** As the provider wrote them. */
    IssuedIds AS_THEY_ARE = new IssuedIds() {
        @Override
        public byte[] whole(byte[] answer) {
            return answer;
        }

        @Override
        public ModelEvent event(ModelEvent event) {
            return event;
        }
    };

    /** A whole answer; what is no JSON stays as it is. */
    byte[] whole(byte[] answer);

    /** An event of a streamed one; what is no JSON stays as it is. */
    ModelEvent event(ModelEvent event);
}
