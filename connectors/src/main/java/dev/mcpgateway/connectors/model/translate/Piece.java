package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.model.UsageReader;
import java.util.List;

/** What happens in a reply, in no protocol's words. A whole reply is the same pieces at once. */
sealed interface Piece {

    /** It began. Either text may be empty. */
    record Begun(String id, String model) implements Piece {}

    /** Text of the answer. */
    record Text(String text) implements Piece {}

    /** Text in which the model refuses. */
    record Refusal(String text) implements Piece {}

    /** Readable reasoning. */
    record Thought(String text) implements Piece {}

    /** Opaque reasoning state; ends the thought before it. */
    record Sealed(Seal seal) implements Piece {}

    /** A call of a tool. The key stands for it until it has ended. */
    record CallBegun(int key, String id, String name) implements Piece {}

    /** More of the text of its arguments. */
    record CallArguments(int key, String json) implements Piece {}

    /** Its arguments are complete. */
    record CallEnded(int key) implements Piece {}

    /** Tokens used, all of them. */
    record Counted(ModelUsage usage) implements Piece {}

    /** What the provider has counted, if it has. */
    static void count(UsageReader usage, List<Piece> out) {
        if (usage.usage().isKnown()) {
            out.add(new Counted(usage.usage()));
        }
    }

    /** Why the model stopped. {@code sequence} is empty unless the provider says which one it was. */
    record Stopped(StopReason reason, String sequence) implements Piece {}

    /** The provider's terminal event. */
    record Finished() implements Piece {}
}
