package dev.mcpgateway.connectors.credential;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A private key by reference that signs what the gateway asserts to others; a new one counts from the next assertion on. */
final class AssertionKey {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final SecretSource key;
    private final String keyId;
    private final AtomicReference<@Nullable Parsed> parsed = new AtomicReference<>();

    private record Parsed(Secret secret, PemPrivateKey key) {}

    /**
     * Names the key.
     *
     * @param key where its PEM text is
     * @param keyId value of {@code kid}; empty for none
     */
    AssertionKey(SecretSource key, String keyId) {
        this.key = key;
        this.keyId = keyId;
    }

    /** These claims as a signed JWT (RFC 7515, compact). */
    String jwt(Claims claims) throws CredentialUnavailable {
        PemPrivateKey signing = parsed();
        String header = "{\"alg\":\"" + signing.jose() + "\",\"typ\":\"JWT\""
                + (keyId.isEmpty() ? "" : ",\"kid\":" + Claims.quoted(keyId)) + "}";
        String signed = base64(header) + "." + base64(claims.json());
        try {
            Signature signature = Signature.getInstance(signing.signatures());
            signature.initSign(signing.key());
            signature.update(signed.getBytes(StandardCharsets.ISO_8859_1));
            return signed + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException unusable) {
            throw new CredentialUnavailable("the private key in " + key + " does not sign");
        }
    }

    /** The next use reads it where it is kept. */
    void refresh() {
        key.refresh();
    }

    private PemPrivateKey parsed() throws CredentialUnavailable {
        Secret secret = key.read();
        Parsed known = parsed.get();
        if (known == null || known.secret() != secret) {
            known = new Parsed(secret, PemPrivateKey.of(secret, key.toString()));
            parsed.set(known);
        }
        return known.key();
    }

    private static String base64(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
