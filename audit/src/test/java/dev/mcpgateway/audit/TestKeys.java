package dev.mcpgateway.audit;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Optional;

/** Keys made for one run of the tests. */
final class TestKeys {
    private TestKeys() {}

    static NoteSigner signer(String origin) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new NoteSigner(NoteKey.of(origin, pair.getPublic()), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static Anchors pinned(NoteSigner signer) {
        return new Anchors(List.of(signer.key()), Optional.empty());
    }
}
