package dev.mcpgateway.audit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keyed names for values that must be linkable but not readable: HMAC-SHA-256 (RFC 2104).
 *
 * <p>A subject is {@code HMAC(subject key, issuer 0x00 subject)}, so that anyone who holds the key can recompute it with
 * one command. Other kinds of values use their own key, {@code HMAC(subject key, label)}. A label holds no 0x00 byte
 * and a subject message always does, so no value of one kind can be made to equal a value of another.
 */
final class Pseudonyms {
    /** Bytes of the subject key. */
    static final int KEY_BYTES = 32;

    private static final int KEY_ID_HEX_DIGITS = 16;
    private static final String ALGORITHM = "HmacSHA256";

    private final Mac subjects;
    private final Mac tokenIds;
    private final Mac sessions;
    private final Mac spans;
    private final String keyId;

    Pseudonyms(byte[] subjectKey) {
        this.subjects = mac(subjectKey);
        this.tokenIds = mac(derived("mcp-gateway audit token id"));
        this.sessions = mac(derived("mcp-gateway audit session"));
        this.spans = mac(derived("mcp-gateway audit span"));
        this.keyId =
                HexFormat.of().formatHex(derived("mcp-gateway audit key id")).substring(0, KEY_ID_HEX_DIGITS);
    }

    /** Names the key without telling anything about it: 16 hexadecimal digits. */
    String keyId() {
        return keyId;
    }

    /** The pseudonym of a subject at an issuer, 32 bytes. */
    byte[] subject(String issuer, String subject) {
        return pair(subjects, issuer, subject);
    }

    /** The pseudonym of a token id at an issuer, 32 bytes. */
    byte[] tokenId(String issuer, String tokenId) {
        return pair(tokenIds, issuer, tokenId);
    }

    /** The pseudonym of a protocol session id, 32 bytes. */
    byte[] session(String session) {
        return copyOf(sessions).doFinal(bytes(session));
    }

    /** The pseudonym of a matched text, 32 bytes. */
    byte[] span(String text) {
        return copyOf(spans).doFinal(bytes(text));
    }

    private byte[] derived(String label) {
        return copyOf(subjects).doFinal(bytes(label));
    }

    private static byte[] pair(Mac prototype, String first, String second) {
        Mac mac = copyOf(prototype);
        mac.update(bytes(first));
        mac.update((byte) 0);
        return mac.doFinal(bytes(second));
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** Callers share the prototypes, and a {@link Mac} keeps state while it works. */
    private static Mac copyOf(Mac prototype) {
        try {
            return (Mac) prototype.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the platform's " + ALGORITHM + " can be cloned", e);
        }
    }

    /**
     * UTF-8, except that half of a surrogate pair becomes its own three bytes: {@code String.getBytes} would turn it
     * into a question mark, and two different subjects into one.
     */
    private static byte[] bytes(String text) {
        if (text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text.codePoints().forEach(point -> {
            if (Character.getType(point) == Character.SURROGATE) {
                out.write(0xE0 | (point >> 12));
                out.write(0x80 | ((point >> 6) & 0x3F));
                out.write(0x80 | (point & 0x3F));
            } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }
}
