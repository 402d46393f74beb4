package dev.mcpgateway.connectors.model.translate;

import java.util.List;

/** Reads one reply in the provider's protocol. One per reply. Throws {@link Unfit} at what is no such reply. */
interface Source {
    /** The pieces of a whole reply, up to the last. */
    void whole(Node reply, List<Piece> out);

    /** The pieces of one event. */
    void event(String type, byte[] data, List<Piece> out);

    /** The stream has ended: the last pieces where its protocol has no terminal event. */
    void end(List<Piece> out);
}
