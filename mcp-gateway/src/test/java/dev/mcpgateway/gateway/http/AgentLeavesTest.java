package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A modern agent that closes its connection cancels its call, however it closes; a legacy agent does not. What an agent
 * sends while it waits is its next request.
 */
class AgentLeavesTest {
    @TempDir
    Path folder;

    private final Semaphore asked = new Semaphore(0);
    private final Semaphore told = new Semaphore(0);
    private final Semaphore waits = new Semaphore(0);
    private final Semaphore mayAnswer = new Semaphore(0);
    private final AtomicInteger answered = new AtomicInteger();
    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("hanging", turn -> {
                    asked.release();
                    ToolScript.hanging(told::release).answer(turn);
                })
                .tool("progressing", turn -> {
                    turn.openEvents();
                    turn.event(turn.progress("1"));
                    ToolScript.hanging(told::release).answer(turn);
                })
                .tool("waiting", turn -> {
                    waits.release();
                    mayAnswer.acquire();
                    turn.result(ToolScript.textResult("done"));
                    answered.incrementAndGet();
                });
        gateway = TestGateway.in(folder).upstream("crm", crm).start();
        gateway.skipRecords();
    }

    @AfterEach
    void stop() {
        mayAnswer.release(100);
        gateway.close();
        crm.close();
    }

    private static void await(String claim, Semaphore event) throws InterruptedException {
        assertThat(event.tryAcquire(20, TimeUnit.SECONDS)).as(claim).isTrue();
    }

    /** How a connection can end. */
    enum Ending {
        CLOSE {
            @Override
            void end(WireClient client) throws IOException {
                client.close();
            }
        },
        RESET {
            @Override
            void end(WireClient client) throws IOException {
                client.reset();
            }
        },
        HALF_CLOSE {
            @Override
            void end(WireClient client) throws IOException {
                client.endOutput();
            }
        };

        abstract void end(WireClient client) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void theCallOfAModernAgentThatLeavesIsCancelled(Ending ending) throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().calling("crm__hanging", "{}").bytes());
            await("the upstream is asked", asked);

            ending.end(client);

            await("the upstream is told", told);
            assertThat(gateway.newSummaries(2))
                    .containsExactly(
                            "tool.call.intent crm__hanging", "tool.call.outcome cancelled cancelled crm__hanging");
            if (ending == Ending.HALF_CLOSE) {
                assertThat(client.readToEnd()).as("nothing is answered").isEmpty();
            }
        }
    }

    @Test
    void theUpstreamIsToldWithinASecondOfALongCallsEnd() throws Exception {
        Duration second = Duration.ofSeconds(1);
        Duration quickest = untilTold();
        // a machine that gives us no processor for long does so now and then, a gateway that looks seldom always
        for (int i = 0; i < 4 && quickest.compareTo(second) >= 0; i++) {
            Duration next = untilTold();
            quickest = next.compareTo(quickest) < 0 ? next : quickest;
        }

        assertThat(quickest).isLessThan(second);
    }

    private Duration untilTold() throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().calling("crm__hanging", "{}").bytes());
            await("the upstream is asked", asked);
            letTheCallsBeWatched();

            long begin = System.nanoTime();
            client.reset();

            await("the upstream is told", told);
            return Duration.ofNanos(System.nanoTime() - begin);
        }
    }

    /** Returns when every call that is under way is watched: one that began later is cancelled by then. */
    private void letTheCallsBeWatched() throws Exception {
        try (WireClient later = gateway.connect()) {
            later.send(gateway.agent("later").calling("crm__hanging", "{}").bytes());
            await("the upstream is asked", asked);
            later.reset();
            await("the upstream is told", told);
        }
        Await.until(
                "its end is recorded",
                () -> gateway.records().stream()
                        .map(TestGateway::summary)
                        .anyMatch("tool.call.outcome cancelled cancelled crm__hanging"::equals));
        gateway.skipRecords();
    }

    @Test
    void theCallOfAnAgentThatLeavesItsOpenStreamIsCancelled() throws Exception {
        TestAgent agent = gateway.agent();
        WireRequest request = agent.calling("crm__progressing", "{}");
        String body = new String(request.body(), StandardCharsets.UTF_8);
        try (WireClient client = gateway.connect()) {
            client.send(request.body(body.replace("\"_meta\":{", "\"_meta\":{\"progressToken\":1,"))
                    .bytes());
            assertThat(client.readHead().isEventStream()).isTrue();
            assertThat(client.readEvent()).contains("notifications/progress");
        }

        await("the upstream is told", told);
        assertThat(gateway.newSummaries(2))
                .containsExactly(
                        "tool.call.intent crm__progressing", "tool.call.outcome cancelled cancelled crm__progressing");
    }

    @ParameterizedTest
    @EnumSource
    void theCallOfALegacyAgentThatLeavesGoesOn(Ending ending) throws Exception {
        TestAgent legacy = gateway.agent("legacy").initialize("2025-11-25");
        try (WireClient client = gateway.connect()) {
            client.send(legacy.calling("crm__waiting", "{}").bytes());
            await("the upstream is asked", waits);
            ending.end(client);
            letTheCallsBeWatched();

            mayAnswer.release();

            assertThat(gateway.newSummaries(1)).containsExactly("tool.call.outcome ok crm__waiting");
            Await.until("the upstream could answer", () -> answered.get() == 1);
            if (ending == Ending.HALF_CLOSE) {
                assertThat(client.read().firstText()).isEqualTo("done");
            }
        }
    }

    @Test
    void anAgentThatEndsItsOutputIsStillAnsweredAtOnce() throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().calling("crm__echo", "{}").bytes());
            client.endOutput();

            assertThat(client.read().firstText()).isEqualTo("hello");
        }
    }

    @Test
    void aConnectionIsUsedAgainAfterALongCall() throws Exception {
        try (WireClient client = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send(gateway.agent().calling("crm__waiting", "{}").bytes());
                await("the upstream is asked", waits);
                letTheCallsBeWatched();
                mayAnswer.release();

                assertThat(client.read().firstText()).isEqualTo("done");
                assertThat(client.exchange(gateway.agent().calling("crm__echo", "{}"))
                                .firstText())
                        .isEqualTo("hello");
            }
        }
    }

    @Test
    void aRequestSentAheadIsNoLeavingAndIsAnsweredInItsTurn() throws Exception {
        WireRequest next = gateway.agent().calling("crm__echo", "{}");
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().calling("crm__waiting", "{}").bytes());
            await("the upstream is asked", waits);
            letTheCallsBeWatched();

            client.send(next.bytes());
            awaitTaken(client.socket());
            mayAnswer.release();

            assertThat(client.read().firstText()).isEqualTo("done");
            assertThat(client.read().firstText()).isEqualTo("hello");
        }
    }

    @Test
    void aRequestMaySpanWhatWasTakenAheadAndWhatCameLater() throws Exception {
        byte[] next = gateway.agent().calling("crm__echo", "{}").bytes();
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().calling("crm__waiting", "{}").bytes());
            await("the upstream is asked", waits);
            letTheCallsBeWatched();

            client.send(Arrays.copyOf(next, 100));
            awaitTaken(client.socket());
            mayAnswer.release();
            assertThat(client.read().firstText()).isEqualTo("done");
            client.send(Arrays.copyOfRange(next, 100, next.length));

            assertThat(client.read().firstText()).isEqualTo("hello");
        }
    }

    @Test
    void moreThanIsTakenAheadIsNotLostEither() throws Exception {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 20; i++) {
            many.writeBytes(gateway.agent()
                    .calling("crm__echo", "{\"n\":" + i + ",\"filler\":\"" + "x".repeat(1000) + "\"}")
                    .bytes());
        }
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().calling("crm__waiting", "{}").bytes());
            await("the upstream is asked", waits);
            letTheCallsBeWatched();
            crm.clearRequests();

            client.send(many.toByteArray());
            mayAnswer.release();

            assertThat(client.read().firstText()).isEqualTo("done");
            for (int i = 0; i < 20; i++) {
                assertThat(client.read().firstText()).isEqualTo("hello");
            }
            assertThat(crm.requests("tools/call"))
                    .extracting(AgentLeavesTest::number)
                    .containsExactly(
                            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
                            "17", "18", "19");
        }
    }

    private static String number(RawRequest request) {
        return new String(request.body(), StandardCharsets.UTF_8).replaceAll(".*\"n\":(\\d+).*", "$1");
    }

    @Test
    void whatALeavingAgentSentAheadIsNotBegun() throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send(gateway.agent().calling("crm__hanging", "{}").bytes());
            await("the upstream is asked", asked);
            client.send(gateway.agent().calling("crm__echo", "{}").bytes());
        }
        await("the upstream is told", told);

        assertThat(gateway.agent("other").list().status()).isEqualTo(200);
        assertThat(gateway.newSummaries(3)).noneMatch(each -> each.endsWith("crm__echo"));
    }

    @Test
    void anAgentThatLeavesIsNoticedOverTlsToo() throws Exception {
        TestCertificate pair = TestCertificate.make(folder, "tls", "EC");
        Path own = Files.createDirectory(folder.resolve("tls"));
        Files.writeString(own.resolve("cert.pem"), pair.certificatePem());
        Files.writeString(own.resolve("key.pem"), pair.keyPem());
        try (TestGateway secure = TestGateway.in(own)
                .section("listen", "{host: 127.0.0.1, port: 0, tls: {certificate: cert.pem, private_key: key.pem}}")
                .upstream("crm", crm)
                .start()) {
            for (Ending ending : new Ending[] {Ending.CLOSE, Ending.RESET}) {
                try (WireClient client = tls(pair, secure)) {
                    assertThat(client.exchange(secure.agent().calling("crm__echo", "{}"))
                                    .firstText())
                            .isEqualTo("hello");
                    client.send(secure.agent().calling("crm__hanging", "{}").bytes());
                    await("the upstream is asked", asked);

                    ending.end(client);

                    await("the upstream is told", told);
                }
            }
            try (WireClient client = tls(pair, secure)) {
                client.send(secure.agent().calling("crm__waiting", "{}").bytes());
                await("the upstream is asked", waits);
                client.send(secure.agent().calling("crm__echo", "{}").bytes());
                letTheCallsBeWatched();
                mayAnswer.release();

                assertThat(client.read().firstText()).isEqualTo("done");
                assertThat(client.read().firstText()).isEqualTo("hello");
            }
        }
    }

    private static WireClient tls(TestCertificate trusted, TestGateway gateway) throws IOException {
        SSLSocket socket = (SSLSocket) trusted.trusting().getSocketFactory().createSocket("127.0.0.1", gateway.port());
        socket.startHandshake();
        return new WireClient(socket);
    }

    @Test
    void aCallMayBeSilentForLongerThanAConnectionMayBeIdle() throws Exception {
        Path own = Files.createDirectory(folder.resolve("idle"));
        try (TestGateway impatient = TestGateway.in(own)
                        .upstream("crm", crm)
                        .limits("{idle_timeout_ms: 1500}")
                        .start();
                WireClient idle = impatient.connect();
                WireClient client = impatient.connect()) {
            client.send(impatient.agent().calling("crm__waiting", "{}").bytes());
            await("the upstream is asked", waits);
            assertThat(idle.readToEnd()).as("an idle connection is closed").isEmpty();
            try (WireClient later = impatient.connect()) {
                assertThat(later.readToEnd()).as("and another one").isEmpty();
            }
            mayAnswer.release();

            WireAnswer answer = client.read();
            assertThat(answer.firstText()).isEqualTo("done");
        }
    }

    private void awaitTaken(Socket peer) {
        Await.until(
                "the gateway took what was sent ahead",
                () -> KernelSockets.isRead(gateway.port(), peer.getLocalPort()));
    }
}
