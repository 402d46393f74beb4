package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class JsonBytesTest {
    /** {@code -Daudit.unicode.strings=1000000} runs as many random strings. */
    private static final int RANDOM_STRINGS = Integer.getInteger("audit.unicode.strings", 5_000);

    @Test
    void everyCodePointReadsBackAsItself() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                String text = Character.toString(point);
                assertThat(readBack(written(text))).isEqualTo(text);
            }
        }
    }

    @Test
    void halfOfASurrogatePairIsEscapedAndNotReplaced() {
        assertThat(written("a\ud800b")).isEqualTo("\"a\\ud800b\"");
        assertThat(written("\udfff")).isEqualTo("\"\\udfff\"");
        assertThat(written("\udc00\ud800")).isEqualTo("\"\\udc00\\ud800\"");
    }

    @Test
    void aSurrogatePairIsWrittenAsFourBytes() {
        assertThat(written("\ud83d\ude00").getBytes(StandardCharsets.UTF_8)).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 9, 0x0A, 0x0D, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0x9B, 0x9F, 0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028,
                0x2029, 0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xE0001, 0xE007F
            })
    void whatCouldSteerATerminalIsEscaped(int point) {
        String json = written("x" + Character.toString(point) + "y");

        assertThat(json).matches("\"x(\\\\u[0-9a-f]{4}){1,2}y\"");
        assertThat(readBack(json)).isEqualTo("x" + Character.toString(point) + "y");
    }

    @Test
    void quoteAndBackslashCannotEndTheString() {
        assertThat(written("\",\"crc\":\"\\")).isEqualTo("\"\\\",\\\"crc\\\":\\\"\\\\\"");
    }

    @Test
    void randomStringsReadBackAsThemselves() {
        long seed = 20_261_121;
        System.out.println("JsonBytesTest: " + RANDOM_STRINGS + " strings, seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < RANDOM_STRINGS; i++) {
            String text = randomText(random);
            assertThat(readBack(written(text))).isEqualTo(text);
        }
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i > 0; i--) {
            int point = random.nextInt(4) == 0 ? random.nextInt(Character.MAX_CODE_POINT + 1) : random.nextInt(256);
            boolean isHalf = Character.getType(point) == Character.SURROGATE;
            text.appendCodePoint(isHalf ? 'h' : point);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_022, 1_023, 1_024})
    void aStringUpToTheLimitIsKeptWhole(int length) {
        JsonBytes json = new JsonBytes().string("a".repeat(length));

        assertThat(json.length()).isEqualTo(length + 2);
        assertThat(json.cuts()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_025, 1_026, 100_000})
    void aLongerStringIsCutAndCounted(int length) {
        JsonBytes json = new JsonBytes().string("a".repeat(length));

        assertThat(json.toString()).isEqualTo("\"" + "a".repeat(1_021) + "…\"");
        assertThat(json.cuts()).isOne();
    }

    @Test
    void theLimitCountsBytesAsWritten() {
        JsonBytes controls = new JsonBytes().string("\u0007".repeat(500));

        assertThat(controls.length()).isLessThanOrEqualTo(JsonBytes.STRING_BYTES_MAX + 2);
        assertThat(controls.cuts()).isOne();
        assertThat(readBack(controls.toString())).isEqualTo("\u0007".repeat(170) + "…");
    }

    @Test
    void aStringIsCutOnlyBetweenCodePoints() {
        for (int lead = 0; lead < 4; lead++) {
            String text = "a".repeat(lead) + "\ud83d\ude00".repeat(400);

            String kept = readBack(new JsonBytes().string(text).toString());

            assertThat(kept).endsWith("\ud83d\ude00…");
            assertThat(text).startsWith(kept.substring(0, kept.length() - 1));
        }
    }

    @Test
    void emptyMembersAreLeftOutAndCommasStandBetweenTheOthers() {
        JsonBytes json = new JsonBytes().open('{');
        json.member("a", "")
                .member("b", "x")
                .member("c", "")
                .member("d", -5)
                .member("e", true)
                .close('}');

        assertThat(json).hasToString("{\"b\":\"x\",\"d\":-5,\"e\":true}");
    }

    @Test
    void numbersOfEveryLengthAreDecimal() {
        for (long value = 1; value > 0 && value < Long.MAX_VALUE / 10; value *= 10) {
            assertThat(new JsonBytes().number(value - 1)).hasToString(Long.toString(value - 1));
            assertThat(new JsonBytes().number(value)).hasToString(Long.toString(value));
        }
        assertThat(new JsonBytes().number(Long.MAX_VALUE)).hasToString(Long.toString(Long.MAX_VALUE));
        assertThat(new JsonBytes().number(Long.MIN_VALUE)).hasToString(Long.toString(Long.MIN_VALUE));
    }

    private static String written(String text) {
        return new JsonBytes().string(text).toString();
    }

    private static String readBack(String json) {
        return JsonMapper.shared().readValue(json, String.class);
    }
}
