package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;

/** What a translation could not keep. Bounded: after {@link #TOLD_MAX} places one more entry says that there were others. */
final class Losses {
    static final int TOLD_MAX = 64;

    private final boolean refused;
    private final List<Told> told = new ArrayList<>();

    private Losses(boolean refused) {
        this.refused = refused;
    }

    static Losses of(Target target) {
        return new Losses(target.lossesRefused());
    }

    static Losses ofReply() {
        return new Losses(false);
    }

    /** The meaning is kept, or only speed and cost depend on it. */
    void tell(Node node, String why) {
        tell(node.pointer(), why);
    }

    /** The same of what has no place in a document. */
    void tell(String pointer, String why) {
        if (told.size() < TOLD_MAX) {
            told.add(new Told(pointer, why));
        } else if (told.size() == TOLD_MAX) {
            told.add(new Told("", "and others"));
        }
    }

    /** The value stays behind with all that is in it. */
    void drop(Node node, String why) {
        node.cover();
        tell(node, why);
    }

    /** Whether it is a text of nothing but blanks, which some protocols refuse: it stays behind, told unless it is empty. */
    boolean dropsBlank(Block block) {
        if (!(block instanceof Block.Text text) || !text.text().isBlank()) {
            return false;
        }
        if (!text.text().isEmpty() || text.cache() != null) {
            drop(text.where(), "a text of blanks; dropped");
        }
        return true;
    }

    /** An event that no reader of its protocol waits for. What only keeps a connection open says nothing. */
    void tellOfEvent(String type) {
        if (!type.equals("ping")) {
            tell("", "an event that the other protocol does not have; dropped");
        }
    }

    /** Something that was asked for is not done: refused where the route wants that. */
    void lose(Node node, String why) {
        if (refused) {
            throw node.unfit(why);
        }
        tell(node, why);
    }

    /** Loses every member that the translation passed over. */
    void losePassedOver(Node root) {
        for (Node member : root.passedOver()) {
            lose(member, "unknown to the other protocol");
        }
    }

    List<Told> told() {
        return List.copyOf(told);
    }
}
