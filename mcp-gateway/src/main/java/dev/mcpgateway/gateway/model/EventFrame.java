package dev.mcpgateway.gateway.model;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events as bytes: framed anew, with the provider's data as it is. */
public final class EventFrame {
    /** The type of an event that has none. */
    static final String PLAIN = "message";

    private static final byte[] TYPE = bytes("event: ");
    private static final byte[] DATA = bytes("data: ");

    private EventFrame() {}

    /** One event; each line of the data becomes one of its own, as the standard asks. */
    public static byte[] of(String type, byte[] data) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + type.length() + 32);
        append(event, type, data);
        return event.toByteArray();
    }

    /** The same behind others. */
    static void append(ByteArrayOutputStream event, String type, byte[] data) {
        if (!type.equals(PLAIN)) {
            event.writeBytes(TYPE);
            event.writeBytes(type.getBytes(StandardCharsets.UTF_8));
            event.write('\n');
        }
        event.writeBytes(DATA);
        int from = 0;
        for (int i = 0; i < data.length; i++) {
            if (data[i] == '\n') {
                event.write(data, from, i + 1 - from);
                event.writeBytes(DATA);
                from = i + 1;
            }
        }
        event.write(data, from, data.length - from);
        event.write('\n');
        event.write('\n');
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
