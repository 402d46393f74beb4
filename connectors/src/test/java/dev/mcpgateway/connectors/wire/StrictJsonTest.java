package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonRefused.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The strict reader: the traps of T17, every bound at its edge, nothing but {@link JsonRefused} for any bytes. */
class StrictJsonTest {
    private static final JsonLimits REQUESTS = JsonLimits.forRequests(1 << 20, 64);
    private static final JsonLimits REPLIES = JsonLimits.forReplies(1 << 20, 64);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static JsonDocument read(String json) throws JsonRefused {
        return StrictJson.parse(bytes(json), REQUESTS);
    }

    private static JsonRefused refusal(byte[] json, JsonLimits limits) {
        JsonRefused refused = catchThrowableOfType(JsonRefused.class, () -> StrictJson.parse(json, limits));
        assertThat(refused).as(new String(json, StandardCharsets.ISO_8859_1)).isNotNull();
        return refused;
    }

    private static Reason reason(String json) {
        return refusal(bytes(json), REQUESTS).reason();
    }

    // --- T17

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":1,\"name\":2}",
                "{\"name\":1,\"n\\u0061me\":2}",
                "{\"n\\u0061me\":1,\"\\u006eame\":2}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "[{\"\":1,\"\":2}]",
                "{\"é\":1,\"\\u00e9\":2}",
                "{\"😀\":1,\"\\ud83d\\ude00\":2}"
            })
    void aDuplicateNameIsRefusedHoweverItIsWritten(String json) {
        assertThat(reason(json)).isEqualTo(Reason.DUPLICATE_NAME);
        assertThat(refusal(bytes(json), REPLIES).reason()).isEqualTo(Reason.DUPLICATE_NAME);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 15, 16, 17, 18, 100, 5000})
    void aDuplicateNameIsFoundAmongAnyNumberOfMembers(int members) throws JsonRefused {
        for (int copy : new int[] {0, Math.min(members / 2, members - 2), members - 2}) {
            StringBuilder json = new StringBuilder("{");
            for (int i = 0; i < members - 1; i++) {
                json.append("\"m").append(i).append("\":1,");
            }
            String unique = json + "\"last\":1}";
            assertThat(read(unique).size(JsonDocument.ROOT)).isEqualTo(members);
            String plain = json + "\"m" + copy + "\":1}";
            assertThat(reason(plain)).isEqualTo(Reason.DUPLICATE_NAME);
            String escaped = json + "\"\\u006d" + copy + "\":1}";
            assertThat(reason(escaped)).isEqualTo(Reason.DUPLICATE_NAME);
        }
    }

    @ParameterizedTest
    @CsvSource({"64, true", "65, false", "4096, false"})
    void namesMadeToCollideAreBounded(int count, boolean accepted) {
        byte[] crafted = colliding(count);
        Duration bound = Duration.ofSeconds(2);

        assertThat(quickest(bound, () -> {
                    JsonRefused refused = catchThrowableOfType(
                            JsonRefused.class, () -> StrictJson.parse(crafted, JsonLimits.forReplies(1 << 22, 64)));
                    assertThat(refused == null).isEqualTo(accepted);
                }))
                .isLessThan(bound);
    }

    /** How long it takes, tried again where it seems too long: what is slow itself is so every time, a busy machine is not. */
    private static Duration quickest(Duration bound, Runnable work) {
        Duration best = Duration.ofNanos(Long.MAX_VALUE);
        for (int i = 0; i < 5 && best.compareTo(bound) >= 0; i++) {
            long start = System.nanoTime();
            work.run();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            best = took.compareTo(best) < 0 ? took : best;
        }
        return best;
    }

    /** Names of twelve parts, each one of two that lead the hash from the same state to the same state. */
    private static byte[] colliding(int count) {
        String[][] pairs = new String[12][];
        int state = 0x811C9DC5;
        for (int part = 0; part < pairs.length; part++) {
            pairs[part] = collidingPair(state);
            state = hash(state, pairs[part][0]);
        }
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "\"" : ",\"");
            for (int part = 0; part < pairs.length; part++) {
                json.append(pairs[part][i >> part & 1]);
            }
            json.append("\":1");
        }
        return bytes(json.append('}').toString());
    }

    private static String[] collidingPair(int state) {
        Map<Integer, String> seen = new HashMap<>();
        Random random = new Random(1);
        while (true) {
            String word = Long.toString(random.nextLong(), 36);
            String other = seen.put(hash(state, word), word);
            if (other != null) {
                return new String[] {other, word};
            }
        }
    }

    /** The hash of the reader, from any state. */
    private static int hash(int state, String word) {
        int hash = state;
        for (byte b : bytes(word)) {
            hash = (hash ^ b) * 0x01000193;
        }
        return hash;
    }

    @Test
    void theHashOfTheseTestsIsTheReaders() {
        assertThat(hash(0x811C9DC5, "some name")).isEqualTo(JsonText.hash(bytes("some name"), 0, 9));
    }

    @Test
    void namesThatDifferOnlyByCaseAreTwoNames() throws JsonRefused {
        JsonDocument document = read("{\"Name\":1,\"name\":2}");

        assertThat(document.raw(document.member(JsonDocument.ROOT, Name.of("name"))))
                .isEqualTo("2");
        assertThat(document.raw(document.member(JsonDocument.ROOT, Name.of("Name"))))
                .isEqualTo("1");
        assertThat(document.member(JsonDocument.ROOT, Name.of("NAME"))).isEqualTo(JsonDocument.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "22efbbbf22, NOT_UTF8, false", // U+FEFF inside a string is text
        "efbbbf7b7d, NOT_UTF8, true",
        "fffe7b007d00, NOT_UTF8, true",
        "feff007b007d, NOT_UTF8, true",
        "7b007d00, NOT_JSON, true",
        "22c0af22, NOT_UTF8, true",
        "22e080af22, NOT_UTF8, true",
        "22f08080af22, NOT_UTF8, true",
        "22c08022, NOT_UTF8, true",
        "22c0a222, NOT_UTF8, true",
        "22c122, NOT_UTF8, true",
        "22eda08022, NOT_UTF8, true", // a surrogate in UTF-8
        "22edbfbf22, NOT_UTF8, true",
        "22f480808022, NOT_UTF8, false", // U+100000
        "22f490808022, NOT_UTF8, true", // beyond Unicode
        "22f580808022, NOT_UTF8, true",
        "22ff22, NOT_UTF8, true",
        "228022, NOT_UTF8, true",
        "22c322, NOT_UTF8, true",
        "22e282, NOT_UTF8, true",
        "22e2822022, NOT_UTF8, true",
        "22ef bfbd22, NOT_UTF8, false",
        "227f22, NOT_JSON, false",
        "221f22, NOT_JSON, true",
        "220022, NOT_JSON, true",
        "7b22 00 22 3a 31 7d, NOT_JSON, true"
    })
    void onlyWellFormedUtf8WithoutAMarkIsRead(String hex, Reason reason, boolean refused) throws JsonRefused {
        byte[] json = HexFormat.of().parseHex(hex.replace(" ", ""));

        if (refused) {
            assertThat(refusal(json, REPLIES).reason()).isEqualTo(reason);
        } else {
            assertThat(StrictJson.parse(json, REPLIES).kind(JsonDocument.ROOT)).isEqualTo(Kind.STRING);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\ud800x\"",
                "\"\\ud800\\u0041\"",
                "\"\\udc00\\ud800\"",
                "{\"\\ud800\":1}",
                "{\"a\\u0000\":1}"
            })
    void ambiguousTextIsRefusedInRequestsAndKeptInReplies(String json) throws JsonRefused {
        assertThat(reason(json)).isEqualTo(Reason.AMBIGUOUS_TEXT);
        assertThat(StrictJson.parse(bytes(json), REPLIES).raw(JsonDocument.ROOT))
                .isEqualTo(json);
    }

    @Test
    void halfASurrogatePairReadsAsTheReplacementCharacter() throws JsonRefused {
        JsonDocument document = StrictJson.parse(bytes("\"a\\ud800b\\ud83d\\ude00\""), REPLIES);

        assertThat(document.string(JsonDocument.ROOT)).isEqualTo("a\uFFFDb😀");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{}{}",
                "{},",
                "[1,]",
                "[,1]",
                "{\"a\":1,}",
                "{,}",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{'a':1}",
                "{1:1}",
                "[1 2]",
                "{\"a\" 1}",
                "\"a",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\",
                "nul",
                "nulls",
                "True",
                "tru",
                "NaN",
                "Infinity",
                "-Infinity",
                "01",
                "-01",
                "+1",
                "1.",
                ".5",
                "-",
                "1e",
                "1e+",
                "1.e5",
                "0x1F",
                "1_000",
                "--1",
                "1 1",
                "[1]x",
                "/*c*/1",
                "1//c",
                "#c\n1",
                "\"a\tb\"",
                "\"a\nb\"",
                "[1}",
                "{\"a\":1]",
                "\u00a01",
                "\f1",
                "\u000b1",
                "undefined",
                "{\"a\":1 \"b\":2}"
            })
    void whatIsNotOneJsonTextIsRefused(String json) {
        assertThat(reason(json)).isIn(Reason.NOT_JSON, Reason.NOT_UTF8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "-0.0",
                "1.10",
                "12345678901234567890",
                "1e1000000000",
                "1E-400",
                "9007199254740993",
                "true",
                "false",
                "null",
                "\"\"",
                "[]",
                "{}",
                " \t\r\n[ ] ",
                "\"\\u0000\"",
                "\"\\/\"",
                "\"\u007f\"",
                "\"\u2028\"",
                "[[],{}]"
            })
    void whatIsOneJsonTextKeepsItsBytes(String json) throws JsonRefused {
        assertThat(read(json).raw(JsonDocument.ROOT)).isEqualTo(json.strip());
    }

    @Test
    void aRefusalNamesThePlaceAndNotTheContent() {
        JsonRefused refused = refusal(bytes("{\"password\":\"s3cret\",\"password\":\"s3cret\"}"), REQUESTS);

        assertThat(refused.offset()).isEqualTo(21);
        assertThat(refused)
                .hasMessageContaining("at byte 21")
                .hasMessageNotContaining("s3cret")
                .hasMessageNotContaining("password");
    }

    // --- bounds

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void aDocumentIsBounded(int more, boolean accepted) {
        check("\"" + "x".repeat(98 + more) + "\"", new JsonLimits(100, 64, 100, 100, 100, false), accepted);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void nestingIsBounded(int more, boolean accepted) {
        int depth = 10 + more;
        JsonLimits limits = new JsonLimits(1000, 10, 1000, 100, 100, false);

        check("[".repeat(depth) + "]".repeat(depth), limits, accepted);
        check("{\"a\":".repeat(depth) + "1" + "}".repeat(depth), limits, accepted);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void valuesAndNamesAreBoundedTogether(int more, boolean accepted) {
        JsonLimits limits = new JsonLimits(10_000, 10, 20, 100, 100, false);

        check("[" + "1,".repeat(18 + more) + "1]", limits, accepted);
        StringBuilder object = new StringBuilder("[{");
        for (int i = 0; i < 8; i++) {
            object.append("\"m").append(i).append("\":1,");
        }
        check(object + "\"l\":" + (more == 0 ? "1}]" : more < 0 ? "1}]" : "[1]}]"), limits, accepted);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void namesAndNumbersAreBounded(int more, boolean accepted) {
        JsonLimits limits = new JsonLimits(10_000, 10, 100, 20, 30, false);

        check("{\"" + "n".repeat(20 + more) + "\":1}", limits, accepted);
        check("1".repeat(30 + more), limits, accepted);
        check("[1." + "1".repeat(28 + more) + "]", limits, accepted);
    }

    private static void check(String json, JsonLimits limits, boolean accepted) {
        JsonRefused refused = catchThrowableOfType(JsonRefused.class, () -> StrictJson.parse(bytes(json), limits));
        if (accepted) {
            assertThat(refused).as(json).isNull();
        } else {
            assertThat(refused).as(json).isNotNull();
            assertThat(refused.reason()).isEqualTo(Reason.OVER_LIMIT);
        }
    }

    @Test
    void aDepthBombIsRefusedAtOnce() {
        byte[] bomb = bytes("[".repeat(1 << 20));

        assertThat(refusal(bomb, JsonLimits.forReplies(1 << 20, 64)).offset()).isEqualTo(64);
    }

    @Test
    void sixtyThousandMembersAreRefusedOrReadQuickly() {
        StringBuilder json = new StringBuilder("{\"m\":1");
        for (int i = 0; i < 60_000; i++) {
            json.append(",\"m").append(i).append("\":").append(i);
        }
        byte[] large = bytes(json.append('}').toString());
        Duration bound = Duration.ofSeconds(1);

        assertThat(quickest(
                        bound,
                        () -> assertThat(refusal(large, REQUESTS).reason()).isEqualTo(Reason.OVER_LIMIT)))
                .isLessThan(bound);
    }

    // --- robustness

    @Test
    void everyTruncationOfADocumentIsRefused() throws JsonRefused {
        byte[] json = bytes(
                "{\"jsonrpc\":\"2.0\",\"id\":-1.5e+10,\"é\":[true,false,null,{\"\\u00e9\\n\":\"世\\ud83d\\ude00\"}]}");
        assertThat(StrictJson.parse(json, REQUESTS).size(JsonDocument.ROOT)).isEqualTo(3);

        for (int length = 0; length < json.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(json, length);
            assertThat(catchThrowableOfType(JsonRefused.class, () -> StrictJson.parse(cut, REQUESTS)))
                    .as("%d bytes", length)
                    .isNotNull();
        }
    }

    @Test
    void noBytesMakeAnythingElseThanARefusal() {
        long seed = Long.getLong("strictjson.seed", new Random().nextLong());
        System.out.println("strictjson.seed=" + seed);
        Random random = new Random(seed);
        JsonSamples samples = new JsonSamples(random);
        int refused = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = random.nextInt(4) == 0 ? noise(random) : samples.damaged(samples.document());
            JsonLimits limits = new JsonLimits(
                    1 + random.nextInt(300),
                    1 + random.nextInt(6),
                    1 + random.nextInt(50),
                    1 + random.nextInt(20),
                    1 + random.nextInt(20),
                    random.nextBoolean());
            try {
                JsonDocument document = StrictJson.parse(bytes, limits);
                assertThat(document.end(JsonDocument.ROOT)).isLessThanOrEqualTo(bytes.length);
            } catch (JsonRefused refusal) {
                refused++;
                assertThat(refusal.offset()).as("seed %d", seed).isBetween(0, bytes.length);
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void offsetsLeadBackToTheBytes() throws JsonRefused {
        Random random = new Random(11);
        JsonSamples samples = new JsonSamples(random);
        int checked = 0;
        while (checked < 2000) {
            byte[] bytes = samples.document();
            JsonDocument document;
            try {
                document = StrictJson.parse(bytes, REPLIES);
            } catch (JsonRefused twice) {
                continue;
            }
            checked++;
            offsets(document, JsonDocument.ROOT);
        }
    }

    private static void offsets(JsonDocument document, int node) throws JsonRefused {
        JsonDocument alone = StrictJson.parse(document.rawBytes(node), REPLIES);
        assertThat(alone.kind(JsonDocument.ROOT)).isEqualTo(document.kind(node));
        assertThat(alone.raw(JsonDocument.ROOT)).isEqualTo(document.raw(node));
        assertThat(document.length(node)).isEqualTo(document.rawBytes(node).length);
        int size = 0;
        for (int child = document.first(node); child != JsonDocument.NONE; child = document.next(node, child)) {
            size++;
            assertThat(document.start(child)).isGreaterThan(document.start(node));
            assertThat(document.end(child)).isLessThan(document.end(node));
            if (document.is(node, Kind.OBJECT)) {
                Name name = Name.of(document.name(child));
                assertThat(document.member(node, name)).isEqualTo(child);
                assertThat(document.isNamed(child, name)).isTrue();
                assertThat(document.bytes()[document.nameStart(child)]).isEqualTo((byte) '"');
                assertThat(document.bytes()[document.nameEnd(child) - 1]).isEqualTo((byte) '"');
            }
            offsets(document, child);
        }
        assertThat(document.size(node)).isEqualTo(size);
    }

    @Test
    void longStringsAreScannedRightAtEveryAlignment() throws JsonRefused {
        for (int before = 0; before < 20; before++) {
            for (String special : new String[] {"\\\"", "\\\\", "é", "\u007f", "\\u0041"}) {
                String json = " ".repeat(before) + "\"" + "x".repeat(before) + special + "y".repeat(17) + "\"";
                assertThat(read(json).string(JsonDocument.ROOT))
                        .startsWith("x".repeat(before))
                        .endsWith("y".repeat(17));
            }
            ByteArrayOutputStream broken = new ByteArrayOutputStream();
            broken.writeBytes(bytes("\"" + "x".repeat(before)));
            broken.write(0x1F);
            broken.writeBytes(bytes("yyyyyyyyyyyy\""));
            assertThat(refusal(broken.toByteArray(), REPLIES).offset()).isEqualTo(before + 1);
        }
    }
}
