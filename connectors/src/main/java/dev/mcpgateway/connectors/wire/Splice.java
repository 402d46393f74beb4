package dev.mcpgateway.connectors.wire;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Targeted edits of one document: named places change, every other byte is forwarded as it came, so that {@code 1.10},
 * twenty-digit integers, member order and escapes survive. Edits may be added in any order. An edit inside a range that
 * another edit replaces vanishes with it; edits that cross are a bug.
 */
public final class Splice {
    /**
     * One replaced range.
     *
     * @param start offset of the first replaced byte
     * @param end offset behind the last replaced byte; equal to {@code start} for an insertion
     * @param replacement the bytes that stand there instead
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared; the bytes are written once
    private record Edit(int start, int end, byte[] replacement) {}

    /**
     * A member to add.
     *
     * @param name the name
     * @param value the value as JSON text
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared; the bytes are written once
    public record Member(JsonDocument.Name name, byte[] value) {}

    private static final byte[] NOTHING = new byte[0];

    private final JsonDocument document;
    private final List<Edit> edits = new ArrayList<>(4);

    /** Starts with the document unchanged. */
    public Splice(JsonDocument document) {
        this.document = document;
    }

    /** Replaces a whole value. */
    public Splice replace(int node, byte[] json) {
        return replace(document.start(node), document.end(node), json);
    }

    /** Replaces a byte range. */
    public Splice replace(int start, int end, byte[] replacement) {
        edits.add(new Edit(start, end, replacement));
        return this;
    }

    /**
     * Removes members of an object and adds others at its start. A member to add must not be present, unless it is
     * removed, too. At most one such edit per object.
     *
     * @param removed decides for the value of each member whether the member goes
     */
    public Splice members(int object, IntPredicate removed, List<Member> added) {
        boolean keepsAny = removeRuns(object, removed);
        if (!added.isEmpty()) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            for (int i = 0; i < added.size(); i++) {
                if (i > 0) {
                    text.write(',');
                }
                text.writeBytes(JsonText.quote(added.get(i).name().text()));
                text.write(':');
                text.writeBytes(added.get(i).value());
            }
            if (keepsAny) {
                text.write(',');
            }
            int inside = document.start(object) + 1;
            edits.add(new Edit(inside, inside, text.toByteArray()));
        }
        return this;
    }

    /** Removes elements of an array. At most one such edit per array. */
    public Splice elements(int array, IntPredicate removed) {
        removeRuns(array, removed);
        return this;
    }

    private boolean removeRuns(int container, IntPredicate removed) {
        boolean named = document.is(container, JsonDocument.Kind.OBJECT);
        int lastKeptEnd = JsonDocument.NONE;
        int runStart = JsonDocument.NONE;
        int end = JsonDocument.NONE;
        for (int value = document.first(container);
                value != JsonDocument.NONE;
                value = document.next(container, value)) {
            int begin = named ? document.nameStart(value) : document.start(value);
            boolean dropped = removed.test(value);
            if (dropped && runStart == JsonDocument.NONE) {
                runStart = lastKeptEnd == JsonDocument.NONE ? begin : lastKeptEnd;
            } else if (!dropped && runStart != JsonDocument.NONE) {
                // a leading run ends where the first kept member begins, a later one takes the comma before it along
                edits.add(new Edit(runStart, lastKeptEnd == JsonDocument.NONE ? begin : end, NOTHING));
                runStart = JsonDocument.NONE;
            }
            end = document.end(value);
            if (!dropped) {
                lastKeptEnd = end;
            }
        }
        if (runStart != JsonDocument.NONE) {
            edits.add(new Edit(runStart, end, NOTHING));
        }
        return lastKeptEnd != JsonDocument.NONE;
    }

    /** Whether nothing was edited. */
    public boolean isEmpty() {
        return edits.isEmpty();
    }

    /** The edited document. Returns the original array when there is no edit. */
    public byte[] toBytes() {
        return edits.isEmpty() ? document.bytes() : toBytes(0, document.bytes().length);
    }

    /** The edited form of the value, for use inside another message. */
    public byte[] toBytes(int node) {
        return toBytes(document.start(node), document.end(node));
    }

    private byte[] toBytes(int from, int to) {
        List<Edit> effective = effective(from, to);
        int length = to - from;
        for (Edit edit : effective) {
            length += edit.replacement().length - (edit.end() - edit.start());
        }
        byte[] source = document.bytes();
        byte[] target = new byte[length];
        int read = from;
        int written = 0;
        for (Edit edit : effective) {
            int kept = edit.start() - read;
            System.arraycopy(source, read, target, written, kept);
            System.arraycopy(edit.replacement(), 0, target, written + kept, edit.replacement().length);
            written += kept + edit.replacement().length;
            read = edit.end();
        }
        System.arraycopy(source, read, target, written, to - read);
        return target;
    }

    private List<Edit> effective(int from, int to) {
        // at one place insertions come first, in the order in which they were added, then the widest replacement
        edits.sort(Comparator.comparingInt(Edit::start)
                .thenComparing(edit -> edit.start() != edit.end())
                .thenComparing(Comparator.comparingInt(Edit::end).reversed()));
        List<Edit> effective = new ArrayList<>(edits.size());
        int reached = from;
        for (Edit edit : edits) {
            if (edit.start() >= to && edit.end() > to) {
                break;
            }
            if (edit.start() >= reached && edit.end() <= to) {
                effective.add(edit);
                reached = edit.end();
            } else if (edit.end() > reached) {
                throw new IllegalStateException("edits cross");
            }
        }
        return effective;
    }
}
