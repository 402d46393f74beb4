package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.mcp.LineReader.Line;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of any length from a stream that may end anywhere, and the id of those too long to keep. */
class LineReaderTest {

    private static List<String> lines(String text, int lineBytesMax, int step) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        LineReader reader = new LineReader(
                new ByteArrayInputStream(bytes) {
                    @Override
                    public synchronized int read(byte[] target, int offset, int length) {
                        return super.read(target, offset, Math.min(length, step));
                    }
                },
                lineBytesMax);
        List<String> lines = new ArrayList<>();
        for (Line line = reader.next(); line != null; line = reader.next()) {
            lines.add(
                    switch (line) {
                        case Line.Whole(byte[] whole) -> new String(whole, StandardCharsets.UTF_8);
                        case Line.TooLong(TopLevelId id) ->
                            "too long, id " + (id.id().isPresent() ? id.id().getAsLong() : "none");
                    });
        }
        return lines;
    }

    @Test
    void linesAreSplitAtLineFeedsHoweverTheyArrive() throws IOException {
        String text = "one\n\ntwo\r\nthrée\ncut";
        for (int step = 1; step < 25; step++) {
            assertThat(lines(text, 100, step)).containsExactly("one", "", "two\r", "thrée");
        }
    }

    @ParameterizedTest
    @CsvSource({"9, true", "10, true", "11, false"})
    void aLineUpToTheBoundIsKept(int length, boolean kept) throws IOException {
        String line = "x".repeat(length);
        for (int step : new int[] {1, 3, 10, 11, 100}) {
            assertThat(lines(line + "\nnext\n", 10, step)).containsExactly(kept ? line : "too long, id none", "next");
        }
    }

    @Test
    void theIdOfALongLineIsFoundWhereverItStands() throws IOException {
        String filler = "\"x\":\"" + "y".repeat(500) + "\"";
        for (String line : new String[] {
            "{\"jsonrpc\":\"2.0\",\"id\":42,\"result\":{" + filler + "}}",
            "{\"result\":{" + filler + ",\"id\":7},\"jsonrpc\":\"2.0\",\"id\" : 42 }",
            "{\"result\":[{\"id\":1},{\"id\":2}]," + filler + ",\"id\":42}",
            "{\"a\":\"\\\"id\\\":9,\",\"id\":42," + filler + "}",
            "{\"a\":\"\\\\\",\"id\":42," + filler + "}"
        }) {
            for (int step : new int[] {1, 7, 1000}) {
                assertThat(lines(line + "\n", 50, step)).containsExactly("too long, id 42");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":\"42\",F}",
                "{\"id\":42.5,F}",
                "{\"id\":-42,F}",
                "{\"id\":042,F}",
                "{\"id\":4x2,F}",
                "{\"i d\":42,F}",
                "{\"Id\":42,F}",
                "{\"id\":1234567890123456789,F}",
                "{\"id\":null,F}",
                "{\"id\":[42],F}",
                "{\"id\":{\"id\":42},F}",
                "[{\"id\":42,F}]",
                "{\"result\":{\"id\":42},F}",
                "{\"s\":\"id\",\"n\":42,F}",
                "{F,\"x\":\"{\\\"id\\\":42}\"}",
                "{\"id\":42F}",
                "\"id\":42,F",
                "{\"idx\":42,F}"
            })
    void whatIsNoIdOfOursIsNone(String line) throws IOException {
        String filler = "\"x\":\"" + "y".repeat(500) + "\"";

        assertThat(lines(line.replace("F", filler) + "\n", 50, 13)).containsExactly("too long, id none");
    }

    @Test
    void anEndlessLineIsNotCollected() throws IOException {
        LineReader reader = new LineReader(
                new java.io.InputStream() {
                    private long left = 200L << 20;

                    @Override
                    public int read() {
                        return left-- > 0 ? 'x' : -1;
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) {
                        int given = (int) Math.min(length, left);
                        left -= given;
                        return given == 0 ? -1 : given;
                    }
                },
                1000);

        assertThat(reader.next()).isNull();
    }

    @Test
    void theScannerSurvivesAnyBytes() {
        Random random = new Random(9);
        byte[] alphabet = "{}[]\"\\,: id1234567890\u00e9".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = alphabet[random.nextInt(alphabet.length)];
            }
            TopLevelId whole = new TopLevelId();
            whole.scan(bytes, 0, bytes.length);
            TopLevelId pieces = new TopLevelId();
            int cut = random.nextInt(bytes.length + 1);
            pieces.scan(bytes, 0, cut);
            pieces.scan(bytes, cut, bytes.length);
            OptionalLong id = whole.id();
            assertThat(pieces.id()).isEqualTo(id);
        }
    }
}
