package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;

/** Collects the turns of a conversation whose protocol has a message, or an item, for each part of a turn. */
final class Turns {
    private final List<Turn> done = new ArrayList<>();
    private final List<Block> current = new ArrayList<>();
    private Turn.Role role = Turn.Role.USER;

    /** Begins a turn of its own. */
    void add(Turn.Role speaker, List<Block> blocks) {
        finish();
        role = speaker;
        current.addAll(blocks);
    }

    /** Continues the turn of that speaker where it goes on, as the results of parallel calls belong to one turn. */
    void join(Turn.Role speaker, List<Block> blocks) {
        if (speaker != role) {
            finish();
            role = speaker;
        }
        current.addAll(blocks);
    }

    boolean endsWithResult() {
        return !current.isEmpty() && current.getLast() instanceof Block.Result;
    }

    boolean isEmpty() {
        return done.isEmpty() && current.isEmpty();
    }

    List<Turn> toList() {
        finish();
        return List.copyOf(done);
    }

    private void finish() {
        if (!current.isEmpty()) {
            done.add(new Turn(role, current));
            current.clear();
        }
    }
}
