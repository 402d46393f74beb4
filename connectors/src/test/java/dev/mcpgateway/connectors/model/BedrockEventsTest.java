package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.testing.BedrockFrame;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of Bedrock, whole and damaged. */
class BedrockEventsTest {
    private static final String START = "{\"type\":\"message_start\",\"message\":{\"x\": \"h\\u00e9\"}}";
    private static final String STOP = "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"a\":1}}";

    /** A peer that sends in pieces of every size. */
    private static final class Dribble extends InputStream {
        private final ByteArrayInputStream bytes;
        private final Random random;

        private Dribble(byte[] bytes, Random random) {
            this.bytes = new ByteArrayInputStream(bytes);
            this.random = random;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int from, int length) {
            return bytes.read(into, from, Math.min(length, 1 + random.nextInt(40)));
        }
    }

    private static BedrockEvents events(byte[]... frames) {
        return new BedrockEvents(new ByteArrayInputStream(joined(frames)), ModelApi.MESSAGES, 64);
    }

    private static byte[] joined(byte[]... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    private static String text(@Nullable Event event) {
        return event == null ? "the end" : event.type() + " " + new String(event.data(), StandardCharsets.UTF_8);
    }

    private static void isFault(BedrockEvents events, HttpFault.Kind kind) {
        assertThatThrownBy(events::next)
                .isInstanceOfSatisfying(
                        HttpFault.class, fault -> assertThat(fault.kind()).isEqualTo(kind));
    }

    @Test
    void theEventsAreTheBytesThatWereSent() throws Exception {
        BedrockEvents events = events(BedrockFrame.chunk(START), BedrockFrame.chunk(STOP));

        assertThat(text(events.next())).isEqualTo("message_start " + START);
        assertThat(text(events.next())).isEqualTo("message_stop " + STOP);
        assertThat(events.next()).isNull();
        assertThat(events.fault()).isEmpty();
    }

    @Test
    void framesOfOtherTypesArePassedOver() throws Exception {
        assertThat(text(events(BedrockFrame.event("initial-response", "{}"), BedrockFrame.chunk(STOP))
                        .next()))
                .startsWith("message_stop");
    }

    @Test
    void anExceptionIsAnErrorEventAndTheEnd() throws Exception {
        BedrockEvents events = events(
                BedrockFrame.exception("throttlingException", "{\"message\":\"Too \\\"many\\\".\"}"),
                BedrockFrame.chunk(STOP));

        assertThat(text(events.next()))
                .isEqualTo("error {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Too"
                        + " \\\"many\\\".\"}}");
        assertThat(events.fault().orElseThrow().cause()).isEqualTo(ModelFailure.Cause.RATE_LIMITED);
        assertThat(events.next()).isNull();
    }

    @Test
    void whatConcernsTheGatewaysKeysIsNotForTheAgent() throws Exception {
        BedrockEvents events =
                events(BedrockFrame.exception("expiredTokenException", "{\"message\":\"Your key is old.\"}"));

        assertThat(text(events.next())).contains("api_error").doesNotContain("key", "authentication");
        assertThat(events.fault().orElseThrow().cause()).isEqualTo(ModelFailure.Cause.CREDENTIAL_REFUSED);
    }

    @Test
    void anErrorWithoutABodyIsOneToo() throws Exception {
        BedrockEvents events = events(BedrockFrame.of(
                Map.of(":message-type", "error", ":error-code", "Unheard", ":error-message", "It broke."), ""));

        assertThat(text(events.next())).contains("api_error", "It broke.");
    }

    @Test
    void noTypeOfAnEventBeginsALineOfItsOwn() throws Exception {
        String hostile = "{\"type\":\"a\\ndata: forged\",\r\n\"x\":1}";

        assertThat(text(events(BedrockFrame.chunk(hostile)).next())).isEqualTo("message " + hostile.replace('\r', ' '));
    }

    @Test
    void anEventInThePlaceOfItsChunkIsReadAsItIs() throws Exception {
        assertThat(text(events(BedrockFrame.event("chunk", STOP)).next())).isEqualTo("message_stop " + STOP);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"bytes\":7,\"type\":\"ping\"}",
                "{\"type\":7}",
                "{\"bytes\":7}",
                "{\"bytes\":\"*\"}",
                "{\"bytes\":\"bm90IGpzb24=\"}",
                "[",
                ""
            })
    void aChunkWithoutAnEventIsMalformed(String payload) {
        isFault(events(BedrockFrame.event("chunk", payload)), HttpFault.Kind.MALFORMED);
    }

