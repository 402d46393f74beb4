package dev.mcpgateway.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

/** Signs notes under one name with Ed25519. A signature takes about half a millisecond, so records are never signed one by one. */
final class NoteSigner {
    private final NoteKey key;
    private final PrivateKey privateKey;

    NoteSigner(NoteKey key, PrivateKey privateKey) {
        this.key = key;
        this.privateKey = privateKey;
    }

    NoteKey key() {
        return key;
    }

    /** The base64 of key id and signature over the text, as it stands in a signature line. */
    String sign(String text) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(privateKey);
        signer.update(text.getBytes(StandardCharsets.UTF_8));
        byte[] signature = signer.sign();
        byte[] keyed = ByteBuffer.allocate(Integer.BYTES + signature.length)
                .putInt(key.id())
                .put(signature)
                .array();
        return Base64Text.encode(keyed);
    }

    /** The whole signed note. */
    String note(String text) throws GeneralSecurityException {
        return SignedNote.format(text, key.name(), sign(text));
    }
}
