package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.Permit;
import java.util.List;

/**
 * Proof that a message was screened under the permit of its call. Only {@link ResponseScreen} makes one; only what it
 * holds may reach the agent.
 */
public final class ScreenedResult {

    private final Permit permit;
    private final byte[] message;
    private final boolean withheld;
    private final List<Edit> edits;
    private final Verdict verdict;

    ScreenedResult(Permit permit, byte[] message, boolean withheld, List<Edit> edits, Verdict verdict) {
        this.permit = permit;
        this.message = message;
        this.withheld = withheld;
        this.edits = List.copyOf(edits);
        this.verdict = verdict;
    }

    /** The permit of the call. */
    public Permit permit() {
        return permit;
    }

    /** True when the agent must get a refusal instead of the message. */
    public boolean withheld() {
        return withheld;
    }

    /** The message as it was screened, before the edits; shared, so it must not be changed. */
    public byte[] message() {
        return message;
    }

    /** What must be replaced, in ascending order and without overlap; empty when {@link #withheld()}. */
    public List<Edit> edits() {
        return edits;
    }

    /** What was found and done. */
    public Verdict verdict() {
        return verdict;
    }

    /** The bytes to deliver: the message with all edits, a new array. Must not be called when {@link #withheld()}. */
    public byte[] delivered() {
        if (withheld) {
            throw new IllegalStateException("a withheld message is never delivered");
        }
        int length = message.length;
        for (Edit edit : edits) {
            length += edit.length() - (edit.end() - edit.start());
        }
        byte[] delivered = new byte[length];
        int from = 0;
        int to = 0;
        for (Edit edit : edits) {
            System.arraycopy(message, from, delivered, to, edit.start() - from);
            to += edit.start() - from;
            edit.copyTo(delivered, to);
            to += edit.length();
            from = edit.end();
        }
        System.arraycopy(message, from, delivered, to, message.length - from);
        return delivered;
    }
}
