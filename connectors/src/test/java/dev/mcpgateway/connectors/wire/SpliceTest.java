package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.Splice.Member;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Edits change what they name and not one byte more. */
class SpliceTest {
    private static final JsonLimits LIMITS = JsonLimits.forReplies(1 << 20, 64);
    private static final Name ADDED = Name.of("added");

    private static JsonDocument read(String json) {
        return read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonDocument read(byte[] json) {
        try {
            return StrictJson.parse(json, LIMITS);
        } catch (JsonRefused refused) {
            throw new AssertionError(new String(json, StandardCharsets.UTF_8), refused);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    @Test
    void withoutAnEditTheOriginalComesBack() {
        JsonDocument document = read("{ \"a\" : 1.10 }");

        assertThat(new Splice(document).toBytes()).isSameAs(document.bytes());
        assertThat(new Splice(document).isEmpty()).isTrue();
    }

    @Test
    void removedElementsTakeTheirCommasAlong() {
        for (String[] each : List.of(
                new String[] {"[ 0 , 0,1 , 0, 2 ,0 ]", "[ 1, 2 ]"},
                new String[] {"[1,2]", "[1,2]"},
                new String[] {"[0]", "[]"},
                new String[] {"[ 0, 0 ]", "[  ]"},
                new String[] {"[]", "[]"})) {
            JsonDocument document = read(each[0]);

            byte[] edited = new Splice(document)
                    .elements(
                            JsonDocument.ROOT, element -> document.raw(element).equals("0"))
                    .toBytes();

            assertThat(text(edited)).isEqualTo(each[1]);
            assertThat(read(edited).is(JsonDocument.ROOT, Kind.ARRAY)).isTrue();
        }
    }

    @Test
    void aReplacedValueLeavesEverythingElseAsItWas() {
        JsonDocument document = read("{ \"a\" :1.10,\n\"b\":[ 12345678901234567890 ] , \"c\":\"\\u00e9\" }");
        int b = document.at(Name.of("b"));

        String edited = text(
                new Splice(document).replace(document.first(b), bytes("true")).toBytes());

        assertThat(edited).isEqualTo("{ \"a\" :1.10,\n\"b\":[ true ] , \"c\":\"\\u00e9\" }");
    }

    @Test
    void membersAreRemovedWithTheirCommas() {
        for (String[] row : new String[][] {
            {"a", "{ \"b\":2, \"c\":3 }"},
            {"b", "{ \"a\":1, \"c\":3 }"},
            {"c", "{ \"a\":1, \"b\":2 }"},
            {"ab", "{ \"c\":3 }"},
            {"bc", "{ \"a\":1 }"},
            {"ac", "{ \"b\":2 }"},
            {"abc", "{  }"},
            {"", "{ \"a\":1, \"b\":2, \"c\":3 }"}
        }) {
            JsonDocument document = read("{ \"a\":1, \"b\":2, \"c\":3 }");
            Splice splice = new Splice(document)
                    .members(JsonDocument.ROOT, member -> row[0].contains(document.name(member)), List.of());

            assertThat(text(splice.toBytes())).isEqualTo(row[1]);
        }
    }

    @Test
    void membersAreAddedToAnyObject() {
        assertThat(text(added("{}"))).isEqualTo("{\"added\":1}");
        assertThat(text(added("{ }"))).isEqualTo("{\"added\":1 }");
        assertThat(text(added("{\"a\":2}"))).isEqualTo("{\"added\":1,\"a\":2}");
    }

    private static byte[] added(String json) {
        return new Splice(read(json))
                .members(JsonDocument.ROOT, _ -> false, List.of(new Member(ADDED, bytes("1"))))
                .toBytes();
    }

    @Test
    void anEditInsideAnotherVanishesWithIt() {
        JsonDocument document = read("{\"a\":{\"b\":1},\"c\":2}");
        int a = document.at(Name.of("a"));

        Splice splice = new Splice(document)
                .replace(document.at(Name.of("a"), Name.of("b")), bytes("9"))
                .replace(a, bytes("null"))
                .replace(document.at(Name.of("c")), bytes("3"));

        assertThat(text(splice.toBytes())).isEqualTo("{\"a\":null,\"c\":3}");
    }

    @Test
    void insertionsAroundAReplacedValueStay() {
        JsonDocument document = read("{\"a\":1}");
        int a = document.at(Name.of("a"));
        int from = document.start(a);
        int to = document.end(a);

        Splice splice = new Splice(document)
                .replace(from, from, bytes("["))
                .replace(a, bytes("2"))
                .replace(to, to, bytes("]"));

        assertThat(text(splice.toBytes())).isEqualTo("{\"a\":[2]}");
    }

    @Test
    void oneValueIsTakenOutInItsEditedForm() {
        JsonDocument document = read("{\"a\":1,\"b\":{\"x\":1,\"y\":2},\"c\":3}");
        int b = document.at(Name.of("b"));
        Splice splice = new Splice(document)
                .replace(document.at(Name.of("a")), bytes("\"before\""))
                .replace(document.at(Name.of("b"), Name.of("y")), bytes("\"inside\""))
                .replace(document.at(Name.of("c")), bytes("\"behind\""));

        assertThat(text(splice.toBytes(b))).isEqualTo("{\"x\":1,\"y\":\"inside\"}");
        assertThat(text(splice.toBytes()))
                .isEqualTo("{\"a\":\"before\",\"b\":{\"x\":1,\"y\":\"inside\"},\"c\":\"behind\"}");
    }

    @Test
    void editsThatCrossAreABug() {
        JsonDocument document = read("[1,2,3]");

        assertThatIllegalStateException()
                .isThrownBy(() -> new Splice(document)
                        .replace(1, 4, bytes("9"))
                        .replace(3, 6, bytes("9"))
                        .toBytes());
    }

    @Test
    void anEditedDocumentReadsAsTheSameTreeMinusTheEdits() {
        long seed = Long.getLong("splice.seed", new Random().nextLong());
        System.out.println("splice.seed=" + seed);
        Random random = new Random(seed);
        JsonSamples samples = new JsonSamples(random);
        int edited = 0;
        while (edited < 5_000) {
            byte[] bytes = samples.document();
            JsonDocument document;
            try {
                document = StrictJson.parse(bytes, LIMITS);
            } catch (JsonRefused twice) {
                continue;
            }
            RandomEdits edits = new RandomEdits(document, random);
            edits.choose(JsonDocument.ROOT);
            byte[] result = edits.splice.toBytes();
            String expected = edits.render(JsonDocument.ROOT);
            JsonDocument reread = read(result);
            assertThat(compact(reread, JsonDocument.ROOT))
                    .as("seed %d: %s -> %s", seed, text(bytes), text(result))
                    .isEqualTo(expected);
            edited++;
        }
    }

    private static String compact(JsonDocument document, int node) {
        return new RandomEdits(document, new Random(0)).render(node);
    }

    /** Chooses edits, puts them into a splice, and renders what the tree must be afterwards, by other means. */
    private static final class RandomEdits {
        private final JsonDocument document;
        private final Random random;
        private final Splice splice;
        private final Map<Integer, String> replaced = new HashMap<>();
        private final Set<Integer> removed = new HashSet<>();
        private final Set<Integer> extended = new HashSet<>();

        RandomEdits(JsonDocument document, Random random) {
            this.document = document;
            this.random = random;
            this.splice = new Splice(document);
        }

        void choose(int node) {
            if (random.nextInt(6) == 0) {
                replaced.put(node, "\"new" + node + "\"");
                splice.replace(node, bytes("\"new" + node + "\""));
            }
            if (document.is(node, Kind.OBJECT) && random.nextInt(3) == 0) {
                members(node);
            }
            for (int child = document.first(node); child != JsonDocument.NONE; child = document.next(node, child)) {
                choose(child);
            }
        }

        private void members(int object) {
            boolean extend = random.nextBoolean();
            for (int child = document.first(object); child != JsonDocument.NONE; child = document.next(object, child)) {
                if (random.nextInt(3) == 0) {
                    removed.add(child);
                }
            }
            if (extend) {
                extended.add(object);
            }
            splice.members(object, removed::contains, extend ? List.of(new Member(ADDED, bytes("[1]"))) : List.of());
        }

        String render(int node) {
            if (replaced.containsKey(node)) {
                return replaced.getOrDefault(node, "");
            }
            List<String> parts = new ArrayList<>();
            if (extended.contains(node)) {
                parts.add("\"added\":[1]");
            }
            for (int child = document.first(node); child != JsonDocument.NONE; child = document.next(node, child)) {
                if (!removed.contains(child)) {
                    String name = document.is(node, Kind.OBJECT)
                            ? new String(
                                            document.bytes(),
                                            document.nameStart(child),
                                            document.nameEnd(child) - document.nameStart(child),
                                            StandardCharsets.UTF_8)
                                    + ":"
                            : "";
                    parts.add(name + render(child));
                }
            }
            return switch (document.kind(node)) {
                case OBJECT -> "{" + String.join(",", parts) + "}";
                case ARRAY -> "[" + String.join(",", parts) + "]";
                default -> document.raw(node);
            };
        }
    }
}