    @Test
    void aFrameOfNoKindIsMalformed() {
        isFault(events(BedrockFrame.of(Map.of(), "{}")), HttpFault.Kind.MALFORMED);
    }

    @Test
    void aCutIsNoEnd() {
        byte[] frame = BedrockFrame.chunk(STOP);
        for (int length = 1; length < frame.length; length++) {
            isFault(events(Arrays.copyOf(frame, length)), HttpFault.Kind.BROKEN);
        }
    }

    @Test
    void everyFlippedBitIsSeen() {
        byte[] frame = BedrockFrame.chunk(STOP);
        for (int bit = 0; bit < frame.length * 8; bit++) {
            byte[] damaged = frame.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            isFault(events(damaged), HttpFault.Kind.MALFORMED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, BedrockFrames.FRAME_BYTES_MAX + 1, Integer.MAX_VALUE})
    void aFrameThatIsTooLongIsNotWaitedFor(int length) {
        isFault(events(prelude(length)), HttpFault.Kind.TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15})
    void aFrameThatIsShorterThanItsFrameIsMalformed(int length) {
        isFault(events(prelude(length)), HttpFault.Kind.MALFORMED);
    }

    /** The first fields of a frame, with a right checksum. */
    private static byte[] prelude(int length) {
        ByteBuffer fields = ByteBuffer.allocate(12).putInt(length).putInt(0);
        CRC32 checksum = new CRC32();
        checksum.update(fields.array(), 0, 8);
        return fields.putInt((int) checksum.getValue()).array();
    }

    @Test
    void theLongestFrameIsRead() throws Exception {
        int most = BedrockFrames.FRAME_BYTES_MAX;
        byte[] empty = BedrockFrame.event("x", "");
        BedrockEvents fits = events(BedrockFrame.event("x", "y".repeat(most - empty.length)), BedrockFrame.chunk(STOP));

        assertThat(text(fits.next())).startsWith("message_stop");
        isFault(events(BedrockFrame.event("x", "y".repeat(most - empty.length + 1))), HttpFault.Kind.TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void inWhateverPiecesTheyComeTheEventsAreTheSame(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            List<String> sent = new ArrayList<>();
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            for (int i = random.nextInt(20); i >= 0; i--) {
                String event = "{\"type\":\"content_block_delta\",\"t\":\"" + "ü".repeat(random.nextInt(300)) + "\"}";
                sent.add("content_block_delta " + event);
                frames.writeBytes(BedrockFrame.chunk(event));
            }
            BedrockEvents events = new BedrockEvents(new Dribble(frames.toByteArray(), random), ModelApi.MESSAGES, 64);
            List<String> read = new ArrayList<>();
            for (Event event = events.next(); event != null; event = events.next()) {
                read.add(text(event));
            }
            assertThat(read).as("seed %s", seed).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverStandsInAFrameIsAnEventOrAFault(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] headers = new byte[random.nextInt(30)];
            byte[] payload = new byte[random.nextInt(30)];
            random.nextBytes(headers);
            random.nextBytes(payload);
            if (headers.length > 2 && random.nextBoolean()) {
                headers[0] = (byte) random.nextInt(4); // short names, so that types are reached
                headers[1 + headers[0] % (headers.length - 1)] = (byte) random.nextInt(11);
            }
            drained(events(BedrockFrame.of(headers, payload)));
            drained(events(payload, headers));
        }
    }

    private static void drained(BedrockEvents events) {
        try {
            while (events.next() != null) {
                // whatever it is
            }
        } catch (HttpFault fault) {
            assertThat(fault.kind()).isNotNull();
        } catch (IOException other) {
            throw new AssertionError(other);
        }
    }
}
