package dev.mcpgateway.gateway.model.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sealed for a tenant, but not as the gateway does it. */
class TenantsPrivateKeyTest {
    @TempDir
    Path folder;

    /** Anybody can seal for a public key: a few bytes may be gigabytes when they are unpacked. */
    @Test
    void whatIsCompressedIsNotUnpacked() throws Exception {
        ContentKeys.in(folder, "acme");
        JWEObject packed = new JWEObject(
                new JWEHeader.Builder(TenantKey.ALGORITHM, TenantKey.METHOD)
                        .type(TenantKey.TYPE)
                        .compressionAlgorithm(CompressionAlgorithm.DEF)
                        .build(),
                new Payload(new byte[100_000]));
        ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC")
                .generatePublic(new X509EncodedKeySpec(TenantKey.pem(folder.resolve("acme.pub.pem"), "PUBLIC KEY")));
        packed.encrypt(new ECDHEncrypter(key));
        byte[] sealed = packed.serialize().getBytes(StandardCharsets.US_ASCII);
        assertThat(sealed).hasSizeLessThan(2_000);

        assertThatThrownBy(
                        () -> TenantsPrivateKey.read(folder.resolve("acme.pem")).open(sealed))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing that the gateway sealed");
    }
}
