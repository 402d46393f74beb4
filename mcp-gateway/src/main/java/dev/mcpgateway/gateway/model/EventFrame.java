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
        if (!type.equals(PLAIN)) {
            event.writeBytes(TYPE);
            event.writeBytes(type.getBytes(StandardCharsets.UTF_8));
            event.write('\n');
        }
        event.writeBytes(DATA);
        for (byte b : data) {
            event.write(b);
            if (b == '\n') {
                event.writeBytes(DATA);
            }
        }
        event.write('\n');
        event.write('\n');
        return event.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
