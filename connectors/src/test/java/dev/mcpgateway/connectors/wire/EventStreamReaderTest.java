package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-sent events as the standard reads them, however they arrive. */
class EventStreamReaderTest {

    /** Hands out at most so many bytes at a time. */
    private static InputStream dripping(byte[] bytes, int step) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, step));
            }
        };
    }

    private static List<String> events(byte[] stream, int step) throws IOException {
        EventStreamReader reader = new EventStreamReader(dripping(stream, step), 1000);
        List<String> events = new ArrayList<>();
        for (var event = reader.next(); event != null; event = reader.next()) {
            events.add(event.type() + "=" + new String(event.data(), StandardCharsets.UTF_8));
        }
        return events;
    }

    private static List<String> events(String stream) throws IOException {
        return events(stream.getBytes(StandardCharsets.UTF_8), Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void everyLineEndIsOneAndMayBeCutAnywhere(String end) throws IOException {
        String stream =
                "event: a|data: 1||: comment|data:2|data: 3|id: 9|retry: 5||data||data: é世😀||".replace("|", end);
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);

        for (int step = 1; step <= bytes.length; step++) {
            assertThat(events(bytes, step))
                    .as("step %d", step)
                    .containsExactly("a=1", "message=2\n3", "message=", "message=é世😀");
        }
    }

    @Test
    void mixedLineEndsAreRead() throws IOException {
        assertThat(events("data: 1\r\n\ndata: 2\n\r\ndata: 3\r\rdata: 4\n\n"))
                .containsExactly("message=1", "message=2", "message=3", "message=4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data:x         | message=x",
                "data: x        | message=x",
                "data:  x       | message= x",
                "data::x        | message=:x",
                "data           | message="
            })
    void oneBlankAfterTheColonIsNoPartOfTheValue(String line, String event) throws IOException {
        assertThat(events(line + "\n\n")).containsExactly(event);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Data: x",
                "DATA: x",
                "data : x",
                " data: x",
                "dataa: x",
                "dat: x",
                "event: x",
                "id: data",
                ": data: x",
                "data2: x",
                "d\u0430ta: x"
            })
    void whatOnlyLooksLikeDataIsNone(String line) throws IOException {
        assertThat(events(line + "\n\ndata: real\n\n")).containsExactly("message=real");
    }

    @Test
    void anEventTypeHoldsForOneEventOnly() throws IOException {
        assertThat(events("event: endpoint\n\ndata: 1\n\nevent: x\ndata: 2\n\ndata: 3\n\n"))
                .containsExactly("message=1", "x=2", "message=3");
    }

    @Test
    void aByteOrderMarkIsSkippedAtTheStartOnly() throws IOException {
        assertThat(events("\uFEFFdata: 1\n\n\uFEFFdata: 2\n\ndata: 3\n\n")).containsExactly("message=1", "message=3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "data: 1", "data: 1\n", ": only\n\n", "\n\n\n", "data: 1\ndata: 2\r"})
    void anEventWithoutItsEndIsNone(String stream) throws IOException {
        assertThat(events(stream)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void anEventIsBoundedInOneLineAndInMany(int more, boolean read) throws IOException {
        int size = 1000 + more;
        String one = "data: " + "x".repeat(size) + "\n\n";
        String many = "data: " + "x".repeat(499) + "\ndata: " + "y".repeat(size - 500) + "\n\n";
        for (String stream : new String[] {one, many}) {
            if (read) {
                assertThat(events(stream)).hasSize(1);
            } else {
                assertThatThrownBy(() -> events(stream)).isInstanceOf(EventStreamReader.EventTooLarge.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: ", ": ", "event: ", "x", ""})
    void anEndlessLineIsRefusedAndNotCollected(String start) {
        InputStream endless = new InputStream() {
            private int at;

            @Override
            public int read() {
                return at < start.length() ? start.charAt(at++) : 'x';
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = (byte) read();
                }
                return length;
            }
        };

        assertThatThrownBy(() -> new EventStreamReader(endless, 1000).next())
                .isInstanceOf(EventStreamReader.EventTooLarge.class);
    }

    @Test
    void arbitraryBytesMakeEventsOrARefusal() throws IOException {
        Random random = new Random(3);
        byte[] alphabet = "data: evnt\r\n\n\n:{}\"x".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 5_000; i++) {
            byte[] stream = new byte[random.nextInt(200)];
            for (int j = 0; j < stream.length; j++) {
                stream[j] = alphabet[random.nextInt(alphabet.length)];
            }
            assertThat(events(stream, 1 + random.nextInt(5))).isEqualTo(events(stream, Integer.MAX_VALUE));
        }
    }
}
