package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelUsage;
import java.util.List;
import java.util.Optional;

/** What became of a whole reply. */
public sealed interface ReplyTranslation {

    /**
     * It can be passed on.
     *
     * @param body the reply as the agent's protocol has it
     * @param model the model that really replied; empty if the provider does not say
     * @param usage empty if the provider does not say
     * @param stop why the model stopped
     * @param told what was dropped on the way
     */
    @SuppressWarnings("ArrayRecordComponent") // sent once, never compared
    record Translated(byte[] body, String model, Optional<ModelUsage> usage, StopReason stop, List<Told> told)
            implements ReplyTranslation {
        /** Copies the list. */
        public Translated {
            told = List.copyOf(told);
        }
    }

    /**
     * It is no reply of the provider's protocol, or none that the agent's protocol has words for. The reason quotes nothing of it.
     *
     * @param pointer where (RFC 6901), in printable ASCII of bounded length
     * @param reason why
     */
    record Malformed(String pointer, String reason) implements ReplyTranslation {}

    /** In the place of a reply the provider says that it failed. The reason quotes nothing of it. */
    record Erred(String reason) implements ReplyTranslation {}
}
