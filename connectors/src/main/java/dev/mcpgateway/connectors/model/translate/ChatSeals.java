package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;

/**
 * Opaque reasoning state in chat completions: {@code extra_content.<owner>}, beside the message or the call that it
 * belongs to, where Google's own chat endpoint has it too.
 */
final class ChatSeals {
    private ChatSeals() {}

    static List<Block> ofMessage(Node message) {
        List<Block> seals = new ArrayList<>();
        Node extra = message.get("extra_content");
        for (Node owner : extra == null ? List.<Node>of() : extra.members()) {
            for (Node block : owner.elementsOf("thinking_blocks")) {
                seals.add(new Block.Sealed(block, thinking(owner, block)));
            }
            String signature = owner.textOf("thought_signature");
            if (!signature.isEmpty()) {
                seals.add(new Block.Sealed(owner, new Seal(owner.step(), Seal.Kind.PART, "", signature)));
            }
        }
        return seals;
    }

    static List<Block> ofCall(Node call) {
        List<Block> seals = new ArrayList<>();
        Node extra = call.get("extra_content");
        for (Node owner : extra == null ? List.<Node>of() : extra.members()) {
            String signature = owner.textOf("thought_signature");
            if (!signature.isEmpty()) {
                seals.add(new Block.Sealed(owner, new Seal(owner.step(), Seal.Kind.CALL, "", signature)));
            }
        }
        return seals;
    }

    // built from its fields, so that nothing else can be slipped into the provider's request
    private static Seal thinking(Node owner, Node block) {
        return switch (block.textOf("type")) {
            case "thinking" ->
                new Seal(owner.step(), Seal.Kind.THINKING, block.textOf("thinking"), block.textOf("signature"));
            case "redacted_thinking" -> new Seal(owner.step(), Seal.Kind.REDACTED, "", block.textOf("data"));
            default -> throw block.unfit("no thinking block");
        };
    }

    /** The member for a message; nothing if there are none of its kinds. */
    static void writeMessage(JsonOut out, List<Seal> seals) {
        if (seals.isEmpty()) {
            return;
        }
        // one reply has one owner
        out.open("extra_content").open(seals.getFirst().owner());
        List<Seal> thinking =
                seals.stream().filter(seal -> seal.kind() != Seal.Kind.PART).toList();
        if (!thinking.isEmpty()) {
            out.openList("thinking_blocks");
            for (Seal seal : thinking) {
                writeThinking(out, seal);
            }
            out.closeList();
        }
        seals.stream()
                .filter(seal -> seal.kind() == Seal.Kind.PART)
                .reduce((first, last) -> last)
                .ifPresent(seal -> out.text("thought_signature", seal.state()));
        out.close().close();
    }

    /** The member for a call. */
    static void writeCall(JsonOut out, Seal seal) {
        out.open("extra_content")
                .open(seal.owner())
                .text("thought_signature", seal.state())
                .close()
                .close();
    }

    /** A block of the messages protocol. */
    static void writeThinking(JsonOut out, Seal seal) {
        out.open();
        if (seal.kind() == Seal.Kind.REDACTED) {
            out.text("type", "redacted_thinking").text("data", seal.state());
        } else {
            out.text("type", "thinking").text("thinking", seal.text()).text("signature", seal.state());
        }
        out.close();
    }
}
