package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.UsageReader;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value and where it stands. What has the wrong type is {@link Unfit}; a member that is {@code null} counts as absent, as
 * the providers' clients send it.
 */
final class Node {
    private static final int STEP_CHARS_MAX = 40;
    private static final int STEPS_MAX = 16;

    /** Deeper than whoever receives replies lets them be. */
    private static final int REPLY_DEPTH_MAX = 1024;

    private static final int COUNT_DIGITS_MAX = 12;
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1," + COUNT_DIGITS_MAX + "}");

    private final JsonDocument document;
    private final Read read;
    private final int at;
    private final @Nullable Node parent;
    private final String step;

    private Node(JsonDocument document, Read read, int at, @Nullable Node parent, String step) {
        this.document = document;
        this.read = read;
        this.at = at;
        this.parent = parent;
        this.step = step;
    }

    /**
     * Which values of the document a translation has looked at, so that what it has passed over can be told.
     *
     * @param asked values that were reached
     * @param covered values that were taken, or told, with all that is in them
     */
    private record Read(BitSet asked, BitSet covered) {}

    static Node root(JsonDocument document) {
        return new Node(document, new Read(new BitSet(), new BitSet()), JsonDocument.ROOT, null, "");
    }

    /** Reads what a provider sent. */
    static Node ofReply(byte[] bytes) {
        return parse(bytes, replies(bytes));
    }

    /** Reads an event's data; empty for what is JSON but no object, and so none of any protocol's events. */
    static Optional<Node> ofEvent(byte[] data) {
        try {
            return Optional.of(root(StrictJson.parse(data, replies(data)))).filter(Node::isObject);
        } catch (JsonRefused refused) {
            throw new Unfit("", String.valueOf(refused.getMessage()));
        }
    }

    /** Who received the bytes has held them to its bounds; here only what they are counts, whatever those bounds were. */
    private static JsonLimits replies(byte[] bytes) {
        int most = Math.max(1, bytes.length);
        return new JsonLimits(most, REPLY_DEPTH_MAX, most, most, most, true);
    }

    /** Reads what an agent sent; text that two readers might read differently is refused. */
    static Node ofRequest(byte[] bytes) {
        return parse(bytes, JsonLimits.forRequests(Math.max(1, bytes.length), JsonLimits.DEPTH_DEFAULT));
    }

    private static Node parse(byte[] bytes, JsonLimits limits) {
        try {
            Node root = root(StrictJson.parse(bytes, limits));
            if (!root.is(Kind.OBJECT)) {
                throw new Unfit("", "not an object");
            }
            return root;
        } catch (JsonRefused refused) {
            throw new Unfit("", String.valueOf(refused.getMessage()));
        }
    }

    boolean is(Kind kind) {
        return document.is(at, kind);
    }

    boolean isText() {
        return is(Kind.STRING);
    }

    boolean isList() {
        return is(Kind.ARRAY);
    }

    boolean isObject() {
        return is(Kind.OBJECT);
    }

    /** Whether it is a text or an object without anything in it. */
    boolean isEmpty() {
        return isObject() ? document.first(at) == JsonDocument.NONE : isText() && document.length(at) == 2;
    }

    /** The member; null when it is absent or {@code null}. */
    @Nullable
    Node get(String name) {
        expect(Kind.OBJECT, "an object");
        int value = document.member(at, Name.of(name));
        return value == JsonDocument.NONE || document.is(value, Kind.NULL) ? null : child(value, name);
    }

    Node need(String name) {
        Node member = get(name);
        if (member == null) {
            throw unfit("needs " + name);
        }
        return member;
    }

    /** The member's text; empty when it is absent. */
    String textOf(String name) {
        Node member = get(name);
        return member == null ? "" : member.text();
    }

    /** Whether the member is {@code true}. */
    boolean flag(String name) {
        Node member = get(name);
        return member != null && member.truth();
    }

    /** Lets token counts be read, where there are any; what they cannot be breaks no reply. */
    void countInto(UsageReader usage, String name) {
        Node member = get(name);
        if (member != null) {
            member.cover();
            usage.read(document, member.at);
        }
    }

    /** The member's count; zero when it is absent. */
    long countOf(String name) {
        Node member = get(name);
        return member == null ? 0 : member.count();
    }

    String text() {
        expect(Kind.STRING, "a string");
        return document.string(at);
    }

    boolean truth() {
        if (!is(Kind.TRUE) && !is(Kind.FALSE)) {
            throw unfit("not true or false");
        }
        return is(Kind.TRUE);
    }

    /** A whole number of few digits, so that no reader of it can overflow. */
    long count() {
        if (!is(Kind.NUMBER) || !DIGITS.matcher(raw()).matches()) {
            throw unfit("not a count");
        }
        return Long.parseLong(raw());
    }

    /** The number as it is written. */
    String number() {
        expect(Kind.NUMBER, "a number");
        return raw();
    }

    /** The object as it is written. */
    String object() {
        expect(Kind.OBJECT, "an object");
        return raw();
    }

    String raw() {
        cover();
        return document.raw(at);
    }

    private Node child(int value, String name) {
        read.asked().set(value);
        return new Node(document, read, value, this, name);
    }

    /** Everything in it is dealt with. */
    void cover() {
        read.covered().set(at);
    }

    /** Members that are labels without effect. */
    void ignore(String... names) {
        for (String name : names) {
            Node member = get(name);
            if (member != null) {
                member.cover();
            }
        }
    }

    /** The members at any depth that nobody has looked at. */
    List<Node> passedOver() {
        List<Node> passedOver = new ArrayList<>();
        Deque<Node> open = new ArrayDeque<>(List.of(this));
        while (!open.isEmpty()) {
            Node node = open.removeFirst();
            boolean container = node.isObject() || node.isList();
            if (!container || read.covered().get(node.at)) {
                continue;
            }
            int index = 0;
            for (int each = document.first(node.at); each != JsonDocument.NONE; each = document.next(node.at, each)) {
                String name = node.isObject() ? document.name(each) : Integer.toString(index++);
                Node child = new Node(document, read, each, node, name);
                if (read.asked().get(each)) {
                    open.addLast(child);
                } else if (!child.is(Kind.NULL)) {
                    passedOver.add(child);
                }
            }
        }
        return passedOver;
    }

    List<Node> elements() {
        expect(Kind.ARRAY, "a list");
        List<Node> elements = new ArrayList<>();
        for (int each = document.first(at); each != JsonDocument.NONE; each = document.next(at, each)) {
            elements.add(child(each, Integer.toString(elements.size())));
        }
        return elements;
    }

    /** The elements of a list; none when the member is absent. */
    List<Node> elementsOf(String name) {
        Node member = get(name);
        return member == null ? List.of() : member.elements();
    }

    /** The values of all members that are not {@code null}. */
    List<Node> members() {
        expect(Kind.OBJECT, "an object");
        List<Node> members = new ArrayList<>();
        for (int each = document.first(at); each != JsonDocument.NONE; each = document.next(at, each)) {
            if (!document.is(each, Kind.NULL)) {
                members.add(child(each, document.name(each)));
            }
        }
        return members;
    }

    /** Its name in the object, or its index in the list, around it. */
    String step() {
        return step;
    }

    Unfit unfit(String reason) {
        return new Unfit(pointer(), reason);
    }

    /** Where it stands. Names are cut and bare of anything that could end a header or a log line. */
    String pointer() {
        Deque<String> steps = new ArrayDeque<>();
        for (Node each = this; each != null && each.parent != null; each = each.parent) {
            steps.addFirst(printable(each.step));
        }
        StringBuilder pointer = new StringBuilder();
        steps.stream().limit(STEPS_MAX).forEach(each -> pointer.append('/').append(each));
        return pointer.toString();
    }

    private static String printable(String step) {
        StringBuilder printable = new StringBuilder();
        step.codePoints().limit(STEP_CHARS_MAX).forEach(point -> {
            switch (point) {
                case '~' -> printable.append("~0");
                case '/' -> printable.append("~1");
                default -> printable.append(point > 0x20 && point < 0x7F ? (char) point : '?');
            }
        });
        return printable.toString();
    }

    private void expect(Kind kind, String words) {
        if (!is(kind)) {
            throw unfit("not " + words);
        }
    }
}
