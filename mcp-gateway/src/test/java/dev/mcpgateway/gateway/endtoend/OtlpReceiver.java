package dev.mcpgateway.gateway.endtoend;

import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Takes spans over OTLP/HTTP and reads them as {@code opentelemetry/proto/trace/v1/trace.proto} has them. */
final class OtlpReceiver implements AutoCloseable {
    /** Kinds of spans. */
    static final long INTERNAL = 1;

    static final long SERVER = 2;
    static final long CLIENT = 3;

    private final Queue<RawRequest> exports = new ConcurrentLinkedQueue<>();
    private final RawServer server = RawServer.start(connection -> {
        for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
            exports.add(next.get());
            connection.answer(200, "application/x-protobuf", "");
        }
    });

    /** Something that happened within a span. */
    record Event(String name, Map<String, Object> attributes) {}

    /** A span; ids are hexadecimal, the parent's is empty for none. */
    record Span(
            String trace,
            String id,
            String parent,
            String name,
            long kind,
            Map<String, Object> attributes,
            List<Event> events) {
        List<Event> events(String called) {
            return events.stream().filter(event -> event.name().equals(called)).toList();
        }
    }

    /** Value of {@code telemetry} that sends every trace here. */
    String section() {
        return "{otlp_url: \"http://127.0.0.1:" + server.port() + "\", sample_percent: 100}";
    }

    /** All spans so far. */
    List<Span> spans() {
        return exports.stream()
                .filter(request -> request.target().equals("/v1/traces"))
                .flatMap(request -> parts(request.body(), 1))
                .flatMap(resource -> parts(resource, 2))
                .flatMap(scope -> parts(scope, 2))
                .map(OtlpReceiver::span)
                .toList();
    }

    @Override
    public void close() {
        server.close();
    }

    private static Span span(byte[] span) {
        return new Span(
                hex(span, 1),
                hex(span, 2),
                hex(span, 4),
                text(span, 5),
                (Long) only(span, 6),
                attributes(span, 9),
                parts(span, 11)
                        .map(event -> new Event(text(event, 2), attributes(event, 3)))
                        .toList());
    }

    private static Map<String, Object> attributes(byte[] message, int number) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        parts(message, number)
                .forEach(pair -> attributes.put(
                        text(pair, 1), value(parts(pair, 2).findFirst().orElseThrow())));
        return attributes;
    }

    /** A text, a whole number or a real one; anything else as it stands. */
    private static Object value(byte[] any) {
        Field field = fields(any).getFirst();
        return switch (field.number()) {
            case 1 -> new String((byte[]) field.value(), StandardCharsets.UTF_8);
            case 4 -> Double.longBitsToDouble((Long) field.value());
            default -> field.value();
        };
    }

    private static String text(byte[] message, int number) {
        return new String((byte[]) only(message, number), StandardCharsets.UTF_8);
    }

    private static String hex(byte[] message, int number) {
        return parts(message, number).map(HexFormat.of()::formatHex).findFirst().orElse("");
    }

    private static Object only(byte[] message, int number) {
        return fields(message).stream()
                .filter(field -> field.number() == number)
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static Stream<byte[]> parts(byte[] message, int number) {
        return fields(message).stream()
                .filter(field -> field.number() == number)
                .map(field -> (byte[]) field.value());
    }

    /** A field of a message: bytes, or a number as its bits. */
    private record Field(int number, Object value) {}

    private static List<Field> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            Object value = switch ((int) (tag & 7)) {
                case 0 -> varint(in);
                case 1 -> in.getLong();
                case 2 -> {
                    byte[] part = new byte[(int) varint(in)];
                    in.get(part);
                    yield part;
                }
                case 5 -> (long) in.getInt();
                default -> throw new IllegalArgumentException("no wire type of protocol buffers 3");
            };
            fields.add(new Field((int) (tag >> 3), value));
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
