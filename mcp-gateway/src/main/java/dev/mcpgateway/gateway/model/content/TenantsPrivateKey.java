package dev.mcpgateway.gateway.model.content;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.text.ParseException;

/** The private key of a tenant, on the machine of who holds it. The gateway has none. */
public final class TenantsPrivateKey {
    private final ECPrivateKey key;

    private TenantsPrivateKey(ECPrivateKey key) {
        this.key = key;
    }

    /**
     * Reads a private key in PEM, PKCS #8, as {@code openssl genpkey -algorithm EC} writes it.
     *
     * @throws IOException if the file has none
     */
    public static TenantsPrivateKey read(Path file) throws IOException {
        try {
            return new TenantsPrivateKey((ECPrivateKey) KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(TenantKey.pem(file, "PRIVATE KEY"))));
        } catch (GeneralSecurityException | ClassCastException | IllegalArgumentException unusable) {
            throw new IOException(file + " is no PEM file with an EC private key (PKCS #8)", unusable);
        }
    }

    /**
     * Opens what was sealed for the key.
     *
     * @throws IOException if it was sealed for another one, or is nothing that a gateway sealed
     */
    public Content open(byte[] sealed) throws IOException {
        try {
            JWEObject jwe = JWEObject.parse(new String(sealed, StandardCharsets.US_ASCII));
            if (!TenantKey.ALGORITHM.equals(jwe.getHeader().getAlgorithm())
                    || !TenantKey.METHOD.equals(jwe.getHeader().getEncryptionMethod())
                    || !TenantKey.TYPE.equals(jwe.getHeader().getType())
                    || jwe.getHeader().getCompressionAlgorithm() != null) {
                throw new IOException("it is nothing that the gateway sealed");
            }
            jwe.decrypt(new ECDHDecrypter(key));
            return Content.of(jwe.getPayload().toBytes())
                    .orElseThrow(() -> new IOException("what is inside is nothing that the gateway writes"));
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException other) {
            throw new IOException("this key does not open it", other);
        }
    }
}
