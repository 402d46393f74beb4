package dev.mcpgateway.connectors.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.credential.ClientTls;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.SecretFile;
import dev.mcpgateway.connectors.testing.RawServer;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that asks for a client certificate gets the configured one, from both clients. */
class ClientCertificateTest {
    private static final TimeSource TIME = new TimeSource(InstantSource.system(), System::nanoTime);

    @TempDir
    Path folder;

    private Path pem(String name, String what, byte[] bytes) throws Exception {
        Path file = Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END " + what
                        + "-----\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private KeyStore store(String alternativeName) throws Exception {
        var _ = TestTls.forName(folder, alternativeName);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(alternativeName.replace(':', '-') + ".p12"))) {
            keys.load(in, "changeit".toCharArray());
        }
        return keys;
    }

    private static int status(RawServer server, HttpSettings settings) throws HttpFault {
        try (DeadlineSweeper sweeper = new DeadlineSweeper(TIME);
                HttpTransport transport = HttpTransport.open(
                        settings,
                        OutboundGuard.forTarget(URI.create("https://127.0.0.1:" + server.port()), List.of()),
                        sweeper);
                HttpExchange exchange = transport.send(new HttpCall(
                        "GET", "/", List.of(), new byte[0], Deadline.after(Duration.ofSeconds(10), TIME), 1000))) {
            return exchange.status();
        }
    }

    @ParameterizedTest
    @EnumSource(HttpSettings.Client.class)
    void theCertificateIsShownAndItsAbsenceEndsTheConnection(HttpSettings.Client client) throws Exception {
        KeyStore keys = store("ip:127.0.0.1");
        byte[] certificate = keys.getCertificate("test").getEncoded();
        Path chain = pem("cert.pem", "CERTIFICATE", certificate);
        Path key = pem(
                "key.pem",
                "PRIVATE KEY",
                keys.getKey("test", "changeit".toCharArray()).getEncoded());
        try (RawServer server =
                RawServer.startMutualTls(TestTls.context(folder.resolve("ip-127.0.0.1.p12")), connection -> {
                    if (connection.readRequest().isPresent()) {
                        connection.answer(200, "text/plain", "seen");
                    }
                })) {
            HttpSettings plain =
                    HttpSettings.of(HttpOrigin.of(URI.create("https://127.0.0.1:" + server.port())), client);

            assertThat(status(
                            server,
                            plain.withTrust(
                                    ClientTls.context(chain, new SecretFile(key, TIME), Optional.of(chain), TIME))))
                    .isEqualTo(200);
            assertThatThrownBy(() -> status(server, plain.withTrust(trusting(keys))))
                    .isInstanceOf(HttpFault.class);
        }
    }

    /** Trusts the server, and has nothing to show. */
    private static SSLContext trusting(KeyStore keys) throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("server", keys.getCertificate("test"));
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(anchors);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    @Test
    void aKeyOfAnotherCertificateIsRefusedAtOnce() throws Exception {
        KeyStore keys = store("ip:127.0.0.1");
        KeyStore others = store("dns:other.example");
        Path chain = pem("cert.pem", "CERTIFICATE", keys.getCertificate("test").getEncoded());
        Path key = pem(
                "key.pem",
                "PRIVATE KEY",
                others.getKey("test", "changeit".toCharArray()).getEncoded());

        assertThatThrownBy(() -> ClientTls.context(chain, new SecretFile(key, TIME), Optional.empty(), TIME))
                .isInstanceOf(CredentialUnavailable.class)
                .hasMessageContaining("is not that of the certificate");
    }
}
