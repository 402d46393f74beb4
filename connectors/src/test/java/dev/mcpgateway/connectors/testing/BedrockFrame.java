package dev.mcpgateway.connectors.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** Frames of {@code application/vnd.amazon.eventstream} as Bedrock writes them, made without its library. */
public final class BedrockFrame {
    /** The content type of a stream of them. */
    public static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";

    private BedrockFrame() {}

    /** An event of Messages, padded as Bedrock pads them. */
    public static byte[] chunk(String event) {
        String bytes = Base64.getEncoder().encodeToString(event.getBytes(StandardCharsets.UTF_8));
        return event("chunk", "{\"bytes\":\"" + bytes + "\",\"p\":\"abcdefghijk\"}");
    }

    /** An event of any type. */
    public static byte[] event(String type, String payload) {
        return of(Map.of(":message-type", "event", ":event-type", type, ":content-type", "application/json"), payload);
    }

    /** An exception, such as {@code throttlingException}. */
    public static byte[] exception(String type, String payload) {
        return of(
                Map.of(":message-type", "exception", ":exception-type", type, ":content-type", "application/json"),
                payload);
    }

    /** A frame with these headers, all texts. */
    public static byte[] of(Map<String, String> headers, String payload) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        new TreeMap<>(headers).forEach((name, value) -> {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            fields.write(name.length());
            fields.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            fields.write(7);
            fields.write(text.length >> 8);
            fields.write(text.length);
            fields.writeBytes(text);
        });
        return of(fields.toByteArray(), payload.getBytes(StandardCharsets.UTF_8));
    }

    /** A frame with right checksums around whatever stands in it. */
    public static byte[] of(byte[] headers, byte[] payload) {
        byte[] bytes = new byte[16 + headers.length + payload.length];
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.putInt(bytes.length).putInt(headers.length);
        frame.putInt(checksum(bytes, 8)).put(headers).put(payload);
        frame.putInt(checksum(bytes, bytes.length - 4));
        return bytes;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
