package dev.mcpgateway.connectors.credential;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Signs call tokens. A library other than the JDK must make signatures that the JDK verifies, once when it is opened and
 * once with each key; where it does not, nothing is signed with it, and never by the JDK instead.
 */
public final class TokenSigner {
    /** Signs with the JDK. */
    public static final TokenSigner JDK = new TokenSigner(null);

    private final @Nullable Provider provider;
    private volatile @Nullable Prepared prepared;

    /** A key as the provider's own, which makes all the difference in time: a foreign one is converted at each use. */
    private record Prepared(String keyId, PrivateKey key) {}

    private TokenSigner(@Nullable Provider provider) {
        this.provider = provider;
    }

    /**
     * The signer of a library.
     *
     * @throws IOException if it is not there, or what it signs the JDK does not verify
     */
    public static TokenSigner open(SigningLibrary library) throws IOException {
        if (library == SigningLibrary.JDK) {
            return JDK;
        }
        return of(library.provider()
                .orElseThrow(() -> new IOException(library + " is not on the class path and cannot sign")));
    }

    /** The signer that a provider is, if it is one. */
    static TokenSigner of(Provider provider) throws IOException {
        TokenSigner signer = new TokenSigner(provider);
        try {
            SigningAlgorithm algorithm = SigningAlgorithm.EDDSA;
            var _ = signer.prepared(SigningKey.of(algorithm, algorithm.generate(), Instant.EPOCH, Instant.EPOCH));
        } catch (GeneralSecurityException | RuntimeException unusable) {
            throw new IOException(provider.getName() + " cannot sign call tokens: " + unusable.getMessage(), unusable);
        }
        return signer;
    }

    /** The signature of this key, in the form of JWS. */
    byte[] sign(SigningKey key, byte[] bytes) throws GeneralSecurityException {
        Provider other = provider;
        return other == null ? key.sign(bytes) : sign(other, key.algorithm(), prepared(key), bytes);
    }

    private PrivateKey prepared(SigningKey key) throws GeneralSecurityException {
        Prepared last = prepared;
        if (last != null && last.keyId().equals(key.keyId())) {
            return last.key();
        }
        Provider other = provider;
        if (other == null || key.algorithm() != SigningAlgorithm.EDDSA) {
            throw new GeneralSecurityException("not a key of this library");
        }
        PrivateKey own = KeyFactory.getInstance(key.algorithm().keys(), other)
                .generatePrivate(new PKCS8EncodedKeySpec(key.pair().getPrivate().getEncoded()));
        byte[] probe = key.keyId().getBytes(StandardCharsets.UTF_8);
        if (!key.verifies(probe, sign(other, key.algorithm(), own, probe))) {
            throw new GeneralSecurityException("the JDK does not verify what " + other.getName() + " signed");
        }
        prepared = new Prepared(key.keyId(), own);
        return own;
    }

    private static byte[] sign(Provider provider, SigningAlgorithm algorithm, PrivateKey key, byte[] bytes)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm.signatures(), provider);
        signature.initSign(key);
        signature.update(bytes);
        return signature.sign();
    }
}
