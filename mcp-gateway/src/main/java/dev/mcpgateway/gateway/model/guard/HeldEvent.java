package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.Splice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event that waits for what comes after it, or for those before it. */
final class HeldEvent {
    private final ModelEvent event;
    private final @Nullable Splice edits;
    private final List<Piece> pieces = new ArrayList<>();

    /** A part of a lane that stands in this event. */
    private record Piece(Lane lane, int node, String text, long from) {
        boolean isDecided() {
            return from + text.length() <= lane.decided();
        }
    }

    private HeldEvent(ModelEvent event, @Nullable Splice edits) {
        this.event = event;
        this.edits = edits;
    }

    /** An event without a text. */
    static HeldEvent plain(ModelEvent event) {
        return new HeldEvent(event, null);
    }

    /** An event with what must be replaced in it so far. */
    static HeldEvent of(ModelEvent event, Splice edits) {
        return new HeldEvent(event, edits);
    }

    int bytes() {
        return event.data().length;
    }

    /** Says that a part of a lane, which begins at {@code from}, stands here. */
    void holds(Lane lane, int node, String text, long from) {
        pieces.add(new Piece(lane, node, text, from));
    }

    boolean isDecided() {
        return pieces.stream().allMatch(Piece::isDecided);
    }

    /** The event as it goes on: the very same when nothing in it changed. */
    ModelEvent released() {
        if (edits == null) {
            return event;
        }
        for (Piece piece : pieces) {
            String after = piece.lane().after(piece.text(), piece.from());
            if (!after.equals(piece.text())) {
                edits.replace(piece.node(), JsonText.quote(after));
            }
            piece.lane().forget(piece.from() + piece.text().length());
        }
        return edits.isEmpty() ? event : new ModelEvent(event.type(), edits.toBytes(), event.mark());
    }
}
