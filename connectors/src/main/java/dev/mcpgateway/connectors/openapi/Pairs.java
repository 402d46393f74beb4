package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.openapi.Parameter.Form;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;

/** Names and values of a query or a form body. Both are encoded whole, so that a value never begins another pair. */
final class Pairs {
    /** Deepest nesting of {@code name[member][member]=value}. */
    private static final int BRACKETS_MAX = 6;

    private final JsonDocument document;
    private final boolean body;
    private final StringBuilder text = new StringBuilder();

    /**
     * None yet.
     *
     * @param body whether this is a form body, where a nested value without a style is JSON text
     */
    Pairs(JsonDocument document, boolean body) {
        this.document = document;
        this.body = body;
    }

    /** Adds one argument. */
    void add(String argument, String name, Form form, int value) throws ArgumentRefused {
        boolean list = document.is(value, Kind.ARRAY);
        boolean object = document.is(value, Kind.OBJECT);
        switch (form) {
            case JSON -> pair(name, document.raw(value));
            case BRACKETS -> brackets(argument, name, value, 0);
            case REPEATED -> {
                if (list) {
                    for (int item = document.first(value);
                            item != JsonDocument.NONE;
                            item = document.next(value, item)) {
                        pair(name, scalarOrJson(argument, item));
                    }
                } else {
                    pair(name, scalarOrJson(argument, value));
                }
            }
            case BLANKS -> joined(argument, name, value, " ");
            case PIPES -> joined(argument, name, value, "|");
            case COMMAS, COMMAS_EXPLODED -> {
                if (list || object) {
                    pairOfEncoded(name, Scalars.joined(document, argument, value, false, PercentEncoding::of));
                } else {
                    pair(name, Scalars.of(document, argument, value));
                }
            }
        }
    }

    private String scalarOrJson(String argument, int value) throws ArgumentRefused {
        boolean nested = document.is(value, Kind.ARRAY) || document.is(value, Kind.OBJECT);
        return body && nested ? document.raw(value) : Scalars.of(document, argument, value);
    }

    private void joined(String argument, String name, int value, String delimiter) throws ArgumentRefused {
        if (!document.is(value, Kind.ARRAY)) {
            pair(name, Scalars.of(document, argument, value));
            return;
        }
        StringBuilder all = new StringBuilder();
        for (int item = document.first(value); item != JsonDocument.NONE; item = document.next(value, item)) {
            String one = Scalars.of(document, argument, item);
            if (one.contains(delimiter)) {
                throw new ArgumentRefused(argument, "must not have an item with '" + delimiter + "' in it");
            }
            all.append(item == document.first(value) ? "" : delimiter).append(one);
        }
        pair(name, all.toString());
    }

    private void brackets(String argument, String name, int value, int depth) throws ArgumentRefused {
        boolean list = document.is(value, Kind.ARRAY);
        if (!list && !document.is(value, Kind.OBJECT)) {
            pair(name, Scalars.of(document, argument, value));
            return;
        }
        if (depth == BRACKETS_MAX) {
            throw new ArgumentRefused(argument, "is nested too deep for a query");
        }
        int index = 0;
        for (int each = document.first(value); each != JsonDocument.NONE; each = document.next(value, each)) {
            String key = list ? Integer.toString(index++) : document.name(each);
            if (key.indexOf('[') >= 0 || key.indexOf(']') >= 0) {
                throw new ArgumentRefused(argument, "must not have brackets in names");
            }
            brackets(argument, name + "[" + key + "]", each, depth + 1);
        }
    }

    private void pair(String name, String value) {
        pairOfEncoded(name, PercentEncoding.of(value));
    }

    private void pairOfEncoded(String name, String value) {
        text.append(text.isEmpty() ? "" : "&")
                .append(PercentEncoding.of(name))
                .append('=')
                .append(value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
