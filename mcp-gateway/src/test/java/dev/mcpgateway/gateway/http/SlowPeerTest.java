package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Peers that send or take one byte at a time hold a connection for the configured time and no longer, on a server and on
 * connections that have already served many requests.
 */
class SlowPeerTest {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    /** The deadline, less what the two clocks may differ by. */
    private static final Duration AT_LEAST = DEADLINE.minusMillis(300);

    /** The deadline, one sweep of 200 ms, one pause, and what a loaded machine needs. */
    private static final Duration AT_MOST = Duration.ofMillis(3500);

    private static final int RESULT_BYTES = 12 << 20;

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        String large = ToolScript.textResult("x".repeat(RESULT_BYTES));
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("large", ToolScript.result(large));
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .policy(TestGateway.ALLOW_CRM + """
                        screening:
                          - tools: ["*"]
                            injection: {mode: "off"}
                            hidden: {mode: "off"}
                        """)
                .limits("{header_timeout_ms: 1000, body_timeout_ms: 1000, answer_timeout_ms: 1000,"
                        + " idle_timeout_ms: 30000, result_bytes: 16777216, reply_bytes: 16777216}")
                .start();
        for (int i = 0; i < 50; i++) {
            assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);
        }
        gateway.skipRecords();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        crm.clearRequests();
    }

    private static WireClient warmConnection() throws IOException {
        WireClient client = gateway.connect();
        for (int i = 0; i < 50; i++) {
            assertThat(client.exchange(gateway.agent().listing()).status()).isEqualTo(200);
        }
        gateway.skipRecords();
        return client;
    }

    private static byte[] longHead() {
        String head =
                gateway.agent().listing().plus("X-Filler", "x".repeat(200)).head();
        return head.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void assertOthersAreServed() {
        assertThat(gateway.agent("somebody-else").call("crm__echo", "{}").firstText())
                .isEqualTo("hello");
    }

    @Test
    void slowHeadersAreCutOff() throws Exception {
        byte[] head = longHead();
        long begin = System.nanoTime();
        try (WireClient client = gateway.connect()) {
            assertCutOff(client, head, begin);
        }
        assertOthersAreServed();
    }

    @Test
    void slowHeadersAreCutOffOnAWarmConnectionToo() throws Exception {
        byte[] head = longHead();
        try (WireClient client = warmConnection()) {
            assertCutOff(client, head, System.nanoTime());
        }
        assertOthersAreServed();
    }

    @Test
    void slowHeadersBehindAPipelinedRequestAreCutOffToo() throws Exception {
        byte[] head = longHead();
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().listing().bytes());
            long begin = System.nanoTime();
            client.send("POST /mcp HTTP/1.1\r\nHo");
            assertThat(client.read().status()).isEqualTo(200);

            assertCutOff(client, head, begin);
        }
    }

    /**
     * Sends byte after byte until the gateway has had enough of it, which is at its deadline.
     *
     * @param begin the clock before the gateway saw the first byte, so that no delay of this test looks like haste of the gateway
     */
    private static void assertCutOff(WireClient client, byte[] bytes, long begin) throws IOException {
        client.drip(bytes, PAUSE);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(AT_LEAST, AT_MOST);
    }

    @Test
    void aSlowBodyIsCutOff() throws Exception {
        WireRequest request = gateway.agent().calling("crm__echo", "{\"filler\":\"" + "x".repeat(200) + "\"}");
        try (WireClient client = warmConnection()) {
            long begin = System.nanoTime();
            client.send(request.with("Content-Length", Integer.toString(request.body().length))
                            .head() + "\r\n");

            assertCutOff(client, request.body(), begin);
            assertTooSlow(client);
        }
        assertOthersAreServed();
    }

    @Test
    void aSlowChunkedBodyIsCutOff() throws Exception {
        WireRequest request = gateway.agent().calling("crm__echo", "{\"filler\":\"" + "x".repeat(200) + "\"}");
        String body = new String(request.chunked(1), StandardCharsets.ISO_8859_1);
        int head = body.indexOf("\r\n\r\n") + 4;
        try (WireClient client = warmConnection()) {
            long begin = System.nanoTime();
            client.send(body.substring(0, head));

            assertCutOff(client, body.substring(head).getBytes(StandardCharsets.ISO_8859_1), begin);
            assertTooSlow(client);
        }
    }

    @Test
    void aStalledBodyIsCutOff() throws Exception {
        WireRequest request = gateway.agent().calling("crm__echo", "{}");
        try (WireClient client = warmConnection()) {
            client.send(request.with("Content-Length", "4000").head() + "\r\n{");

            assertTooSlow(client);
        }
        assertOthersAreServed();
    }

    private static void assertTooSlow(WireClient client) throws IOException {
        WireAnswer answer = client.read();
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.header("Connection")).hasValue("close");
        assertThat(answer.errorCode()).isEqualTo(-31408);
        assertThat(client.readToEnd()).isEmpty();
        assertThat(gateway.newSummaries(1)).containsExactly("mcp.request.denied READ too_slow");
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void aSlowReaderIsCutOff() throws Exception {
        try (WireClient client = slowReader()) {
            client.send(gateway.agent().calling("crm__large", "{}").bytes());
            assertThat(openConnections()).as("the kernel tells").isPositive();
            gateway.newRecords(2);
            long begin = System.nanoTime();
            Await.until("its connection is closed", () -> openConnections() == 0);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_MOST);
        }
        assertOthersAreServed();
    }

    @Test
    void manySlowReadersHarmNobody() throws Exception {
        List<WireClient> readers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            WireClient client = slowReader();
            readers.add(client);
            client.send(gateway.agent("reader-" + i).calling("crm__large", "{}").bytes());
        }

        assertOthersAreServed();
        Await.until("their connections are closed", () -> openConnections() == 0);

        for (WireClient client : readers) {
            client.close();
        }
    }

    /** A peer whose system takes few bytes that it has not read. */
    private static WireClient slowReader() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), gateway.port()));
        return new WireClient(socket);
    }

    private static int openConnections() {
        return KernelSockets.established(gateway.port());
    }

    @Test
    void anIdleConnectionIsClosedAndOneInUseIsNot() throws Exception {
        Path own = folder.resolve("idle");
        try (var impatient = TestGateway.in(own)
                        .upstream("crm", crm)
                        .limits("{idle_timeout_ms: 2000}")
                        .start();
                WireClient idle = impatient.connect()) {
            TestAgent agent = impatient.agent();
            assertThat(idle.exchange(agent.listing()).status()).isEqualTo(200);

            assertThat(idle.readToEnd()).isEmpty();
            assertThat(agent.list().status()).isEqualTo(200);
        }
    }

    @Test
    void moreConnectionsThanAllowedWaitAndAreServedLater() throws Exception {
        Path own = folder.resolve("few");
        try (var small = TestGateway.in(own)
                .upstream("crm", crm)
                .limits("{connections: 3, idle_timeout_ms: 700}")
                .start()) {
            List<WireClient> holders = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                holders.add(small.connect());
            }

            assertThat(small.agent().list().status())
                    .as("when the idle ones are closed")
                    .isEqualTo(200);

            for (WireClient holder : holders) {
                holder.close();
            }
        }
    }
}
