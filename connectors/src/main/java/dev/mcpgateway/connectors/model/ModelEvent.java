package dev.mcpgateway.connectors.model;

/**
 * One event of a stream.
 *
 * @param type the event's type; {@code message} where none was given
 * @param data the provider's bytes, data lines joined by line feeds
 * @param mark what it means for the stream
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record ModelEvent(String type, byte[] data, Mark mark) {

    /** What an event means for its stream. */
    public enum Mark {
        /** More is to come. */
        OPEN,
        /** The protocol's sign that the answer is complete. */
        LAST,
        /** The provider says that it failed; nothing comes after it. */
        ERROR
    }
}
