package dev.mcpgateway.connectors.credential;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;

/**
 * A key that signs tokens, and since when.
 *
 * @param keyId its thumbprint (RFC 7638)
 * @param publishedAt since when others can fetch it
 * @param from from when on it signs
 * @param jwk its public half as a JWK
 */
record SigningKey(
        SigningAlgorithm algorithm, String keyId, Instant publishedAt, Instant from, KeyPair pair, String jwk) {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    static SigningKey of(SigningAlgorithm algorithm, KeyPair pair, Instant publishedAt, Instant from)
            throws GeneralSecurityException {
        String members = algorithm.jwkMembers(pair.getPublic());
        byte[] thumbprint =
                MessageDigest.getInstance("SHA-256").digest(("{" + members + "}").getBytes(StandardCharsets.UTF_8));
        String keyId = BASE64.encodeToString(thumbprint);
        String jwk = "{" + members + ",\"kid\":\"" + keyId + "\",\"use\":\"sig\",\"alg\":\"" + algorithm.jose() + "\"}";
        return new SigningKey(algorithm, keyId, publishedAt, from, pair, jwk);
    }

    /** The same key, signing from another moment on. */
    SigningKey startingAt(Instant moment) {
        return new SigningKey(algorithm, keyId, publishedAt, moment, pair, jwk);
    }

    /** Whether both halves belong together. */
    boolean isWhole() throws GeneralSecurityException {
        byte[] probe = keyId.getBytes(StandardCharsets.UTF_8);
        return verifies(probe, sign(probe));
    }

    /** Whether the JDK takes a signature for one of this key. */
    boolean verifies(byte[] bytes, byte[] signature) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance(algorithm.signatures());
        verifier.initVerify(pair.getPublic());
        verifier.update(bytes);
        return verifier.verify(signature);
    }

    /** A signed JWT (RFC 7515, compact) with these header members and claims, both as JSON text. */
    String jwt(String typ, String claims, TokenSigner signer) throws GeneralSecurityException {
        String header = "{\"alg\":\"" + algorithm.jose() + "\",\"kid\":\"" + keyId + "\",\"typ\":\"" + typ + "\"}";
        String signed = base64(header) + "." + base64(claims);
        byte[] signature = signer.sign(this, signed.getBytes(StandardCharsets.ISO_8859_1));
        return signed + "." + BASE64.encodeToString(signature);
    }

    private static String base64(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /** The JDK's signature. */
    byte[] sign(byte[] bytes) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm.signatures());
        signature.initSign(pair.getPrivate());
        signature.update(bytes);
        return signature.sign();
    }

    @Override
    public String toString() {
        return algorithm.jose() + " " + keyId;
    }
}
