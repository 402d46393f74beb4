package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS in which the gateway shows a certificate (RFC 8446, client authentication), in addition to any other credential. A
 * renewed certificate is shown from the next connection on; one that cannot be read leaves the last good one in use.
 */
public final class ClientTls {
    private static final Logger LOG = LoggerFactory.getLogger(ClientTls.class);
    private static final long RECHECK_NANOS = 1_000_000_000L;
    private static final int PEM_BYTES_MAX = 256 * 1024;
    private static final String ALIAS = "client";

    private ClientTls() {}

    /**
     * TLS with this certificate.
     *
     * @param certificate PEM chain, the client's first
     * @param privateKey PEM text of its PKCS #8 key
     * @param ca PEM certificates that the server's is verified against; the JDK's when empty
     * @throws CredentialUnavailable if a file cannot be used, or key and certificate do not belong together
     */
    public static SSLContext context(Path certificate, SecretSource privateKey, Optional<Path> ca, TimeSource time)
            throws CredentialUnavailable {
        Keys keys = new Keys(certificate, privateKey, time);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new X509ExtendedKeyManager[] {keys}, ca.isPresent() ? trust(ca.get()) : null, null);
            return context;
        } catch (GeneralSecurityException | IOException unusable) {
            throw new CredentialUnavailable("the certificates in "
                    + ca.map(Path::toString).orElse("the JDK") + " cannot be used: " + unusable.getMessage());
        }
    }

    private static TrustManager[] trust(Path ca) throws GeneralSecurityException, IOException {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        int count = 0;
        for (Certificate each : certificates(ca)) {
            anchors.setCertificateEntry("ca-" + count++, each);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        return factory.getTrustManagers();
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws GeneralSecurityException, IOException {
        if (Files.size(file) > PEM_BYTES_MAX) {
            throw new IOException(file + " is too long for certificates");
        }
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return found;
        }
    }

    /** The one key and certificate, looked at again when the files change. */
    private static final class Keys extends X509ExtendedKeyManager {
        private final Path certificate;
        private final SecretSource privateKey;
        private final TimeSource time;
        private volatile Loaded loaded;

        @SuppressWarnings("ArrayRecordComponent") // handed to the TLS stack, never compared
        private record Loaded(
                X509Certificate[] chain, PrivateKey key, FileTime modified, Secret secret, long checkedNanos) {}

        Keys(Path certificate, SecretSource privateKey, TimeSource time) throws CredentialUnavailable {
            this.certificate = certificate;
            this.privateKey = privateKey;
            this.time = time;
            this.loaded = load();
        }

        private Loaded load() throws CredentialUnavailable {
            try {
                FileTime modified = Files.getLastModifiedTime(certificate);
                X509Certificate[] chain = certificates(certificate).stream()
                        .map(X509Certificate.class::cast)
                        .toArray(X509Certificate[]::new);
                Secret secret = privateKey.read();
                PemPrivateKey key = PemPrivateKey.of(secret, privateKey.toString());
                if (!key.belongsTo(chain[0].getPublicKey())) {
                    throw new CredentialUnavailable(
                            "the private key in " + privateKey + " is not that of the certificate in " + certificate);
                }
                return new Loaded(chain, key.key(), modified, secret, time.nanos());
            } catch (GeneralSecurityException | IOException unusable) {
                throw new CredentialUnavailable(
                        "the client certificate in " + certificate + " cannot be used: " + unusable.getMessage());
            }
        }

        private Loaded current() {
            Loaded known = loaded;
            if (time.nanos() - known.checkedNanos() < RECHECK_NANOS) {
                return known;
            }
            Loaded checked = new Loaded(known.chain(), known.key(), known.modified(), known.secret(), time.nanos());
            try {
                boolean same = Files.getLastModifiedTime(certificate).equals(known.modified())
                        && privateKey.read().equals(known.secret());
                checked = same ? checked : load();
            } catch (CredentialUnavailable | IOException unusable) {
                LOG.error("the last good client certificate stays in use: {}", unusable.getMessage());
            }
            loaded = checked;
            return checked;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return current().chain().clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return current().key();
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }
}
