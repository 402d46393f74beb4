package dev.mcpgateway.gateway.consent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals what is kept at rest: AES-256-GCM, bound to whose it is, so that no entry can be read or put in another's place;
 * and names files so that a name tells nothing.
 */
final class TokenSeal {
    /** Bytes of the key. */
    static final int KEY_BYTES = 32;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec sealing;
    private final SecretKeySpec naming;
    private final RandomGenerator random;

    /** A seal with this key; {@code random} must be cryptographically strong. */
    TokenSeal(byte[] key, RandomGenerator random) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("the key must have " + KEY_BYTES + " bytes");
        }
        SecretKeySpec given = new SecretKeySpec(key, "HmacSHA256");
        this.sealing = new SecretKeySpec(mac(given, List.of("mcp-gateway user tokens: seal")), "AES");
        this.naming = new SecretKeySpec(mac(given, List.of("mcp-gateway user tokens: name")), "HmacSHA256");
        this.random = random;
    }

    /** A name for these parts that only the key's holder can make. */
    String name(List<String> parts) {
        return HexFormat.of().formatHex(mac(naming, parts));
    }

    /** The sealed form; it opens only with the same {@code boundTo}. */
    byte[] seal(byte[] content, List<String> boundTo) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, boundTo).doFinal(content);
            return ByteBuffer.allocate(nonce.length + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The content; empty for anything that was not sealed by this key for the same {@code boundTo}. */
    Optional<byte[]> open(byte[] sealed, List<String> boundTo) {
        if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
            return Optional.empty();
        }
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, sealed, boundTo)
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, List<String> boundTo) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        boundTo.forEach(part -> cipher.updateAAD(framed(part)));
        return cipher;
    }

    private static byte[] mac(SecretKeySpec key, List<String> parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            parts.forEach(part -> mac.update(framed(part)));
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The length in front keeps two lists of parts apart that read the same in a row. */
    private static byte[] framed(String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
