package dev.mcpgateway.gateway.model.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals answers by AES-256-GCM, each tenant's with a key of its own that is nowhere but in memory, bound to the slot of the
 * answer. A tenant's key is forgotten with the last of its answers: what was sealed with it opens for nobody.
 */
final class TenantKeys {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final ConcurrentMap<String, Key> byTenant = new ConcurrentHashMap<>();
    private final RandomGenerator random;

    /** No key yet; {@code random} must be cryptographically strong. */
    TenantKeys(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A key as it is now.
     *
     * @param sealed how often it sealed, so that no two contents share a nonce
     * @param held how many answers there are
     */
    private record Key(SecretKeySpec secret, long sealed, long held) {}

    /** The sealed form, which holds the tenant's key until it is released. */
    byte[] seal(Slot slot, byte[] content) {
        Key key = byTenant.compute(
                slot.tenant().id(),
                (_, known) -> known == null
                        ? new Key(secret(), 1, 1)
                        : new Key(known.secret(), known.sealed() + 1, known.held() + 1));
        byte[] nonce = ByteBuffer.allocate(NONCE_BYTES)
                .putLong(Integer.BYTES, key.sealed())
                .array();
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, slot).doFinal(content);
            return ByteBuffer.allocate(nonce.length + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The content; empty for what was not sealed for this tenant and this slot, or when the key is forgotten. */
    Optional<byte[]> open(Slot slot, byte[] sealed) {
        Key key = byTenant.get(slot.tenant().id());
        if (key == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, key, sealed, slot)
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (AEADBadTagException another) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** One sealed answer of the tenant is gone. */
    void release(Tenant tenant) {
        var _ = byTenant.computeIfPresent(
                tenant.id(), (_, key) -> key.held() == 1 ? null : new Key(key.secret(), key.sealed(), key.held() - 1));
    }

    /** How many keys there are. */
    int size() {
        return byTenant.size();
    }

    private SecretKeySpec secret() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return new SecretKeySpec(bytes, "AES");
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, Slot slot) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.secret(), new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        cipher.updateAAD(slot.key().sha256().getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }
}
