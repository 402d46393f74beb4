package dev.mcpgateway.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A public Ed25519 key with the name it signs under: the verifier key of C2SP signed-note,
 * {@code name+hexadecimal key id+base64 of (0x01 ‖ key)}.
 */
final class NoteKey {
    /** Length of an Ed25519 signature in bytes (RFC 8032). */
    static final int SIGNATURE_BYTES = 64;

    private static final int KEY_BYTES = 32;
    private static final byte ED25519 = 0x01;

    /** The DER header of an Ed25519 SubjectPublicKeyInfo (RFC 8410 §4); the raw key follows it. */
    private static final byte[] SPKI_HEADER = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String name;
    private final byte[] raw;
    private final PublicKey key;
    private final int id;

    private NoteKey(String name, byte[] raw) throws GeneralSecurityException {
        this.name = name;
        this.raw = raw;
        byte[] spki = ByteBuffer.allocate(SPKI_HEADER.length + KEY_BYTES)
                .put(SPKI_HEADER)
                .put(raw)
                .array();
        this.key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
        this.id = id(name, raw);
    }

    static NoteKey of(String name, PublicKey key) throws GeneralSecurityException {
        byte[] spki = key.getEncoded();
        if (spki == null || !Arrays.equals(spki, 0, SPKI_HEADER.length, SPKI_HEADER, 0, SPKI_HEADER.length)) {
            throw new GeneralSecurityException("not an Ed25519 key");
        }
        return new NoteKey(name, Arrays.copyOfRange(spki, SPKI_HEADER.length, spki.length));
    }

    /**
     * Reads a verifier key.
     *
     * @throws GeneralSecurityException if it is not one, is not Ed25519 or its key id does not fit
     */
    static NoteKey parse(String vkey) throws GeneralSecurityException {
        String[] parts = vkey.split("\\+", 3);
        if (parts.length != 3 || parts[0].isEmpty()) {
            throw new GeneralSecurityException("not of the form name+id+key");
        }
        byte[] typed = Base64Text.decode(parts[2])
                .orElseThrow(() -> new GeneralSecurityException("the key is not canonical base64"));
        if (typed.length != KEY_BYTES + 1 || typed[0] != ED25519) {
            throw new GeneralSecurityException("not an Ed25519 key (type 0x01)");
        }
        NoteKey key = new NoteKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!parts[1].equals(key.idText())) {
            throw new GeneralSecurityException("the key id is " + parts[1] + ", but name and key give " + key.idText());
        }
        return key;
    }

    private static int id(String name, byte[] raw) {
        MessageDigest digest = HashTree.sha256();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        digest.update(ED25519);
        return ByteBuffer.wrap(digest.digest(raw)).getInt();
    }

    String name() {
        return name;
    }

    /** First four bytes of SHA-256(name ‖ LF ‖ type ‖ key). */
    int id() {
        return id;
    }

    String idText() {
        return HexFormat.of().toHexDigits(id);
    }

    /** The verifier key as text. */
    String vkey() {
        byte[] typed = ByteBuffer.allocate(1 + KEY_BYTES).put(ED25519).put(raw).array();
        return name + "+" + idText() + "+" + Base64Text.encode(typed);
    }

    boolean verifies(byte[] text, byte[] signature) {
        if (signature.length != SIGNATURE_BYTES) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(text);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
