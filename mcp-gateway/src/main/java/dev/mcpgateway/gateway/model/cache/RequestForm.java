package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonText;
import java.io.ByteArrayOutputStream;
import java.util.TreeMap;

/**
 * A request without what no model ever sees: blanks between its tokens, and the order of its own members. All below counts
 * as it was written, the order of members, too: models follow the order of a schema's properties, and a number that is
 * written otherwise may be refused.
 */
final class RequestForm {
    private static final byte[] EMPTY = {'"', '"'};

    private RequestForm() {}

    static byte[] of(JsonDocument request) {
        return of(request, JsonDocument.NONE);
    }

    /** The same with an empty place for one of its texts, which is at no other place than the request has it. */
    static byte[] of(JsonDocument request, int hole) {
        TreeMap<String, Integer> members = new TreeMap<>();
        for (int each = request.first(JsonDocument.ROOT);
                each != JsonDocument.NONE;
                each = request.next(JsonDocument.ROOT, each)) {
            members.put(request.name(each), each);
        }
        ByteArrayOutputStream form = new ByteArrayOutputStream(request.bytes().length);
        members.forEach((name, value) -> {
            form.writeBytes(JsonText.quote(name));
            form.write(':');
            int from = request.start(value);
            int to = request.end(value);
            if (hole != JsonDocument.NONE && from <= request.start(hole) && request.end(hole) <= to) {
                write(request.bytes(), from, request.start(hole), form);
                form.writeBytes(EMPTY);
                from = request.end(hole);
            }
            write(request.bytes(), from, to, form);
            form.write(',');
        });
        return form.toByteArray();
    }

    private static void write(byte[] json, int from, int to, ByteArrayOutputStream form) {
        boolean inText = false;
        for (int at = from; at < to; at++) {
            byte each = json[at];
            if (inText && each == '\\') {
                form.write(each);
                at++;
                form.write(json[at]);
                continue;
            }
            if (each == '"') {
                inText = !inText;
            }
            if (inText || !isBlank(each)) {
                form.write(each);
            }
        }
    }

    private static boolean isBlank(byte each) {
        return each == ' ' || each == '\n' || each == '\r' || each == '\t';
    }
}
