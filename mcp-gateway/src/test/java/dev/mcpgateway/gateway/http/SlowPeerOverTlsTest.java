package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS the time for a head is that of each head, and of the handshake, and not of the connection. */
class SlowPeerOverTlsTest {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration AT_LEAST = Duration.ofMillis(2_700);
    private static final Duration AT_MOST = Duration.ofSeconds(6);
    private static final long LONGER_THAN_A_HEAD_MILLIS = 3_800;

    /** The first record of a handshake: 512 bytes, of which the first are a ClientHello's. */
    private static final byte[] HELLO = new byte[517];

    static {
        byte[] begin = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
        System.arraycopy(begin, 0, HELLO, 0, begin.length);
    }

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;
    private static TestCertificate certificate;

    @BeforeAll
    static void start() throws Exception {
        certificate = TestCertificate.make(folder, "cert", "EC");
        Files.writeString(folder.resolve("cert.pem"), certificate.certificatePem());
        Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("slow", turn -> {
                    Thread.sleep(LONGER_THAN_A_HEAD_MILLIS);
                    turn.result(ToolScript.textResult("slow but sure"));
                });
        gateway = TestGateway.in(folder)
                .section("listen", "{host: 127.0.0.1, port: 0, tls: {certificate: cert.pem, private_key: key.pem}}")
                .upstream("crm", crm)
                .limits("{header_timeout_ms: 3000}")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    private static WireClient connect() throws IOException {
        return new WireClient(
                (SSLSocket) certificate.trusting().getSocketFactory().createSocket("127.0.0.1", gateway.port()));
    }

    @Test
    void aCallMayLastLongerAndTheNextOneIsServedToo() throws Exception {
        try (WireClient client = connect()) {
            assertThat(client.exchange(gateway.agent().calling("crm__slow", "{}"))
                            .firstText())
                    .isEqualTo("slow but sure");
            assertThat(client.exchange(gateway.agent().calling("crm__echo", "{}"))
                            .firstText())
                    .isEqualTo("hello");
        }
    }

    @Test
    void aConnectionMayWaitLongerForItsNextRequest() throws Exception {
        try (WireClient client = connect()) {
            assertThat(client.exchange(gateway.agent().listing()).status()).isEqualTo(200);
            Thread.sleep(LONGER_THAN_A_HEAD_MILLIS);

            assertThat(client.exchange(gateway.agent().listing()).status()).isEqualTo(200);
        }
    }

    @Test
    void slowHeadersAreCutOff() throws Exception {
        byte[] head = gateway.agent()
                .listing()
                .plus("X-Filler", "x".repeat(200))
                .head()
                .getBytes(StandardCharsets.ISO_8859_1);
        try (WireClient client = connect()) {
            assertThat(client.exchange(gateway.agent().listing()).status()).isEqualTo(200);
            assertCutOff(client, head);
        }
    }

    @Test
    void aSlowHandshakeIsCutOff() throws Exception {
        try (WireClient client = gateway.connect()) {
            assertCutOff(client, HELLO);
        }
    }

    private static void assertCutOff(WireClient client, byte[] bytes) throws IOException {
        long begin = System.nanoTime();
        client.drip(bytes, PAUSE);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(AT_LEAST, AT_MOST);
    }
}
