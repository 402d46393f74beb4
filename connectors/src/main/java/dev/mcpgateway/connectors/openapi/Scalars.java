package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;

/** JSON values as text of a request. Numbers keep their digits. */
final class Scalars {

    /** Makes a text fit for where it goes. */
    @FunctionalInterface
    interface Encoder {
        /** The text, encoded. */
        String encode(String text) throws ArgumentRefused;
    }

    private Scalars() {}

    static String of(JsonDocument document, String argument, int value) throws ArgumentRefused {
        return switch (document.kind(value)) {
            case STRING -> document.string(value);
            case NUMBER, TRUE, FALSE -> document.raw(value);
            case NULL -> throw new ArgumentRefused(argument, "must not be null, nor hold null");
            case OBJECT, ARRAY -> throw new ArgumentRefused(argument, "is nested deeper than its place allows");
        };
    }

    /**
     * Items or members with commas between them.
     *
     * @param exploded whether members are {@code k=v} instead of {@code k,v}
     */
    static String joined(JsonDocument document, String argument, int value, boolean exploded, Encoder encoder)
            throws ArgumentRefused {
        if (!document.is(value, Kind.ARRAY) && !document.is(value, Kind.OBJECT)) {
            return encoder.encode(of(document, argument, value));
        }
        boolean object = document.is(value, Kind.OBJECT);
        StringBuilder all = new StringBuilder();
        for (int each = document.first(value); each != JsonDocument.NONE; each = document.next(value, each)) {
            all.append(all.isEmpty() ? "" : ",");
            if (object) {
                all.append(encoder.encode(document.name(each))).append(exploded ? '=' : ',');
            }
            all.append(encoder.encode(of(document, argument, each)));
        }
        return all.toString();
    }
}
