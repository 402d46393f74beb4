package dev.mcpgateway.connectors.model.translate;

import java.util.List;

/** What became of a request. */
public sealed interface RequestTranslation {

    /**
     * It can be sent.
     *
     * @param body the provider's request
     * @param told what was dropped or changed on the way
     * @param streamed whether the agent asked for a stream
     * @param usageWanted whether the agent wants usage in a stream of chat completions
     */
    @SuppressWarnings("ArrayRecordComponent") // sent once, never compared
    record Translated(byte[] body, List<Told> told, boolean streamed, boolean usageWanted)
            implements RequestTranslation {
        /** Copies the list. */
        public Translated {
            told = List.copyOf(told);
        }
    }

    /**
     * It is malformed, or asks for what the target cannot do.
     *
     * @param pointer where (RFC 6901), in printable ASCII of bounded length
     * @param reason why, in words of the gateway's own
     */
    record Untranslatable(String pointer, String reason) implements RequestTranslation {}
}
