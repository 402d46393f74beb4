package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.wire.JsonText;
import java.nio.charset.StandardCharsets;

/** Writes one JSON text from the front to the end; sets the commas. */
final class JsonOut {
    private final StringBuilder out = new StringBuilder(256);
    private boolean comma;

    JsonOut open() {
        before();
        out.append('{');
        comma = false;
        return this;
    }

    JsonOut close() {
        out.append('}');
        comma = true;
        return this;
    }

    JsonOut openList() {
        before();
        out.append('[');
        comma = false;
        return this;
    }

    JsonOut closeList() {
        out.append(']');
        comma = true;
        return this;
    }

    JsonOut name(String name) {
        before();
        quote(name);
        out.append(':');
        comma = false;
        return this;
    }

    JsonOut text(String text) {
        before();
        quote(text);
        comma = true;
        return this;
    }

    /** A value as it is written already. */
    JsonOut raw(String json) {
        before();
        out.append(json);
        comma = true;
        return this;
    }

    JsonOut text(String name, String text) {
        return name(name).text(text);
    }

    JsonOut raw(String name, String json) {
        return name(name).raw(json);
    }

    JsonOut number(String name, long number) {
        return name(name).raw(Long.toString(number));
    }

    JsonOut truth(String name, boolean truth) {
        return name(name).raw(Boolean.toString(truth));
    }

    JsonOut nothing(String name) {
        return name(name).raw("null");
    }

    /** A member that is an object. */
    JsonOut open(String name) {
        return name(name).open();
    }

    /** A member that is a list. */
    JsonOut openList(String name) {
        return name(name).openList();
    }

    byte[] toBytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return out.toString();
    }

    private void before() {
        if (comma) {
            out.append(',');
        }
    }

    private void quote(String text) {
        if (isPlain(text)) {
            // pictures are megabytes of such text
            out.append('"').append(text).append('"');
        } else {
            out.append(new String(JsonText.quote(text), StandardCharsets.UTF_8));
        }
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c > 0x7E || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
