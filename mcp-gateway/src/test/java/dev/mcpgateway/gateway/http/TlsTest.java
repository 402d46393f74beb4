package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS from PEM files, and their renewal while the gateway serves. */
class TlsTest {
    @TempDir
    static Path made;

    @TempDir
    Path folder;

    private static TestCertificate first;
    private static TestCertificate second;
    private Path certificate;
    private Path key;

    @BeforeAll
    static void make() {
        first = TestCertificate.make(made, "first", "EC");
        second = TestCertificate.make(made, "second", "RSA");
    }

    @BeforeEach
    void write() throws IOException {
        certificate = folder.resolve("cert.pem");
        key = folder.resolve("key.pem");
        put(first);
    }

    private void put(TestCertificate pair) throws IOException {
        Files.writeString(certificate, pair.certificatePem());
        Files.writeString(key, pair.keyPem());
    }

    private static TestGateway.Builder tls(Path folder, FakeMcpServer crm) {
        return TestGateway.in(folder)
                .section("listen", "{host: 127.0.0.1, port: 0, tls: {certificate: cert.pem, private_key: key.pem}}")
                .upstream("crm", crm);
    }

    private static WireClient connect(TestGateway gateway, TestCertificate trusted) throws IOException {
        SSLSocket socket = (SSLSocket) trusted.trusting().getSocketFactory().createSocket("127.0.0.1", gateway.port());
        socket.startHandshake();
        return new WireClient(socket);
    }

    private static boolean serves(TestGateway gateway, TestCertificate trusted) {
        try (WireClient client = connect(gateway, trusted)) {
            return client.exchange(gateway.agent().calling("crm__echo", "{}"))
                    .firstText()
                    .equals("hello");
        } catch (SSLException untrusted) {
            return false;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void callsAreServedOverTlsAndOnlySo() throws Exception {
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
                TestGateway gateway = tls(folder, crm).start()) {
            assertThat(gateway.url().getScheme()).isEqualTo("https");
            assertThat(serves(gateway, first)).isTrue();
            assertThat(serves(gateway, second)).isFalse();
            try (WireClient clear = gateway.connect()) {
                clear.send(gateway.agent().calling("crm__echo", "{}").bytes());
                assertThat(clear.readToEnd()).doesNotContain("HTTP/1.1 2");
            }
            assertThat(gateway.admin("/livez").status())
                    .as("the operators' port is in clear")
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1", "TLSv1.1"})
    void oldProtocolsAreNotSpoken(String protocol) throws Exception {
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
                TestGateway gateway = tls(folder, crm).start();
                SSLSocket socket =
                        (SSLSocket) first.trusting().getSocketFactory().createSocket("127.0.0.1", gateway.port())) {
            socket.setEnabledProtocols(new String[] {protocol});

            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void aNewCertificateIsUsedWithoutARestartAndWithoutALostCall() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN)
                        .tool("echo", ToolScript.text("hello"))
                        .tool("slow", turn -> {
                            release.await();
                            turn.result(ToolScript.textResult("slow but sure"));
                        });
                TestGateway gateway = tls(folder, crm).start();
                WireClient old = connect(gateway, first)) {
            old.send(gateway.agent().calling("crm__slow", "{}").bytes());
            Await.until(
                    "the call is at the upstream",
                    () -> !crm.requests("tools/call").isEmpty());

            put(second);
            Await.until("the new certificate is shown", () -> serves(gateway, second));

            assertThat(serves(gateway, first)).isFalse();
            release.countDown();
            WireAnswer answer = old.read();
            assertThat(answer.firstText()).isEqualTo("slow but sure");
        } finally {
            release.countDown();
        }
    }

    @Test
    void aCertificateThatIsNewDuringTheStartIsUsedAfterIt() throws Exception {
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
                TestGateway gateway = tls(folder, crm).build()) {
            put(second);
            gateway.gateway().start();

            Await.until("the new certificate is shown", () -> serves(gateway, second));
        }
    }

    @Test
    void aBrokenRenewalLeavesTheOldCertificate() throws Exception {
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
                TestGateway gateway = tls(folder, crm).start()) {
            Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
            assertServesForSomeLooks(gateway);
            Files.writeString(certificate, second.certificatePem());
            assertServesForSomeLooks(gateway);

            put(second);
            Await.until("a whole renewal is taken", () -> serves(gateway, second));
        }
    }

    /** Long enough for the watch to look at the files three times. */
    private static void assertServesForSomeLooks(TestGateway gateway) {
        long end = System.nanoTime() + 1_000_000_000L;
        while (System.nanoTime() - end < 0) {
            assertThat(serves(gateway, first)).isTrue();
        }
    }

    @Test
    void aGatewayWithoutItsKeyDoesNotStart() throws Exception {
        Files.writeString(key, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");

        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN)) {
            assertThatThrownBy(() -> tls(folder, crm).start())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(key.toString())
                    .hasMessageContaining("openssl pkcs8");
        }
    }

    @Test
    void bothKindsOfKeysAreRead() throws Exception {
        for (TestCertificate pair : new TestCertificate[] {first, second}) {
            put(pair);

            KeyStore store = PemFiles.keyStore(certificate, key);

            assertThat(store.getKey("server", new char[0])).isEqualTo(pair.key());
            assertThat(store.getCertificateChain("server")).containsExactly(pair.certificate());
        }
    }

    @Test
    void textAroundThePemIsIgnored() throws Exception {
        Files.writeString(certificate, "subject=first\n" + first.certificatePem());
        Files.writeString(
                key, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + first.keyPem());

        Certificate[] chain = PemFiles.keyStore(certificate, key).getCertificateChain("server");

        assertThat(chain).containsExactly(first.certificate());
    }

    @Test
    void aChainOfStrangersIsRefused() throws Exception {
        Files.writeString(certificate, first.certificatePem() + second.certificatePem());

        assertThatThrownBy(() -> PemFiles.keyStore(certificate, key)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "-----BEGIN PRIVATE KEY-----",
                "-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
            })
    void aKeyThatIsNoneIsToldWithItsFile(String pem) throws Exception {
        Files.writeString(key, pem);

        assertThatThrownBy(() -> PemFiles.keyStore(certificate, key))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(key.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void aCertificateThatIsNoneIsToldWithItsFile(String pem) throws Exception {
        Files.writeString(certificate, pem);

        assertThatThrownBy(() -> PemFiles.keyStore(certificate, key))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(certificate.toString());
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        Files.writeString(key, second.keyPem());

        assertThatThrownBy(() -> PemFiles.keyStore(certificate, key))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not the key of");
    }
}
