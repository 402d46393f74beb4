package dev.mcpgateway.connectors.credential;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/** How tokens of this gateway are signed. */
public enum SigningAlgorithm {
    /** ECDSA over P-256, which every JWT library verifies. */
    ES256("ES256", "EC", "SHA256withECDSAinP1363Format"),
    /** Ed25519 (RFC 8037). */
    EDDSA("EdDSA", "Ed25519", "Ed25519");

    private static final int P256_BYTES = 32;
    private static final int ED25519_BYTES = 32;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final String jose;
    private final String keys;
    private final String signatures;

    SigningAlgorithm(String jose, String keys, String signatures) {
        this.jose = jose;
        this.keys = keys;
        this.signatures = signatures;
    }

    /** The value of a token's {@code alg}. */
    public String jose() {
        return jose;
    }

    /** What the JDK calls keys of this kind. */
    String keys() {
        return keys;
    }

    /** What the JDK calls these signatures, in the form that JOSE has them. */
    String signatures() {
        return signatures;
    }

    KeyPair generate() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(keys);
        if (this == ES256) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        return generator.generateKeyPair();
    }

    /** The members of a JWK that its thumbprint covers, in the thumbprint's order (RFC 7638, RFC 8037). */
    String jwkMembers(PublicKey key) throws GeneralSecurityException {
        return switch (key) {
            case ECPublicKey ec
            when this == ES256 ->
                "\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""
                        + coordinate(ec.getW().getAffineX().toByteArray()) + "\",\"y\":\""
                        + coordinate(ec.getW().getAffineY().toByteArray()) + "\"";
            case EdECPublicKey ed
            when this == EDDSA -> {
                byte[] encoded = ed.getEncoded();
                byte[] raw = Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
                yield "\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + BASE64.encodeToString(raw) + "\"";
            }
            default -> throw new GeneralSecurityException("not a key of " + jose);
        };
    }

    private static String coordinate(byte[] signed) throws GeneralSecurityException {
        byte[] fixed = new byte[P256_BYTES];
        int skip = signed.length > P256_BYTES ? signed.length - P256_BYTES : 0;
        if (skip > 1) {
            throw new GeneralSecurityException("not a key of P-256");
        }
        System.arraycopy(signed, skip, fixed, P256_BYTES - (signed.length - skip), signed.length - skip);
        return BASE64.encodeToString(fixed);
    }
}
