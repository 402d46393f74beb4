package dev.mcpgateway.connectors.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.RawServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lean client keeps the contract, and more. */
class LeanHttpTest extends HttpTransportContract {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Override
    HttpSettings.Client client() {
        return HttpSettings.Client.LEAN;
    }

    @Test
    void aConnectionClosedWhileIdleIsReplacedBeforeAnythingIsWritten() {
        RawServer server = server(connection -> {
            received.add(connection.readRequest().orElseThrow());
            connection.write(OK);
        });
        HttpTransport transport = transport(server);

        for (int i = 0; i < 5; i++) {
            assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 ok");
            Await.until("the peer has closed", () -> server.open() == 0);
        }

        assertThat(received).hasSize(5);
        assertThat(server.accepted()).isEqualTo(5);
    }

    @Test
    void anAddressThatAnswersNothingDoesNotKeepTheNextOneFromBeingAsked() throws Exception {
        RawServer server = answering(connection -> connection.write(OK));
        InetAddress silent = InetAddress.ofLiteral("127.0.0.2");
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(server.port(), 1, silent)) {
            for (int i = 0; i < 8; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(full.getLocalSocketAddress());
                waiting.add(channel);
            }
            OutboundGuard guard = new OutboundGuard("two.example", List.of(AddressRange.of("127.0.0.0/8")), _ ->
                    new InetAddress[] {silent, InetAddress.ofLiteral("127.0.0.1")});
            HttpTransport transport = HttpTransport.open(
                    settings(URI.create("http://two.example:" + server.port() + "/")), guard, sweeper);
            opened.add(transport);

            assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 ok");
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    @Test
    void bytesThatNobodyAskedForMakeAConnectionUnusable() {
        CountDownLatch forged = new CountDownLatch(1);
        RawServer server = answering(connection -> {
            connection.write(OK);
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
            forged.countDown();
        });
        HttpTransport transport = transport(server);

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 ok");
        Await.until("the forged answer is on its way", () -> forged.getCount() == 0);

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 ok");
        assertThat(server.accepted()).isEqualTo(2);
    }

    static List<String> malformedChunks() {
        return List.of(
                "\r\nhello\r\n0\r\n\r\n",
                "g\r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "5 \r\nhello\r\n0\r\n\r\n",
                "5\nhello\r\n0\r\n\r\n",
                "5\rXhello\r\n0\r\n\r\n",
                "5;a\nb\r\nhello\r\n0\r\n\r\n",
                "5;" + "x".repeat(300) + "\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhelloXX0\r\n\r\n",
                "ffffffffffffffff\r\nhello",
                "5\r\nhello\r\n0\r\nX: 1\n\r\n",
                "5\r\nhello\r\n0\r\nX: 1\rX\r\n\r\n",
                "5\r\nhello\r\n0\r\n" + "X: 1\r\n".repeat(3000) + "\r\n");
    }

    @ParameterizedTest
    @MethodSource("malformedChunks")
    void aMalformedChunkIsRefused(String chunks) {
        HttpTransport transport = transport(answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
            connection.awaitPeerClose();
        }));

        assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void tooManyInterimAnswersAreRefused() {
        HttpTransport transport =
                transport(answering(connection -> connection.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9) + OK)));

        assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void anIdleConnectionIsClosedAfterItsTime() {
        CountDownLatch closed = new CountDownLatch(1);
        RawServer server = server(connection -> {
            connection.readRequest();
            connection.write(OK);
            connection.awaitPeerClose();
            closed.countDown();
        });
        HttpTransport transport = transport(settings(server, Duration.ofMillis(50), Duration.ofMinutes(1)));

        answer(transport, post("{}", AMPLE));

        Await.until("the idle connection is closed", () -> closed.getCount() == 0);
    }

    @Test
    void thePeersOwnKeepAliveIsHonoured() {
        RawServer server = answering(connection ->
                connection.write("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok"));
        HttpTransport transport = transport(server);

        answer(transport, post("{}", AMPLE));
        answer(transport, post("{}", AMPLE));

        // one second less a second of margin: the connection is not kept at all
        assertThat(server.accepted()).isEqualTo(2);
    }

    @Test
    void anOldConnectionIsReplaced() {
        RawServer server = answering(connection -> connection.write(OK));
        HttpTransport transport = transport(settings(server, Duration.ofMinutes(1), Duration.ofNanos(1)));

        answer(transport, post("{}", AMPLE));
        answer(transport, post("{}", AMPLE));

        assertThat(server.accepted()).isEqualTo(2);
    }

    @Test
    void anEarlyAnswerSurvivesAClosedConnection() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        HttpTransport transport = transport(server(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
            answered.countDown();
        }));

        String answer = answer(transport, post("x".repeat(8 << 20), AMPLE));

        assertThat(answered.await(AMPLE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(answer).isEqualTo("413 no");
    }

    private HttpSettings settings(RawServer server, Duration idle, Duration age) {
        return new HttpSettings(
                HttpOrigin.of(URI.create("http://127.0.0.1:" + server.port())),
                client(),
                4,
                HttpSettings.CONNECT_TIMEOUT_DEFAULT,
                HttpSettings.LEASE_TIMEOUT_DEFAULT,
                idle,
                age,
                Optional.empty());
    }

    @Test
    void anyBytesMakeAnAnswerOrAFault() {
        long seed = Long.getLong("leanhttp.seed", new Random().nextLong());
        System.out.println("leanhttp.seed=" + seed);
        Random random = new Random(seed);
        List<String> samples = new ArrayList<>(malformedHeads());
        samples.addAll(framings());
        samples.addAll(answers());
        malformedChunks()
                .forEach(chunks -> samples.add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks));
        AtomicReference<byte[]> next = new AtomicReference<>(new byte[0]);
        HttpTransport transport = transport(server(connection -> {
            connection.readRequest();
            connection.write(next.get());
        }));
        int answered = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = damaged(samples.get(random.nextInt(samples.size())), random);
            next.set(bytes);
            String outcome = Virtually.call(() -> {
                try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                    return exchange.status() + " " + exchange.readAll(1 << 20).length;
                } catch (HttpFault fault) {
                    return fault.kind().toString();
                }
            });
            assertThat(outcome)
                    .as("seed %d: %s", seed, new String(bytes, StandardCharsets.ISO_8859_1))
                    .matches("[1-5][0-9]{2} [0-9]+|MALFORMED|BROKEN|TOO_LARGE");
            answered += Character.isDigit(outcome.charAt(0)) ? 1 : 0;
        }
        assertThat(answered).as("some of it still is an answer").isGreaterThan(50);
    }

    private static byte[] damaged(String sample, Random random) {
        byte[] bytes = sample.getBytes(StandardCharsets.UTF_8);
        int damages = random.nextInt(4);
        for (int i = 0; i < damages && bytes.length > 0; i++) {
            byte[] marks = "\r\n :0a,;\0\t\u007f".getBytes(StandardCharsets.UTF_8);
            bytes[random.nextInt(bytes.length)] = marks[random.nextInt(marks.length)];
        }
        return random.nextInt(4) == 0 ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }
}
