package dev.mcpgateway.connectors.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events (WHATWG HTML, section "Server-sent events") and keeps only what MCP uses: the data of each
 * event and its type. CR, LF and CRLF end a line; comments are skipped; the longest event is bounded. Names and data are
 * never passed on as they stand: each event is framed anew for the agent.
 */
public final class EventStreamReader {
    private static final int BUFFER_BYTES = 2048;
    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};

    private final InputStream in;
    private final int eventBytesMax;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int filled;
    private boolean atStart = true;
    private boolean afterCarriageReturn;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);

    /** An event longer than the bound. The stream cannot be used any further. */
    public static final class EventTooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        EventTooLarge(int bytesMax) {
            super("event longer than " + bytesMax + " bytes");
        }
    }

    /**
     * One event.
     *
     * @param type the event type, {@code message} if none was given
     * @param data the data lines, joined by line feeds
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    public record Event(String type, byte[] data) {}

    /** Starts at the beginning of a stream. */
    public EventStreamReader(InputStream in, int eventBytesMax) {
        this.in = in;
        this.eventBytesMax = eventBytesMax;
    }

    /**
     * The next event that has data, or {@code null} at the end of the stream. An event without its closing blank line is
     * dropped, as the standard asks.
     *
     * @throws EventTooLarge if the event or one line is longer than the bound
     */
    public @Nullable Event next() throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream(512);
        boolean hasData = false;
        String type = "message";
        while (readLine()) {
            byte[] text = line.toByteArray();
            if (text.length == 0) {
                if (hasData) {
                    return new Event(type, data.toByteArray());
                }
                type = "message";
                continue;
            }
            int colon = indexOfColon(text);
            if (isField(text, colon, DATA)) {
                if (hasData) {
                    data.write('\n');
                }
                hasData = true;
                int from = valueStart(text, colon);
                data.write(text, from, text.length - from);
                if (data.size() > eventBytesMax) {
                    throw new EventTooLarge(eventBytesMax);
                }
            } else if (isField(text, colon, EVENT)) {
                int from = valueStart(text, colon);
                type = new String(text, from, text.length - from, StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private static int indexOfColon(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (text[i] == ':') {
                return i;
            }
        }
        return text.length;
    }

    private static boolean isField(byte[] text, int colon, byte[] name) {
        return Arrays.equals(text, 0, colon, name, 0, name.length);
    }

    private static int valueStart(byte[] text, int colon) {
        int from = Math.min(colon + 1, text.length);
        return from < text.length && text[from] == ' ' ? from + 1 : from;
    }

    /** Reads one line without its end into {@link #line}. False at the end of the stream. */
    private boolean readLine() throws IOException {
        line.reset();
        while (true) {
            if (next == filled && !fill()) {
                return false;
            }
            if (afterCarriageReturn) {
                afterCarriageReturn = false;
                if (buffer[next] == '\n') {
                    next++;
                    continue;
                }
            }
            int from = next;
            while (next < filled && buffer[next] != '\n' && buffer[next] != '\r') {
                next++;
            }
            line.write(buffer, from, next - from);
            if (line.size() > eventBytesMax + 16) {
                throw new EventTooLarge(eventBytesMax);
            }
            if (next < filled) {
                afterCarriageReturn = buffer[next] == '\r';
                next++;
                dropByteOrderMark();
                return true;
            }
        }
    }

    private void dropByteOrderMark() {
        if (!atStart) {
            return;
        }
        atStart = false;
        byte[] text = line.toByteArray();
        if (text.length >= 3 && text[0] == (byte) 0xEF && text[1] == (byte) 0xBB && text[2] == (byte) 0xBF) {
            line.reset();
            line.write(text, 3, text.length - 3);
        }
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = Math.max(0, in.read(buffer, 0, buffer.length));
        return filled > 0;
    }
}
