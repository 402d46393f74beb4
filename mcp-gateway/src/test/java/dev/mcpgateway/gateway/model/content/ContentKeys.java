package dev.mcpgateway.gateway.model.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** Keys of tenants as files. */
public final class ContentKeys {
    private ContentKeys() {}

    /** Makes {@code NAME.pem} and {@code NAME.pub.pem}, as OpenSSL would. */
    public static void in(Path folder, String name) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        pem(folder.resolve(name + ".pem"), "PRIVATE KEY", pair.getPrivate());
        pem(folder.resolve(name + ".pub.pem"), "PUBLIC KEY", pair.getPublic());
    }

    private static void pem(Path file, String kind, Key key) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded()) + "\n-----END "
                        + kind + "-----\n");
    }
}
