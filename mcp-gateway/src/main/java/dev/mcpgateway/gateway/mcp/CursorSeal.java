package dev.mcpgateway.gateway.mcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Cursors that say nothing and cannot be made or moved: AES-256-GCM over an offset, bound to caller, view, list and version
 * of the catalogue. The key lives as long as the process; a cursor from before asks the agent to start over.
 */
final class CursorSeal {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int CURSOR_CHARS_MAX = 128;

    private final SecretKey key;
    private final RandomGenerator random;

    /** A seal with a new key; {@code random} must be cryptographically strong. */
    CursorSeal(RandomGenerator random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, "AES");
        this.random = random;
    }

    /** The cursor for an offset in a list, which its method names. */
    String seal(String callerKey, String view, String list, long version, int offset) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, callerKey, view, list, version)
                    .doFinal(ByteBuffer.allocate(4).putInt(offset).array());
            return text(ByteBuffer.allocate(nonce.length + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The offset in a cursor of this caller, view, list and version; empty for anything else. */
    Optional<Integer> open(String cursor, String callerKey, String view, String list, long version) {
        try {
            if (cursor.length() > CURSOR_CHARS_MAX) {
                return Optional.empty();
            }
            byte[] bytes = Base64.getUrlDecoder().decode(cursor.getBytes(StandardCharsets.UTF_8));
            // the last character has bits that decode to nothing: only one spelling of a cursor is ours
            if (bytes.length != NONCE_BYTES + 4 + TAG_BITS / 8 || !text(bytes).equals(cursor)) {
                return Optional.empty();
            }
            byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
            byte[] offset = cipher(Cipher.DECRYPT_MODE, nonce, callerKey, view, list, version)
                    .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
            return Optional.of(ByteBuffer.wrap(offset).getInt());
        } catch (IllegalArgumentException | AEADBadTagException notOurs) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private Cipher cipher(int mode, byte[] nonce, String callerKey, String view, String list, long version)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD((callerKey + '\0' + view + '\0' + list + '\0' + version).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
