package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/**
 * Reads the frames of {@code application/vnd.amazon.eventstream}: 4 bytes of total length, 4 of the headers' length, the
 * checksum of these 8, headers, payload, the checksum of all before it. The library takes a frame apart; how much is read
 * is decided here, and only once the length's own checksum is right.
 */
final class BedrockFrames {
    /** Longest frame. */
    static final int FRAME_BYTES_MAX = 1024 * 1024;

    private static final int PRELUDE_BYTES = 12;
    private static final int LEAST_BYTES = PRELUDE_BYTES + 4;

    private final InputStream in;

    /**
     * One frame. Texts that its headers do not hold are empty.
     *
     * @param kind {@code event}, {@code exception} or {@code error}
     * @param name of the event or exception, or the error's code
     * @param message of an error
     */
    @SuppressWarnings("ArrayRecordComponent") // looked at once, never compared
    record Frame(String kind, String name, String message, byte[] payload) {}

    BedrockFrames(InputStream in) {
        this.in = in;
    }

    /**
     * The next frame, or {@code null} at the end of the stream.
     *
     * @throws HttpFault for a frame that is damaged, cut or too long, and for what the connection does
     */
    @Nullable
    Frame next() throws IOException {
        byte[] prelude = in.readNBytes(PRELUDE_BYTES);
        if (prelude.length == 0) {
            return null;
        }
        ByteBuffer frame = ByteBuffer.allocate(length(prelude)).put(prelude);
        int rest = frame.remaining();
        byte[] read = in.readNBytes(rest);
        if (read.length < rest) {
            throw cut();
        }
        return decoded(frame.put(read).flip());
    }

    private static int length(byte[] prelude) throws HttpFault {
        if (prelude.length < PRELUDE_BYTES) {
            throw cut();
        }
        ByteBuffer fields = ByteBuffer.wrap(prelude);
        int length = fields.getInt();
        CRC32 checksum = new CRC32();
        checksum.update(prelude, 0, 8);
        if (fields.getInt(8) != (int) checksum.getValue()) {
            throw malformed();
        }
        if (length < 0 || length > FRAME_BYTES_MAX) {
            throw new HttpFault(Kind.TOO_LARGE, true, "a frame longer than " + FRAME_BYTES_MAX + " bytes", null);
        }
        if (length < LEAST_BYTES) {
            throw malformed();
        }
        return length;
    }

    private static Frame decoded(ByteBuffer bytes) throws HttpFault {
        try {
            Message frame = Message.decode(bytes);
            String kind = text(frame, ":message-type");
            String name = switch (kind) {
                case "event" -> ":event-type";
                case "exception" -> ":exception-type";
                default -> ":error-code";
            };
            return new Frame(kind, text(frame, name), text(frame, ":error-message"), frame.getPayload());
        } catch (RuntimeException damaged) {
            // the library says so in many ways: a checksum, a header that ends too early, a text that is none
            throw malformed();
        }
    }

    private static String text(Message frame, String header) {
        HeaderValue value = frame.getHeaders().get(header);
        return value == null ? "" : value.getString();
    }

    private static HttpFault cut() {
        return new HttpFault(Kind.BROKEN, true, "the stream ended within a frame", null);
    }

    private static HttpFault malformed() {
        return new HttpFault(Kind.MALFORMED, true, "a frame that is damaged", null);
    }
}
