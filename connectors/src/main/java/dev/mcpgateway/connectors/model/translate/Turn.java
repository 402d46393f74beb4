package dev.mcpgateway.connectors.model.translate;

import java.util.List;

/** Consecutive blocks of one speaker. */
record Turn(Role role, List<Block> blocks) {
    enum Role {
        USER,
        ASSISTANT,
        /** Instructions in the middle of a conversation. */
        SYSTEM
    }

    Turn {
        blocks = List.copyOf(blocks);
    }
}
