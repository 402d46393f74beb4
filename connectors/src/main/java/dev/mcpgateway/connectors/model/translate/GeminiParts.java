package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the signatures of a turn of Gemini's to the parts that they came with. A call's stands before it; a text's behind it,
 * or at the head of a message of chat completions. One whose part is not there keeps a part of its own, an empty text, as
 * Gemini gives such ones itself.
 */
final class GeminiParts {
    private final Target target;
    private final Losses losses;
    private final List<Part> parts = new ArrayList<>();
    private Block.@Nullable Sealed waiting;

    /** A text or a call. The signature is empty where there is none. */
    record Part(Block block, String signature) {}

    private GeminiParts(Target target, Losses losses) {
        this.target = target;
        this.losses = losses;
    }

    static List<Part> of(List<Block> blocks, Target target, Losses losses) {
        GeminiParts parts = new GeminiParts(target, losses);
        for (Block block : blocks) {
            if (block instanceof Block.Sealed sealed) {
                parts.sealed(sealed);
            } else {
                parts.add(block);
            }
        }
        parts.standAlone();
        return parts.parts;
    }

    private void sealed(Block.Sealed sealed) {
        if (!isOwn(sealed.seal())) {
            losses.tell(sealed.where(), "reasoning state of another provider; not sent");
            return;
        }
        standAlone();
        boolean isOfLast = sealed.seal().kind() == Seal.Kind.PART
                && !parts.isEmpty()
                && parts.getLast().signature().isEmpty()
                && parts.getLast().block() instanceof Block.Text;
        if (isOfLast) {
            parts.add(new Part(parts.removeLast().block(), sealed.seal().state()));
        } else {
            waiting = sealed;
        }
    }

    private boolean isOwn(Seal seal) {
        return seal.owner().equals(target.owner()) && (seal.kind() == Seal.Kind.CALL || seal.kind() == Seal.Kind.PART);
    }

    private void add(Block block) {
        Block.Sealed before = waiting;
        if (before != null && isOf(before.seal(), block)) {
            waiting = null;
            parts.add(new Part(block, before.seal().state()));
        } else {
            standAlone();
            parts.add(new Part(block, ""));
        }
    }

    private static boolean isOf(Seal seal, Block block) {
        return seal.kind() == Seal.Kind.CALL ? block instanceof Block.Call : block instanceof Block.Text;
    }

    private void standAlone() {
        Block.Sealed alone = waiting;
        if (alone != null) {
            waiting = null;
            parts.add(new Part(
                    new Block.Text(alone.where(), "", null), alone.seal().state()));
        }
    }
}
