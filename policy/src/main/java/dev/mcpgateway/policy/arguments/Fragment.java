package dev.mcpgateway.policy.arguments;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The part of a reference after its {@code #}, percent-decoded (RFC 3986 section 2.1). */
final class Fragment {

    private Fragment() {}

    /** The decoded fragment; throws {@link IllegalArgumentException} for a broken escape. */
    static String decode(String fragment) {
        if (fragment.indexOf('%') < 0) {
            return fragment;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] encoded = fragment.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '%') {
                bytes.write(encoded[i]);
            } else {
                bytes.write(digit(encoded, i + 1) << 4 | digit(encoded, i + 2));
                i += 2;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static int digit(byte[] encoded, int at) {
        int digit = at < encoded.length ? Character.digit(encoded[at], 16) : -1;
        if (digit < 0) {
            throw new IllegalArgumentException("broken percent escape");
        }
        return digit;
    }
}
