package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.wire.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON text in the making that cannot grow beyond a bound. */
final class BoundedBytes {
    private final Buffer out = new Buffer();
    private final int bytesMax;

    /** Gives out ranges without a copy of the whole. */
    private static final class Buffer extends ByteArrayOutputStream {
        Buffer() {
            super(1024);
        }

        byte[] range(int from, int to) {
            return Arrays.copyOfRange(buf, from, to);
        }
    }

    /** More than the bound. */
    static final class Full extends Exception {
        private static final long serialVersionUID = 1L;

        Full() {
            super("full", null, false, false);
        }
    }

    BoundedBytes(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    int size() {
        return out.size();
    }

    /** Text that is JSON already. */
    BoundedBytes json(String text) throws Full {
        return json(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes that are JSON already. */
    BoundedBytes json(byte[] bytes) throws Full {
        return json(bytes, 0, bytes.length);
    }

    /** A range of bytes that is JSON already. */
    BoundedBytes json(byte[] bytes, int from, int length) throws Full {
        if (length > bytesMax - out.size()) {
            throw new Full();
        }
        out.write(bytes, from, length);
        return this;
    }

    /** A text as a JSON string. */
    BoundedBytes string(String text) throws Full {
        if (text.length() > bytesMax - out.size()) {
            throw new Full();
        }
        return json(JsonText.quote(text));
    }

    /** Once more what stands in a range. */
    BoundedBytes copy(int from, int to) throws Full {
        return json(out.range(from, to));
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
