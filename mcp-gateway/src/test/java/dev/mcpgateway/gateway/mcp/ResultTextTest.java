package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.policy.screen.Place;
import dev.mcpgateway.policy.screen.Segment;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Every text of an answer is among the segments, at the bytes where it stands. */
class ResultTextTest {
    private static JsonDocument document(String json) {
        try {
            return StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(1 << 22, 200));
        } catch (JsonRefused refused) {
            throw new AssertionError(refused);
        }
    }

    private static List<String> texts(String json) {
        return ResultText.of(document(json)).segments().stream()
                .map(Segment::text)
                .toList();
    }

    private static Place place(String json, String text) {
        return ResultText.of(document(json)).segments().stream()
                .filter(segment -> segment.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not found: " + text))
                .place();
    }

    private static String result(String members) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{" + members + "}}";
    }

    @Test
    void eachPlaceHasItsName() {
        String json = result(
                "\"content\":[{\"type\":\"text\",\"text\":\"in content\"}],\"structuredContent\":{\"key\":\"in structured\"},"
                        + "\"_meta\":{\"a\":\"in meta\"},\"extra\":[\"in extra\"]");

        assertThat(place(json, "in content")).isEqualTo(Place.TOOL_OUTPUT);
        assertThat(place(json, "in structured")).isEqualTo(Place.STRUCTURED);
        assertThat(place(json, "key")).isEqualTo(Place.STRUCTURED_KEY);
        assertThat(place(json, "in meta")).isEqualTo(Place.META);
        assertThat(place(json, "in extra")).isEqualTo(Place.META);
        assertThat(place("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"in error\"}}", "in error"))
                .isEqualTo(Place.ERROR);
        assertThat(place(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"message\":\"in progress\"}}",
                        "in progress"))
                .isEqualTo(Place.PROGRESS);
        assertThat(place("{\"jsonrpc\":\"2.0\",\"id\":1,\"beside\":\"the result\",\"result\":{}}", "the result"))
                .isEqualTo(Place.META);
    }

    @Test
    void binaryContentIsCountedAndNotRead() {
        ResultText.Text text = ResultText.of(document(result("\"content\":["
                + "{\"type\":\"image\",\"data\":\"AAAA\",\"mimeType\":\"image/png\"},"
                + "{\"type\":\"resource\",\"resource\":{\"uri\":\"a:b\",\"mimeType\":\"x/y\",\"blob\":\"BBBB\"}},"
                + "{\"type\":\"novel\",\"data\":\"read me\"}]")));

        assertThat(text.unscanned()).isEqualTo(2);
        assertThat(text.segments())
                .extracting(Segment::text)
                .contains("read me", "a:b")
                .doesNotContain("AAAA", "BBBB");
    }

    @Test
    void aSegmentStandsAtItsBytes() {
        String json = result(
                "\"content\":[{\"type\":\"text\",\"text\":\"z\\u00e4hl \\\"mit\\\" 字\"}],\"structuredContent\":{\"a~/b\":\"v\"}");
        JsonDocument document = document(json);
        byte[] bytes = document.bytes();

        for (Segment segment : ResultText.of(document).segments()) {
            String raw = new String(bytes, segment.start(), segment.end() - segment.start(), StandardCharsets.UTF_8);
            assertThat(JsonMapper.shared().readTree(raw).stringValue()).isEqualTo(segment.text());
        }
        assertThat(ResultText.of(document).segments())
                .extracting(Segment::pointer)
                .contains("/result/content/0/text", "/result/structuredContent/a~0~1b");
    }

    @Test
    void aResultThatIsNoObjectIsReadToo() {
        assertThat(texts("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[\"a\",{\"x\":\"b\"}]}"))
                .contains("a", "b");
        assertThat(texts("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"c\"}")).contains("c");
    }

    @Test
    void noTextOfAnyTreeIsMissed() {
        long seed = new SecureRandom().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<String> planted = new ArrayList<>();
            ObjectNode message = JsonNodeFactory.instance.objectNode();
            message.put("jsonrpc", "2.0").put("id", 1);
            message.set(random.nextInt(4) == 0 ? "error" : "result", tree(random, planted, 4));
            if (random.nextBoolean()) {
                message.set("unknown", tree(random, planted, 2));
            }

            assertThat(texts(message.toString()))
                    .as("seed " + seed + ": " + message)
                    .containsAll(planted);
        }
    }

    /** Any tree without binary blocks; the texts in it are also put into {@code planted}. */
    private static ObjectNode tree(Random random, List<String> planted, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        String[] names = {"content", "structuredContent", "_meta", "text", "data", "blob", "type", "name", "a/b", "x"};
        for (int i = random.nextInt(4); i >= 0; i--) {
            String name = names[random.nextInt(names.length)];
            String text = "text" + random.nextInt(1_000_000);
            switch (random.nextInt(depth > 0 ? 4 : 2)) {
                case 0 -> {
                    if (object.has(name)) {
                        continue; // its value was planted
                    }
                    planted.add(text);
                    object.put(name, text);
                }
                case 1 -> object.putIfAbsent(name, JsonNodeFactory.instance.numberNode(7));
                case 2 -> {
                    if (!object.has(name)) {
                        object.set(name, tree(random, planted, depth - 1));
                    }
                }
                default -> {
                    if (!object.has(name)) {
                        ArrayNode array = object.putArray(name);
                        planted.add(text);
                        array.add(text).add(tree(random, planted, depth - 1));
                    }
                }
            }
        }
        return object;
    }
}
