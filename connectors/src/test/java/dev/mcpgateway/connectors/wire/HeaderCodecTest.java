package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of 2026-07-28, Streamable HTTP, "Value Encoding", and its traps. */
class HeaderCodecTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "us west 1",
                "us-west1",
                "true",
                "42",
                "-7",
                "",
                "a\tb",
                "foo-bar_baz",
                "file:///a%20b?id=1",
                "SGVsbG8=",
                "=?base64?SGVsbG8=",
                "SGVsbG8=?=",
                "=?BASE64?SGVsbG8=?=",
                "=?base64=?=",
                "?="
            })
    void whatEveryReaderUnderstandsIsPlain(String text) {
        assertThat(HeaderCodec.encode(text)).isEqualTo(text);
        assertThat(HeaderCodec.decode(text)).hasValue(text);
    }

    static List<String[]> encoded() {
        return List.of(
                new String[] {"Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="},
                new String[] {" padded ", "=?base64?IHBhZGRlZCA=?="},
                new String[] {"line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
                new String[] {"=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
                new String[] {"\t", "=?base64?CQ==?="},
                new String[] {"a\r\nX: y", "=?base64?YQ0KWDogeQ==?="},
                new String[] {"\u007f", "=?base64?fw==?="},
                new String[] {"=?base64?=", "=?base64?PT9iYXNlNjQ/PQ==?="});
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void everythingElseIsBase64BetweenMarkers(String text, String value) {
        assertThat(HeaderCodec.encode(text)).isEqualTo(value);
        assertThat(HeaderCodec.decode(value)).hasValue(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=?base64?SGVsbG8?=",
                "=?base64?SGVs!!!bG8=?=",
                "=?base64?SGVsbG9=?=",
                "=?base64?SGVs bG8=?=",
                "=?base64?====?=",
                "=?base64?wK8=?=",
                "=?base64?7aCA?=",
                "=?base64?_-8=?=",
                "größe",
                "a\nb",
                " a",
                "a ",
                "\u0000"
            })
    void whatIsNoValueDecodesToNothing(String value) {
        assertThat(HeaderCodec.decode(value)).isEmpty();
    }

    @Test
    void everyTextSurvivesTheWayThereAndBack() {
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(12);
            for (int j = 0; j < length; j++) {
                text.appendCodePoint(random.nextBoolean() ? 32 + random.nextInt(96) : random.nextInt(0xD800));
            }
            String encoded = HeaderCodec.encode(text.toString());
            assertThat(encoded).matches("[\\x20-\\x7e\\t]*");
            assertThat(HeaderCodec.decode(encoded)).hasValue(text.toString());
        }
    }
}
