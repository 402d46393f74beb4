package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.policy.screen.PartedText;
import dev.mcpgateway.policy.screen.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One text that runs over several events. Plain text is decided as far as {@link PartedText} says; the arguments of a call
 * of a tool, which act, only when they are complete.
 */
final class Lane {
    private final String name;
    private final @Nullable PartedText text;
    private final StringBuilder arguments = new StringBuilder();
    private final List<PartedText.Change> changes = new ArrayList<>();
    private long length;
    private long decided;

    private Lane(String name, @Nullable PartedText text) {
        this.name = name;
        this.text = text;
    }

    static Lane ofText(String name, PartedText text) {
        return new Lane(name, text);
    }

    static Lane ofArguments(String name) {
        return new Lane(name, null);
    }

    String name() {
        return name;
    }

    /** Characters that came so far. */
    long length() {
        return length;
    }

    /** Characters that are kept until the end. */
    int kept() {
        return arguments.length();
    }

    /** Up to where it may go on. */
    long decided() {
        return decided;
    }

    /** Takes the next part; false when the text must not go on. */
    boolean add(String part) {
        length += part.length();
        if (text == null) {
            arguments.append(part);
            return true;
        }
        text.add(part);
        return taken(text);
    }

    /** Nothing comes any more; false when the text must not go on. */
    boolean end(WholeScreen screen) {
        if (text != null) {
            text.end();
            return taken(text);
        }
        String all = arguments.toString();
        String after = screen.arguments(all, name);
        if (!after.equals(all)) {
            changes.add(new PartedText.Change(0, length, after));
        }
        decided = length;
        return true;
    }

    private boolean taken(PartedText from) {
        changes.addAll(from.takeChanges());
        decided = from.decided();
        return !from.withheld();
    }

    /** What was found in plain text; that of arguments is known when they end. */
    @Nullable
    Verdict verdict() {
        return text == null ? null : text.verdict();
    }

    /** What stands in the place of {@code part}, the characters from {@code from} on. */
    String after(String part, long from) {
        long to = from + part.length();
        StringBuilder after = new StringBuilder(part.length());
        long at = from;
        for (PartedText.Change change : changes) {
            if (change.start() >= to || change.end() <= from) {
                continue;
            }
            if (change.start() >= from) {
                after.append(part, (int) (at - from), (int) (change.start() - from))
                        .append(change.replacement());
            }
            at = Math.min(to, change.end());
        }
        return after.append(part, (int) (at - from), part.length()).toString();
    }

    /** Forgets changes that lie before {@code position}. */
    void forget(long position) {
        changes.removeIf(change -> change.end() <= position);
    }
}
