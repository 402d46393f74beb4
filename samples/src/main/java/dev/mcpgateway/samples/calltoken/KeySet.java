package dev.mcpgateway.samples.calltoken;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A JWK set (RFC 7517) with what the gateway signs with: P-256 and Ed25519. Other keys are left out. */
public final class KeySet implements KeySource {
    private static final int COORDINATE_BYTES = 32;

    /** The X.509 form of an Ed25519 key before its 32 bytes (RFC 8410). */
    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private final Map<String, Key> keys = new HashMap<>();

    private KeySet() {}

    /**
     * Reads a set.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static KeySet parse(String jwks) {
        KeySet set = new KeySet();
        try {
            for (JsonNode each : Json.STRICT.readTree(jwks).path("keys")) {
                set.add(each);
            }
            return set;
        } catch (JacksonException notJson) {
            throw new IllegalArgumentException("no JWK set", notJson);
        }
    }

    private void add(JsonNode jwk) {
        String keyId = jwk.path("kid").asString("");
        boolean signs = jwk.path("use").asString("sig").equals("sig");
        if (keyId.isEmpty() || !signs) {
            return;
        }
        try {
            switch (jwk.path("kty").asString("") + " " + jwk.path("crv").asString("")) {
                case "EC P-256" -> keys.put(keyId, new Key(p256(jwk), "ES256"));
                case "OKP Ed25519" -> keys.put(keyId, new Key(ed25519(jwk), "EdDSA"));
                default -> {
                    // not a key of the gateway's
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            // as if it were not there
        }
    }

    private static PublicKey p256(JsonNode jwk) throws GeneralSecurityException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        ECPoint point = new ECPoint(new BigInteger(1, bytes(jwk, "x")), new BigInteger(1, bytes(jwk, "y")));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    }

    private static PublicKey ed25519(JsonNode jwk) throws GeneralSecurityException {
        byte[] encoded = new byte[ED25519_PREFIX.length + COORDINATE_BYTES];
        System.arraycopy(ED25519_PREFIX, 0, encoded, 0, ED25519_PREFIX.length);
        System.arraycopy(bytes(jwk, "x"), 0, encoded, ED25519_PREFIX.length, COORDINATE_BYTES);
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }

    private static byte[] bytes(JsonNode jwk, String member) throws GeneralSecurityException {
        byte[] bytes = Base64.getUrlDecoder().decode(jwk.path(member).asString(""));
        if (bytes.length != COORDINATE_BYTES) {
            throw new GeneralSecurityException("not 32 bytes");
        }
        return bytes;
    }

    @Override
    public Optional<Key> find(String keyId) {
        return Optional.ofNullable(keys.get(keyId));
    }
}
