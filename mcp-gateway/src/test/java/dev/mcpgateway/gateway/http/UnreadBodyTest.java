package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is refused while it still sends its body reads why: its connection is not reset under it. */
class UnreadBodyTest {
    private static final int SENT_FIRST = 10_000;
    private static final int BODY_BYTES = 1_000_000;

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;
    private static TestGateway impatient;
    private static TestGateway overTls;
    private static TestCertificate certificate;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder.resolve("clear"))
                .upstream("crm", crm)
                .limits("{request_bytes: 20000, body_timeout_ms: 500}")
                .start();
        impatient = TestGateway.in(folder.resolve("impatient"))
                .upstream("crm", crm)
                .limits("{answer_timeout_ms: 1000}")
                .start();
        Path tls = Files.createDirectory(folder.resolve("tls"));
        certificate = TestCertificate.make(tls, "cert", "EC");
        Files.writeString(tls.resolve("cert.pem"), certificate.certificatePem());
        Files.writeString(tls.resolve("key.pem"), certificate.keyPem());
        overTls = TestGateway.in(tls)
                .section("listen", "{host: 127.0.0.1, port: 0, tls: {certificate: cert.pem, private_key: key.pem}}")
                .upstream("crm", crm)
                .start();
    }

    @AfterAll
    static void stop() {
        overTls.close();
        impatient.close();
        gateway.close();
        crm.close();
    }

    private static WireRequest longCall(TestGateway of) {
        return of.agent().calling("crm__echo", "{\"f\":\"" + "x".repeat(BODY_BYTES) + "\"}");
    }

    private static WireRequest nobodys(TestGateway of) {
        return longCall(of).with("Authorization", "Bearer nobody");
    }

    @Test
    void theConnectionIsGoodForTheNextRequest() throws Exception {
        try (WireClient client = gateway.connect()) {
            assertRefusedAndServedThen(client, gateway, nobodys(gateway).bytes());
        }
    }

    @Test
    void soItIsBehindAChunkedBody() throws Exception {
        try (WireClient client = gateway.connect()) {
            assertRefusedAndServedThen(client, gateway, nobodys(gateway).chunked(1_000));
        }
    }

    @Test
    void soItIsOverTls() throws Exception {
        SSLSocket socket =
                (SSLSocket) certificate.trusting().getSocketFactory().createSocket("127.0.0.1", overTls.port());
        try (WireClient client = new WireClient(socket)) {
            assertRefusedAndServedThen(client, overTls, nobodys(overTls).bytes());
        }
    }

    private static void assertRefusedAndServedThen(WireClient client, TestGateway of, byte[] request)
            throws IOException {
        client.send(Arrays.copyOf(request, SENT_FIRST));
        assertThat(client.read().status()).isEqualTo(401);

        client.send(Arrays.copyOfRange(request, SENT_FIRST, request.length));

        assertThat(client.exchange(of.agent().calling("crm__echo", "{}")).firstText())
                .isEqualTo("hello");
    }

    @Test
    void oneThatIsTooLongIsTakenAndDroppedBeforeTheConnectionEnds() throws Exception {
        byte[] request = longCall(gateway).bytes();
        try (WireClient client = gateway.connect()) {
            client.send(Arrays.copyOf(request, SENT_FIRST));
            WireAnswer answer = client.read();
            assertThat(answer.status()).isEqualTo(413);

            for (int at = SENT_FIRST; at < request.length; at += SENT_FIRST) {
                client.send(Arrays.copyOfRange(request, at, Math.min(request.length, at + SENT_FIRST)));
            }

            assertThat(client.socket().getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void whoAskedFirstIsNotToldToSendItAndMayHaveBegunTo() throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send(nobodys(gateway)
                            .plus("Content-Length", "1000000")
                            .plus("Expect", "100-continue")
                            .head()
                    + "\r\n");

            assertThat(client.read().status()).isEqualTo(401);
            client.send(new byte[1_000_000]);

            assertThat(client.socket().getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void oneThatTricklesIsCutOffWhenAnAnswerMustBeTaken() throws Exception {
        try (WireClient client = impatient.connect()) {
            client.send(nobodys(impatient).plus("Content-Length", "1000000").head() + "\r\n");
            assertThat(client.read().status()).isEqualTo(401);
            long begin = System.nanoTime();

            client.drip(new byte[200], Duration.ofMillis(250));

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(700), Duration.ofMillis(3_500));
        }
    }

    @Test
    void oneThatWasGivenUpAsTooSlowIsNotWaitedForAgain() throws Exception {
        WireRequest call = gateway.agent().calling("crm__echo", "{\"f\":\"" + "x".repeat(15_000) + "\"}");
        try (WireClient client = gateway.connect()) {
            client.send(Arrays.copyOf(call.bytes(), SENT_FIRST));
            assertThat(client.read().status()).isEqualTo(408);
            assertThat(client.socket().getInputStream().readAllBytes()).isEmpty();

            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            client.send(new byte[1]);
                            Thread.sleep(50);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void oneWithoutEndIsCutOff() throws Exception {
        byte[] chunk = ("100000\r\n" + " ".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        int sent = 0;
        try (WireClient client = gateway.connect()) {
            client.send(nobodys(gateway).plus("Transfer-Encoding", "chunked").head() + "\r\n");
            assertThat(client.read().status()).isEqualTo(401);
            for (; sent < 500; sent++) {
                client.send(chunk);
            }
        } catch (IOException closed) {
            assertThat(closed).hasMessageMatching("(?i).*(broken pipe|reset|abort).*");
        }
        // megabytes; the rest lies in buffers on the way
        assertThat(sent).isBetween(63, 200);
    }
}
