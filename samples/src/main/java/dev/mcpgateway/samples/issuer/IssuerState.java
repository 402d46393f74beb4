package dev.mcpgateway.samples.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * The folder that an issuer keeps: its signing key, the secret of its one client, and where it runs. A second start
 * with the same folder goes on with the same key, so that tokens stay valid.
 *
 * @param signingKey ES256, with its private part
 * @param clientSecret what a client of the token endpoint has to know
 */
record IssuerState(ECKey signingKey, String clientSecret) {
    /** The client that the secret belongs to. */
    static final String CLIENT_ID = "sample";

    private static final String KEY_FILE = "signing-key.json";
    private static final String SECRET_FILE = "client-secret";
    private static final String URL_FILE = "issuer-url";
    private static final int SECRET_BYTES = 32;

    /**
     * Reads the folder, and makes what is missing in it.
     *
     * @throws IOException when a file cannot be read or written, or holds something else
     */
    static IssuerState open(Path folder, RandomGenerator random) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.exists(folder.resolve(KEY_FILE))) {
            write(folder, KEY_FILE, newKey().toJSONString());
        }
        if (!Files.exists(folder.resolve(SECRET_FILE))) {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            write(folder, SECRET_FILE, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
        }
        return new IssuerState(readKey(folder.resolve(KEY_FILE)), clientSecret(folder));
    }

    /** Leaves the address for {@link #issuerUrl}. */
    static void publishUrl(Path folder, String url) throws IOException {
        write(folder, URL_FILE, url);
    }

    /** Where the issuer of this folder runs, or ran last. */
    static String issuerUrl(Path folder) throws IOException {
        return Files.readString(folder.resolve(URL_FILE)).strip();
    }

    /** The secret in this folder. */
    static String clientSecret(Path folder) throws IOException {
        return Files.readString(folder.resolve(SECRET_FILE)).strip();
    }

    private static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK can make P-256 keys", e);
        }
    }

    private static ECKey readKey(Path file) throws IOException {
        try {
            ECKey key = ECKey.parse(Files.readString(file));
            if (key.isPrivate() && key.getCurve().equals(Curve.P_256) && key.getKeyID() != null) {
                return key;
            }
        } catch (ParseException e) {
            // reported below, without the contents
        }
        throw new IOException(file + " is not a private P-256 key as a JWK with a kid; remove it to get a new one");
    }

    /** Readable by the owner only, and never half written. */
    private static void write(Path folder, String name, String text) throws IOException {
        Path part = Files.createTempFile(
                folder,
                name,
                ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(part, text + "\n");
        Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
