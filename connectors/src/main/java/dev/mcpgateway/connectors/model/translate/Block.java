package dev.mcpgateway.connectors.model.translate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of a conversation, and where the agent wrote it. */
sealed interface Block {
    Node where();

    /** Text. {@code cache} is the block's {@code cache_control}. */
    record Text(Node where, String text, @Nullable Node cache) implements Block {}

    /** A picture or a document: Base64 data, or the URL where the provider may fetch it. One of the two is empty. */
    record Media(
            Node where,
            String type,
            String data,
            String url,
            String name,
            String detail,
            @Nullable Node cache) implements Block {
        boolean isImage() {
            return type.startsWith("image/");
        }
    }

    /** A call of a tool, {@code arguments} a JSON object as it is written. */
    record Call(
            Node where,
            String id,
            String name,
            String arguments,
            @Nullable Node cache) implements Block {}

    /** What a tool gave: texts and media. */
    record Result(
            Node where,
            String id,
            List<Block> content,
            boolean error,
            @Nullable Node cache) implements Block {
        /** Copies the list. */
        public Result {
            content = List.copyOf(content);
        }
    }

    /** Opaque state of earlier reasoning. */
    record Sealed(Node where, Seal seal) implements Block {}
}
