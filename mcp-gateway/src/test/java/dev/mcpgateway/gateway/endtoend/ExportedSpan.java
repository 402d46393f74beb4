package dev.mcpgateway.gateway.endtoend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A span as a receiver of OTLP reads it (opentelemetry-proto, {@code trace/v1}), from the bytes of an export.
 *
 * @param trace id of its trace, hexadecimal
 * @param kind 2 for SERVER, 3 for CLIENT
 * @param attributes by name; numbers and lists as text
 * @param status 2 for an error
 */
record ExportedSpan(
        String trace,
        String name,
        int kind,
        Map<String, String> attributes,
        List<Event> events,
        int status,
        String message) {

    /** Something that happened within it. */
    record Event(String name, Map<String, String> attributes) {}

    /** A field of a message: a number, or bytes. */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Field(int number, long value, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** All spans of one export. */
    static List<ExportedSpan> in(byte[] export) {
        List<ExportedSpan> spans = new ArrayList<>();
        for (Field resource : all(export, 1)) {
            for (Field scope : all(resource.bytes(), 2)) {
                all(scope.bytes(), 2).forEach(span -> spans.add(span(span.bytes())));
            }
        }
        return spans;
    }

    /** All events of one export of logs (opentelemetry-proto, {@code logs/v1}), each with its trace as {@code trace}. */
    static List<Event> events(byte[] export) {
        List<Event> events = new ArrayList<>();
        for (Field resource : all(export, 1)) {
            for (Field scope : all(resource.bytes(), 2)) {
                for (Field log : all(scope.bytes(), 2)) {
                    Map<String, String> attributes = attributes(log.bytes(), 6);
                    all(log.bytes(), 9)
                            .forEach(trace ->
                                    attributes.put("trace", HexFormat.of().formatHex(trace.bytes())));
                    events.add(new Event(all(log.bytes(), 12).getFirst().text(), attributes));
                }
            }
        }
        return events;
    }

    private static ExportedSpan span(byte[] span) {
        String trace = "";
        String name = "";
        int kind = 0;
        int status = 0;
        String message = "";
        List<Event> events = new ArrayList<>();
        for (Field field : fields(span)) {
            switch (field.number()) {
                case 1 -> trace = HexFormat.of().formatHex(field.bytes());
                case 5 -> name = field.text();
                case 6 -> kind = (int) field.value();
                case 11 -> events.add(event(field.bytes()));
                case 15 -> {
                    status = all(field.bytes(), 3).stream()
                            .mapToInt(each -> (int) each.value())
                            .sum();
                    message = all(field.bytes(), 2).stream()
                            .map(Field::text)
                            .findFirst()
                            .orElse("");
                }
                default -> {}
            }
        }
        return new ExportedSpan(trace, name, kind, attributes(span, 9), events, status, message);
    }

    private static Event event(byte[] event) {
        return new Event(all(event, 2).getFirst().text(), attributes(event, 3));
    }

    private static Map<String, String> attributes(byte[] message, int number) {
        Map<String, String> attributes = new TreeMap<>();
        for (Field attribute : all(message, number)) {
            attributes.put(
                    all(attribute.bytes(), 1).getFirst().text(),
                    value(all(attribute.bytes(), 2).getFirst().bytes()));
        }
        return attributes;
    }

    private static String value(byte[] any) {
        Field field = fields(any).getFirst();
        return switch (field.number()) {
            case 1 -> field.text();
            case 2 -> Boolean.toString(field.value() != 0);
            case 3 -> Long.toString(field.value());
            case 4 -> Double.toString(Double.longBitsToDouble(field.value()));
            case 5 ->
                all(field.bytes(), 1).stream()
                        .map(each -> value(each.bytes()))
                        .toList()
                        .toString();
            default -> throw new AssertionError("a value of another kind: " + field.number());
        };
    }

    private static List<Field> all(byte[] message, int number) {
        return fields(message).stream()
                .filter(field -> field.number() == number)
                .toList();
    }

    private static List<Field> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            int number = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case 0 -> fields.add(new Field(number, varint(in), new byte[0]));
                case 1 -> fields.add(new Field(number, in.getLong(), new byte[0]));
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    fields.add(new Field(number, 0, bytes));
                }
                case 5 -> fields.add(new Field(number, in.getInt(), new byte[0]));
                default -> throw new AssertionError("no protocol buffer");
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
