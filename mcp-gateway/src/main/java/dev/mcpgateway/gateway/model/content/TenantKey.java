package dev.mcpgateway.gateway.model.content;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** The public key of a tenant: what is sealed for it can be opened with the private key alone, which the gateway never has. */
public final class TenantKey {
    static final JOSEObjectType TYPE = new JOSEObjectType("mcp-gateway-content");
    static final JWEAlgorithm ALGORITHM = JWEAlgorithm.ECDH_ES_A256KW;
    static final EncryptionMethod METHOD = EncryptionMethod.A256GCM;

    private static final int FILE_BYTES_MAX = 64 << 10;

    private final ECPublicKey key;
    private final String id;

    private TenantKey(ECPublicKey key, String id) {
        this.key = key;
        this.id = id;
    }

    /**
     * Reads a public key in PEM, as {@code openssl pkey -pubout} writes it.
     *
     * @throws IOException if the file has no EC key on P-256, P-384 or P-521; the message is for the operator
     */
    public static TenantKey read(Path file) throws IOException {
        try {
            ECPublicKey key = (ECPublicKey)
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(pem(file, "PUBLIC KEY")));
            Curve curve = Curve.forECParameterSpec(key.getParams());
            if (!Curve.P_256.equals(curve) && !Curve.P_384.equals(curve) && !Curve.P_521.equals(curve)) {
                throw new IOException(file + " has a key on another curve than P-256, P-384 and P-521");
            }
            return new TenantKey(
                    key,
                    new ECKey.Builder(curve, key).build().computeThumbprint().toString());
        } catch (GeneralSecurityException | JOSEException | ClassCastException | IllegalArgumentException unusable) {
            throw new IOException(file + " is no PEM file with an EC public key", unusable);
        }
    }

    /**
     * The bytes of one PEM block.
     *
     * @throws IOException if there is none
     */
    static byte[] pem(Path file, String kind) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException(file + " is too long for a key");
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (kind.startsWith("PUBLIC") && text.contains("PRIVATE KEY-----")) {
            throw new IOException(file + " has a private key: the gateway must not be able to read what it seals");
        }
        String begin = "-----BEGIN " + kind + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + kind + "-----");
        if (from < 0 || to < from) {
            throw new IOException(file + " is no PEM file with a " + kind);
        }
        return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    }

    /** The thumbprint of the key (RFC 7638). */
    public String id() {
        return id;
    }

    /** Seals bytes with a key of their own. */
    byte[] seal(byte[] content) {
        JWEObject sealed = new JWEObject(
                new JWEHeader.Builder(ALGORITHM, METHOD).type(TYPE).keyID(id).build(), new Payload(content));
        try {
            sealed.encrypt(new ECDHEncrypter(key));
        } catch (JOSEException impossible) {
            throw new IllegalStateException("a key that was good cannot be sealed for", impossible);
        }
        return sealed.serialize().getBytes(StandardCharsets.US_ASCII);
    }

    /** How many bytes at most so many take when they are sealed. */
    static long sealedBytes(long bytes) {
        return bytes * 4 / 3 + 2048;
    }
}
