package dev.mcpgateway.connectors.credential;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * A private key from PEM text, with the one algorithm that goes with it.
 *
 * @param jose the value of {@code alg}
 * @param signatures what the JDK calls these signatures, in the form that JOSE has them
 */
record PemPrivateKey(PrivateKey key, String jose, String signatures) {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final int RSA_BITS_MIN = 2048;

    /**
     * Reads the text of a secret.
     *
     * @param where the secret's reference, for the message
     */
    static PemPrivateKey of(Secret secret, String where) throws CredentialUnavailable {
        byte[] encoded = encoded(secret.expose(), where);
        for (String kind : new String[] {"EC", "Ed25519", "RSA"}) {
            try {
                return of(KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(encoded)), where);
            } catch (GeneralSecurityException anotherKind) {
                // the next one
            }
        }
        throw unusable(where);
    }

    private static PemPrivateKey of(PrivateKey key, String where) throws CredentialUnavailable {
        return switch (key) {
            case ECPrivateKey ec -> onCurve(ec, where);
            case RSAPrivateKey rsa
            when rsa.getModulus().bitLength() >= RSA_BITS_MIN -> new PemPrivateKey(key, "RS256", "SHA256withRSA");
            case RSAPrivateKey _ -> throw unusable(where);
            default -> new PemPrivateKey(key, "EdDSA", "Ed25519");
        };
    }

    private static PemPrivateKey onCurve(ECPrivateKey key, String where) throws CredentialUnavailable {
        return switch (key.getParams().getOrder().bitLength()) {
            case 256 -> new PemPrivateKey(key, "ES256", "SHA256withECDSAinP1363Format");
            case 384 -> new PemPrivateKey(key, "ES384", "SHA384withECDSAinP1363Format");
            case 521 -> new PemPrivateKey(key, "ES512", "SHA512withECDSAinP1363Format");
            default -> throw unusable(where);
        };
    }

    /** Whether what this key signs is good to that public key. */
    boolean belongsTo(PublicKey publicKey) {
        byte[] probe = "probe".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signer = Signature.getInstance(signatures);
            signer.initSign(key);
            signer.update(probe);
            Signature verifier = Signature.getInstance(signatures);
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException anotherKind) {
            return false;
        }
    }

    private static byte[] encoded(String pem, String where) throws CredentialUnavailable {
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END, Math.max(begin, 0));
        if (begin < 0 || end < 0) {
            throw unusable(where);
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
        } catch (IllegalArgumentException garbled) {
            throw unusable(where);
        }
    }

    private static CredentialUnavailable unusable(String where) {
        return new CredentialUnavailable("the private key in " + where
                + " cannot be used: it must be PEM, PKCS #8, and P-256, P-384, P-521, Ed25519 or RSA of " + RSA_BITS_MIN
                + " bits");
    }

    @Override
    public String toString() {
        return jose + " ***";
    }
}
