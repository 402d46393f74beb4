package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.translate.Seal.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals reasoning state that agents keep: AES-256-GCM over the thinking in it, bound to its owner, its kind and the owner's
 * signature. So an agent can neither read in it what was taken out of the thinking that it was shown, nor have thinking sent
 * that no model thought and nobody looked at. The nonce comes from the content: the same state makes the same token, as a
 * translation without chance must. What another key sealed is as good as forged. Immutable.
 */
public final class StateKey {
    /** Bytes of a key. */
    public static final int BYTES = 32;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String MAC = "HmacSHA256";

    private final SecretKeySpec sealing;
    private final SecretKeySpec naming;

    /** Derives what is needed from a key of {@link #BYTES} bytes. */
    public StateKey(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException("the key must have " + BYTES + " bytes");
        }
        SecretKeySpec given = new SecretKeySpec(key, MAC);
        this.sealing = new SecretKeySpec(mac(given, text("mcp-gateway reasoning state: seal")), "AES");
        this.naming = new SecretKeySpec(mac(given, text("mcp-gateway reasoning state: nonce")), MAC);
    }

    /** The token that the agent keeps. */
    String seal(Seal seal) {
        byte[] around = around(seal.owner(), seal.kind(), seal.state());
        byte[] text = text(seal.text());
        byte[] nonce = Arrays.copyOf(
                mac(
                        naming,
                        ByteBuffer.allocate(around.length + text.length)
                                .put(around)
                                .put(text)
                                .array()),
                NONCE_BYTES);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, around, text, 0).orElseThrow();
        byte[] all = ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                .put(nonce)
                .put(sealed)
                .array();
        return Seal.token(
                seal.owner(),
                seal.kind(),
                Base64.getUrlEncoder().withoutPadding().encodeToString(all),
                seal.state());
    }

    /**
     * What an agent sent where such tokens stand.
     *
     * @param otherwise for what is no token: the state of whom this protocol is
     * @return {@link Seal#FORGED} for a token that this key did not seal
     */
    Seal open(String token, Supplier<Seal> otherwise) {
        Optional<Seal.Token> parts = Seal.parts(token);
        return parts.isEmpty() ? otherwise.get() : opened(parts.get()).orElse(Seal.FORGED);
    }

    private Optional<Seal> opened(Seal.Token token) {
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(token.sealed());
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (all.length < NONCE_BYTES + TAG_BITS / 8) {
            return Optional.empty();
        }
        return crypt(Cipher.DECRYPT_MODE, all, around(token.owner(), token.kind(), token.state()), all, NONCE_BYTES)
                .map(text ->
                        new Seal(token.owner(), token.kind(), new String(text, StandardCharsets.UTF_8), token.state()));
    }

    private Optional<byte[]> crypt(int mode, byte[] nonce, byte[] around, byte[] content, int from) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
            cipher.updateAAD(around);
            return Optional.of(cipher.doFinal(content, from, content.length - from));
        } catch (AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** An owner has no dot in it, and a kind is one word, so no two of them read the same. */
    private static byte[] around(String owner, Kind kind, String state) {
        byte[] bytes = text(owner + "." + kind + "." + state);
        // the length in front keeps what is around from running into what is sealed
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static byte[] mac(SecretKeySpec key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
