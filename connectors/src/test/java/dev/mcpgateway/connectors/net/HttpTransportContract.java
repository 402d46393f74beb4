package dev.mcpgateway.connectors.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.RawConnection;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link HttpTransport} promises, against a server that misbehaves byte by byte. */
abstract class HttpTransportContract {
    static final Duration AMPLE = Duration.ofSeconds(10);
    static final Duration SHORT = Duration.ofMillis(300);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

    final TimeSource time = new TimeSource(InstantSource.system(), System::nanoTime);
    final DeadlineSweeper sweeper = new DeadlineSweeper(time);
    final List<AutoCloseable> opened = new ArrayList<>();
    final Queue<RawRequest> received = new ConcurrentLinkedQueue<>();

    /** Which implementation. */
    abstract HttpSettings.Client client();

    @BeforeEach
    void nothingIsOpen() {
        assertThat(opened).isEmpty();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable part : opened.reversed()) {
            part.close();
        }
        sweeper.close();
    }

    RawServer server(RawServer.Script script) {
        RawServer server = RawServer.start(script);
        opened.add(server);
        return server;
    }

    /** Answers each request of each connection by the step. */
    RawServer answering(RawServer.Script step) {
        return server(connection -> {
            for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
                received.add(request.get());
                step.run(connection);
            }
        });
    }

    HttpTransport transport(RawServer server) {
        return transport(settings(URI.create("http://127.0.0.1:" + server.port() + "/mcp")));
    }

    HttpSettings settings(URI url) {
        return HttpSettings.of(HttpOrigin.of(url), client());
    }

    HttpTransport transport(HttpSettings settings) {
        OutboundGuard guard = OutboundGuard.forTarget(URI.create(settings.origin() + "/"), List.of());
        HttpTransport transport = HttpTransport.open(settings, guard, sweeper);
        opened.add(transport);
        return transport;
    }

    HttpCall post(String body, Duration within) {
        return post(body, within, 1 << 20);
    }

    HttpCall post(String body, Duration within, long replyBytesMax) {
        return new HttpCall(
                "POST",
                "/mcp?x=1",
                List.of(new HttpHeader("Content-Type", "application/json"), new HttpHeader("X-Test", "a b")),
                body.getBytes(StandardCharsets.UTF_8),
                Deadline.after(within, time),
                replyBytesMax);
    }

    String answer(HttpTransport transport, HttpCall call) {
        return Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(call)) {
                return exchange.status() + " " + new String(exchange.readAll(1 << 20), StandardCharsets.UTF_8);
            }
        });
    }

    HttpFault fault(HttpTransport transport, HttpCall call) {
        return Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(call)) {
                byte[] body = exchange.readAll(1 << 20);
                throw new AssertionError("answered " + exchange.status() + " with " + body.length + " bytes");
            } catch (HttpFault fault) {
                return fault;
            }
        });
    }

    // --- what is sent, what comes back

    @Test
    void aRequestGoesOutExactlyAsGiven() {
        HttpTransport transport = transport(answering(connection -> connection.write(OK)));

        assertThat(answer(transport, post("{\"a\":1}", AMPLE))).isEqualTo("200 hello");

        RawRequest request = received.remove();
        assertThat(request.line()).isEqualTo("POST /mcp?x=1 HTTP/1.1");
        assertThat(request.text()).isEqualTo("{\"a\":1}");
        assertThat(request.header("Content-Type")).hasValue("application/json");
        assertThat(request.header("X-Test")).hasValue("a b");
        assertThat(request.header("Content-Length")).hasValue("7");
        assertThat(request.header("Host").orElseThrow()).startsWith("127.0.0.1:");
        assertThat(request.header("Accept-Encoding")).hasValue("identity");
        assertThat(request.headers().stream().map(header -> header.getKey().toLowerCase(java.util.Locale.ROOT)))
                .doesNotContain("user-agent", "cookie", "expect", "upgrade", "te", "transfer-encoding");
    }

    @Test
    void aGetHasNoBody() {
        HttpTransport transport = transport(answering(connection -> connection.write(OK)));

        answer(transport, new HttpCall("GET", "/", List.of(), new byte[0], Deadline.after(AMPLE, time), 100));

        assertThat(received.remove().header("Content-Length")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH"})
    void aMethodThatExpectsABodySaysThatThereIsNone(String method) {
        HttpTransport transport = transport(answering(connection -> connection.write(OK)));

        answer(transport, new HttpCall(method, "/", List.of(), new byte[0], Deadline.after(AMPLE, time), 100));

        assertThat(received.remove().header("Content-Length")).hasValue("0");
    }

    @Test
    void aBodyOfAMegabyteArrivesWhole() {
        String large = "x".repeat(1 << 20);
        HttpTransport transport = transport(answering(connection -> connection.write(OK)));

        assertThat(answer(transport, post(large, AMPLE))).isEqualTo("200 hello");
        assertThat(received.remove().text()).isEqualTo(large);
    }

    @Test
    void aConnectionIsUsedAgainAfterItsBodyWasRead() {
        RawServer server = answering(connection -> connection.write(OK));
        HttpTransport transport = transport(server);

        for (int i = 0; i < 5; i++) {
            assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
        }

        assertThat(server.accepted()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"})
    void anAnswerWithoutBodyKeepsTheConnection(String answer) {
        RawServer server = answering(connection -> connection.write(answer));
        HttpTransport transport = transport(server);

        for (int i = 0; i < 3; i++) {
            assertThat(answer(transport, post("{}", AMPLE))).isIn("204 ", "202 ");
        }

        assertThat(server.accepted()).isEqualTo(1);
    }

    @Test
    void aConnectionThatThePeerWantsToCloseIsNotUsedAgain() {
        RawServer server = answering(connection ->
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, Close\r\n\r\nok"));
        HttpTransport transport = transport(server);

        answer(transport, post("{}", AMPLE));
        answer(transport, post("{}", AMPLE));

        assertThat(server.accepted()).isEqualTo(2);
    }

    @Test
    void aBodyThatEndsWithTheConnectionIsRead() {
        HttpTransport transport = transport(server(connection -> {
            received.add(connection.readRequest().orElseThrow());
            connection.write("HTTP/1.0 200 OK\r\n\r\nuntil the end");
        }));

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 until the end");
    }

    @Test
    void interimAnswersAreSkipped() {
        HttpTransport transport = transport(answering(connection ->
                connection.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK)));

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
    }

    @Test
    void chunksWithExtensionsAndTrailersAreRead() {
        RawServer server = answering(
                connection -> connection.write(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n00A\r\n, world!!!\r\n0\r\nX-Sum: 1\r\n\r\n"));
        HttpTransport transport = transport(server);

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello, world!!!");
        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello, world!!!");
        assertThat(server.accepted()).isEqualTo(1);
    }

    @Test
    void headerNamesAreFoundInAnyCaseAndTheFirstOneCounts() {
        HttpTransport transport = transport(answering(connection ->
                connection.write("HTTP/1.1 200 OK\r\nX-A: \t one \r\nx-a: two\r\nContent-Length: 0\r\n\r\n")));

        String value = Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                return exchange.header("x-A").orElseThrow() + exchange.header("X-B");
            }
        });

        assertThat(value).isEqualTo("oneOptional.empty");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 307, 308, 401, 407, 408, 429, 500, 503})
    void anAnswerOfAnyStatusIsHandedOverAndTheRequestSentOnce(int status) {
        HttpTransport transport = transport(
                answering(
                        connection -> connection.write(
                                "HTTP/1.1 " + status
                                        + " X\r\nLocation: /elsewhere\r\nRetry-After: 0\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno")));

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo(status + " no");

        assertThat(received).hasSize(1);
    }

    // --- streams

    @Test
    void eventsAreReadAsTheyAreWritten() {
        CountDownLatch firstWasRead = new CountDownLatch(1);
        HttpTransport transport = transport(answering(connection -> {
            connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.write("9\r\ndata: 1\n\n\r\n");
            assertThat(firstWasRead.await(AMPLE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            connection.write("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
        }));

        String events = Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                byte[] first = exchange.body().readNBytes(9);
                firstWasRead.countDown();
                return new String(first, StandardCharsets.UTF_8)
                        + new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8);
            }
        });

        assertThat(events).isEqualTo("data: 1\n\ndata: 2\n\n");
    }

    @Test
    void theReaderIsToldBeforeItWaits() {
        CountDownLatch told = new CountDownLatch(1);
        HttpTransport transport = transport(answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
            connection.write("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
        }));

        String events = Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                byte[] first = exchange.body().readNBytes(9);
                exchange.beforeWaiting(told::countDown);
                return new String(first, StandardCharsets.UTF_8)
                        + new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8);
            }
        });

        assertThat(events).isEqualTo("data: 1\n\ndata: 2\n\n");
    }

    @Test
    void whoReadsNextOnTheSameConnectionIsNotToldForTheOneBefore() {
        AtomicInteger told = new AtomicInteger();
        HttpTransport transport = transport(answering(connection -> connection.write(OK)));

        Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                exchange.beforeWaiting(told::incrementAndGet);
                return exchange.body().readAllBytes();
            }
        });
        int before = told.get();

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
        assertThat(told).hasValue(before);
    }

    @Test
    void aStreamThatEndsRightAfterItsLastEventGivesItsConnectionBack() {
        RawServer server = answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
            connection.write("0\r\n\r\n");
        });
        HttpTransport transport = transport(server);

        for (int i = 0; i < 5; i++) {
            Virtually.call(() -> {
                try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                    return exchange.body().readNBytes(9);
                }
            });
            int calls = i + 1;
            Await.until("the connection is free again", () -> received.size() == calls);
        }

        assertThat(server.accepted()).isLessThan(5);
    }

    @Test
    void aStreamThatDoesNotEndIsClosedSoonAndClosingDoesNotBlock() {
        CountDownLatch gone = new CountDownLatch(5);
        HttpTransport transport = transport(answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
            connection.awaitPeerClose();
            gone.countDown();
        }));

        // a close that blocks does so every time, one that is kept waiting for a processor does not
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            quickest = Math.min(quickest, Virtually.call(() -> {
                HttpExchange exchange = transport.send(post("{}", AMPLE));
                exchange.body().readNBytes(9);
                long before = time.nanos();
                exchange.close();
                return time.nanos() - before;
            }));
        }

        assertThat(Duration.ofNanos(quickest)).isLessThan(Duration.ofMillis(100));
        Await.until("the peer sees every close", () -> gone.getCount() == 0);
    }

    // --- cancel, interrupt, deadline

    @Test
    void cancellingFromAnotherThreadEndsABlockedRead() throws Exception {
        AtomicBoolean peerSawClose = new AtomicBoolean();
        AtomicReference<HttpExchange> open = new AtomicReference<>();
        HttpTransport transport = transport(answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            connection.awaitPeerClose();
            peerSawClose.set(true);
        }));

        Virtually<HttpFault> reading = Virtually.start(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                open.set(exchange);
                exchange.readAll(100);
                throw new AssertionError("read");
            } catch (HttpFault fault) {
                return fault;
            }
        });
        Await.until("the head has arrived", () -> open.get() != null);
        open.get().cancel();

        assertThat(reading.result().kind()).isEqualTo(Kind.CANCELLED);
        Await.until("the peer sees the close", peerSawClose::get);
    }

    @Test
    void cancellingAfterTheExchangeIsOverHarmsNoOneElse() {
        RawServer server = answering(connection -> connection.write(OK));
        HttpTransport transport = transport(server);
        HttpExchange over = Virtually.call(() -> {
            HttpExchange exchange = transport.send(post("{}", AMPLE));
            exchange.readAll(100);
            exchange.close();
            return exchange;
        });

        over.cancel();
        over.close();

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
        assertThat(server.accepted()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart"})
    void anInterruptEndsTheCallAndClosesTheConnection(String answered) {
        AtomicBoolean peerSawClose = new AtomicBoolean();
        HttpTransport transport = transport(answering(connection -> {
            connection.write(answered);
            connection.awaitPeerClose();
            peerSawClose.set(true);
        }));
        AtomicBoolean stillInterrupted = new AtomicBoolean();

        Virtually<HttpFault> calling = Virtually.start(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                exchange.readAll(100);
                throw new AssertionError("answered");
            } catch (HttpFault fault) {
                stillInterrupted.set(Thread.currentThread().isInterrupted());
                return fault;
            }
        });
        Await.until("the request was sent and is being waited for", () -> !received.isEmpty() && isWaiting(calling));
        calling.interrupt();

        assertThat(calling.result().kind()).isEqualTo(Kind.CANCELLED);
        assertThat(stillInterrupted).isTrue();
        Await.until("the peer sees the close", peerSawClose::get);
    }

    private static boolean isWaiting(Virtually<?> calling) {
        return calling.thread().getState() == Thread.State.WAITING
                || calling.thread().getState() == Thread.State.TIMED_WAITING;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n"
            })
    void aDripEndsAtTheDeadline(String before) {
        HttpTransport transport = transport(answering(connection -> {
            connection.write(before);
            connection.drip("HTTP/1.1 200 OK\r\nX: " + "x".repeat(500), 20); // for ten seconds
        }));
        long start = time.nanos();

        HttpFault fault = fault(transport, post("{}", SHORT));

        assertThat(fault.kind()).isEqualTo(Kind.DEADLINE);
        assertThat(fault.sent()).isTrue();
        assertThat(Duration.ofNanos(time.nanos() - start))
                .as("less than the half of the drip")
                .isBetween(SHORT, SHORT.plus(DeadlineSweeper.grain()).plusSeconds(4));
    }

    @Test
    void silenceEndsAtTheDeadline() {
        HttpTransport transport = transport(answering(RawConnection::awaitPeerClose));

        assertThat(fault(transport, post("{}", SHORT)).kind()).isEqualTo(Kind.DEADLINE);
    }

    @Test
    void aPeerThatDoesNotReadTheRequestEndsAtTheDeadline() {
        CountDownLatch ended = new CountDownLatch(1);
        HttpTransport transport = transport(server(connection -> ended.await(AMPLE.toSeconds(), TimeUnit.SECONDS)));

        HttpFault fault = fault(transport, post("x".repeat(32 << 20), SHORT));
        ended.countDown();

        assertThat(fault.kind()).isEqualTo(Kind.DEADLINE);
    }

    @Test
    void aConnectionThatWasIdleBeyondTheDeadlineOfItsLastCallIsStillGood() {
        RawServer server = answering(connection -> connection.write(OK));
        HttpTransport transport = transport(server);
        Duration deadline = Duration.ofSeconds(2);
        answer(transport, post("{}", deadline));

        long pause = time.nanos();
        Await.until("the deadline of the last call is over", () -> time.nanos() - pause > deadline.toNanos());

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
        assertThat(server.accepted()).isEqualTo(1);
    }

    // --- broken connections

    static List<String> answers() {
        return List.of(OK, CHUNKED);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerCutAtAnyByteIsBroken(String answer) {
        AtomicInteger length = new AtomicInteger();
        HttpTransport transport = transport(server(connection -> {
            connection.readRequest();
            connection.write(answer.substring(0, length.get()));
        }));

        for (int cut = 0; cut < firstHarmlessCut(answer); cut++) {
            length.set(cut);
            HttpFault fault = fault(transport, post("{}", AMPLE));
            assertThat(fault.kind()).as("cut after %d bytes: %s", cut, fault).isIn(kindsOfACut());
            assertThat(fault.sent()).isTrue();
        }
    }

    /** From this length on the whole content has arrived; a library may then forgive a missing end of the framing. */
    int firstHarmlessCut(String answer) {
        return answer.length();
    }

    /** A cut is broken; a library may take some cuts for malformed framing. */
    Set<Kind> kindsOfACut() {
        return Set.of(Kind.BROKEN);
    }

    @Test
    void aResetIsBroken() {
        HttpTransport transport = transport(server(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Le");
            connection.reset();
        }));

        assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void whatWasWrittenIsNeverWrittenAgain() {
        AtomicInteger requests = new AtomicInteger();
        HttpTransport transport = transport(server(connection -> {
            while (connection.readRequest().isPresent()) {
                if (requests.incrementAndGet() > 1) {
                    // dies without an answer, as a server does whose idle time-out meets a request
                    return;
                }
                connection.write(OK);
            }
        }));

        answer(transport, post("{}", AMPLE));
        HttpFault fault = fault(transport, post("{}", AMPLE));

        assertThat(fault.kind()).isEqualTo(Kind.BROKEN);
        assertThat(fault.sent()).isTrue();
        assertThat(requests).hasValue(2);
    }

    @Test
    void anEarlyAnswerIsReadWhenThePeerStopsReading() {
        HttpTransport transport = transport(server(connection -> {
            received.add(connection.readHead().orElseThrow());
            connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            connection.awaitPeerClose();
        }));

        assertThat(answer(transport, post("x".repeat(1 << 20), AMPLE))).isEqualTo("413 no");
    }

    @Test
    void aRefusedConnectionHasSentNothing() throws IOException {
        try (Socket taken = new Socket()) {
            // bound and not listened at: nobody else can get it
            taken.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            int port = taken.getLocalPort();

            HttpFault fault =
                    fault(transport(settings(URI.create("http://127.0.0.1:" + port + "/"))), post("{}", AMPLE));

            assertThat(fault.kind()).isEqualTo(Kind.NOT_CONNECTED);
            assertThat(fault.sent()).isFalse();
        }
    }

    // --- malformed and too large

    static List<String> malformedHeads() {
        return List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\nok",
                "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nok",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nX: a\r\n\tb\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\n: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nNoColon\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 99 Low\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 600 High\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 2x0 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 O\rK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 \0\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "<html>\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("malformedHeads")
    void aMalformedHeadIsRefused(String answer) {
        HttpTransport transport = transport(answering(connection -> {
            connection.write(answer);
            connection.awaitPeerClose();
        }));

        HttpFault fault = fault(transport, post("{}", AMPLE));

        assertThat(fault.kind()).as(fault.toString()).isEqualTo(Kind.MALFORMED);
        assertThat(fault.sent()).isTrue();
    }

    @Test
    void aHeadOfTheLongestLengthIsReadAndOneByteMoreIsRefused() {
        String frame = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: \r\n\r\n";
        AtomicInteger length = new AtomicInteger();
        HttpTransport transport = transport(answering(connection -> {
            String padding = "x".repeat(length.get() - frame.length());
            connection.write(frame.replace("X: ", "X: " + padding) + "ok");
        }));

        length.set(ResponseHead.BYTES_MAX);
        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 ok");
        length.set(ResponseHead.BYTES_MAX + 1);
        assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.MALFORMED);
    }

    @Test
    void anEndlessHeadIsRefusedAndNotCollected() {
        HttpTransport transport = transport(answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 1_000_000; i++) {
                connection.write("X-" + i + ": " + "y".repeat(1000) + "\r\n");
            }
        }));

        assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void asManyHeaderFieldsAsAllowedAreRead(int more, boolean read) {
        HttpTransport transport = transport(answering(connection -> connection.write("HTTP/1.1 200 OK\r\n"
                + "X: 1\r\n".repeat(ResponseHead.FIELDS_MAX - 1 + more) + "Content-Length: 2\r\n\r\nok")));

        if (read) {
            assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 ok");
        } else {
            assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.MALFORMED);
        }
    }

    static List<String> framings() {
        return List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789");
    }

    @ParameterizedTest
    @MethodSource("framings")
    void aBodyUpToTheBoundIsReadAndOneByteMoreIsTooLarge(String answer) {
        HttpTransport transport = transport(answering(connection -> {
            connection.write(answer);
            if (answer.contains("Connection: close")) {
                connection.close();
            }
        }));

        assertThat(answer(transport, post("{}", AMPLE, 11))).isEqualTo("200 0123456789");
        assertThat(answer(transport, post("{}", AMPLE, 10))).isEqualTo("200 0123456789");
        assertThat(fault(transport, post("{}", AMPLE, 9)).kind()).isEqualTo(Kind.TOO_LARGE);
    }

    @ParameterizedTest
    @MethodSource("framings")
    void readingAllIsBoundedToo(String answer) {
        HttpTransport transport = transport(answering(connection -> {
            connection.write(answer);
            if (answer.contains("Connection: close")) {
                connection.close();
            }
        }));

        assertThat(readAll(transport, 10)).isEqualTo("0123456789");
        assertThatThrownBy(() -> readAll(transport, 9)).hasMessageContaining("longer than 9 bytes");
    }

    private String readAll(HttpTransport transport, int bytesMax) {
        return Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                return new String(exchange.readAll(bytesMax), StandardCharsets.UTF_8);
            }
        });
    }

    @Test
    void aFloodIsStoppedAtTheBound() {
        AtomicReference<Throwable> writer = new AtomicReference<>();
        HttpTransport transport = transport(answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ");
            try {
                for (int i = 0; i < 10_000; i++) {
                    connection.write("x".repeat(64 * 1024));
                }
            } catch (IOException stopped) {
                writer.set(stopped);
            }
        }));

        assertThat(fault(transport, post("{}", AMPLE, 1 << 20)).kind()).isEqualTo(Kind.TOO_LARGE);
        Await.until("the peer cannot write any more", () -> writer.get() != null);
    }

    // --- TLS and addresses

    @Test
    void tlsIsSpokenAndItsConnectionUsedAgain(@TempDir Path folder) {
        TestTls tls = TestTls.forName(folder, "ip:127.0.0.1");
        RawServer server = tlsServer(tls);
        HttpTransport transport = transport(tlsSettings(server, tls));

        for (int i = 0; i < 3; i++) {
            assertThat(answer(transport, post("{\"n\":" + i + "}", AMPLE))).isEqualTo("200 hello");
        }

        assertThat(server.accepted()).isEqualTo(1);
    }

    @Test
    void aCertificateForAnotherHostIsRefusedAndNothingSent(@TempDir Path folder) {
        TestTls tls = TestTls.forName(folder, "dns:other.example");
        RawServer server = tlsServer(tls);

        HttpFault fault = fault(transport(tlsSettings(server, tls)), post("{}", AMPLE));

        assertThat(fault.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(fault.sent()).isFalse();
        assertThat(received).isEmpty();
    }

    @Test
    void aCertificateThatNobodyTrustsIsRefusedAndNothingSent(@TempDir Path folder) {
        RawServer server = tlsServer(TestTls.forName(folder, "ip:127.0.0.1"));
        HttpTransport transport = transport(settings(URI.create("https://127.0.0.1:" + server.port() + "/")));

        HttpFault fault = fault(transport, post("{}", AMPLE));

        assertThat(fault.kind()).isEqualTo(Kind.NOT_CONNECTED);
        assertThat(received).isEmpty();
    }

    @Test
    void aTlsHandshakeThatDoesNotEndIsGivenUp() {
        RawServer server = server(RawConnection::awaitPeerClose);
        HttpSettings settings = settings(URI.create("https://127.0.0.1:" + server.port() + "/"));

        HttpFault fault = fault(transport(settings), post("{}", SHORT));

        assertThat(fault.kind()).isIn(Kind.NOT_CONNECTED, Kind.DEADLINE);
        assertThat(fault.sent()).isFalse();
    }

    private RawServer tlsServer(TestTls tls) {
        RawServer server = RawServer.startTls(tls.context(), connection -> {
            for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
                received.add(request.get());
                connection.write(OK);
            }
        });
        opened.add(server);
        return server;
    }

    private HttpSettings tlsSettings(RawServer server, TestTls tls) {
        return settings(URI.create("https://127.0.0.1:" + server.port() + "/")).withTrust(tls.context());
    }

    @Test
    void anAddressLiteralPassesTheGuard() {
        RawServer server = answering(connection -> connection.write(OK));
        OutboundGuard forAnother = OutboundGuard.forTarget(URI.create("https://crm.example/"), List.of());
        HttpTransport transport = HttpTransport.open(
                settings(URI.create("http://127.0.0.1:" + server.port() + "/")), forAnother, sweeper);
        opened.add(transport);

        HttpFault fault = fault(transport, post("{}", AMPLE));

        assertThat(fault.kind()).isEqualTo(Kind.BLOCKED);
        assertThat(fault.sent()).isFalse();
        assertThat(server.accepted()).isZero();
    }

    @Test
    void onlyTheAddressesThatTheGuardReturnedAreConnectedTo() {
        RawServer server = answering(connection -> connection.write(OK));
        OutboundGuard guard = new OutboundGuard("crm.example", List.of(AddressRange.of("127.0.0.1")), _ ->
                new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
        HttpTransport transport =
                HttpTransport.open(settings(URI.create("http://crm.example:" + server.port() + "/")), guard, sweeper);
        opened.add(transport);

        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
        assertThat(received.remove().header("Host")).hasValue("crm.example:" + server.port());
    }

    @Test
    void aNameThatMovesIntoABlockedNetworkIsRefusedAtTheNextConnection() {
        AtomicReference<String> address = new AtomicReference<>("127.0.0.1");
        RawServer server = answering(connection -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        });
        OutboundGuard guard = new OutboundGuard("crm.example", List.of(AddressRange.of("127.0.0.1")), _ ->
                new InetAddress[] {InetAddress.ofLiteral(address.get())});
        HttpTransport transport =
                HttpTransport.open(settings(URI.create("http://crm.example:" + server.port() + "/")), guard, sweeper);
        opened.add(transport);
        answer(transport, post("{}", AMPLE));

        address.set("127.0.0.2");

        assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.BLOCKED);
    }

    // --- the pool

    @Test
    void noMoreConnectionsAreOpenedThanAllowed() {
        CountDownLatch go = new CountDownLatch(1);
        RawServer server = answering(connection -> {
            assertThat(go.await(AMPLE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            connection.write(OK);
        });
        HttpSettings settings = new HttpSettings(
                HttpOrigin.of(URI.create("http://127.0.0.1:" + server.port())),
                client(),
                1,
                HttpSettings.CONNECT_TIMEOUT_DEFAULT,
                Duration.ofMillis(100),
                HttpSettings.IDLE_DEFAULT,
                HttpSettings.AGE_DEFAULT,
                java.util.Optional.empty());
        HttpTransport transport = transport(settings);
        Virtually<String> first = Virtually.start(() -> answer(transport, post("{}", AMPLE)));
        Await.until("the first call is under way", () -> received.size() == 1);

        HttpFault fault = fault(transport, post("{}", AMPLE));
        go.countDown();

        assertThat(fault.kind()).isEqualTo(Kind.NO_CONNECTION_FREE);
        assertThat(fault.sent()).isFalse();
        assertThat(first.result()).isEqualTo("200 hello");
        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
        assertThat(server.accepted()).isEqualTo(1);
    }

    @Test
    void failedCallsGiveTheirPlaceBack() {
        AtomicInteger calls = new AtomicInteger();
        RawServer server = server(connection -> {
            connection.readRequest();
            if (calls.incrementAndGet() > 300) {
                connection.write(OK);
            }
        });
        HttpTransport transport = transport(server);

        for (int i = 0; i < 300; i++) {
            assertThat(fault(transport, post("{}", AMPLE)).kind()).isEqualTo(Kind.BROKEN);
        }

        assertThat(HttpSettings.CONNECTIONS_DEFAULT).isLessThan(300);
        assertThat(answer(transport, post("{}", AMPLE))).isEqualTo("200 hello");
    }

    @Test
    void concurrentCallsGetTheirOwnAnswers() {
        RawServer server = server(connection -> {
            for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
                connection.answer(200, "text/plain", request.get().text());
            }
        });
        HttpTransport transport = transport(server);

        List<Virtually<Integer>> callers = new ArrayList<>();
        for (int caller = 0; caller < 32; caller++) {
            int number = caller;
            callers.add(Virtually.start(() -> {
                for (int i = 0; i < 50; i++) {
                    String body = number + "/" + i + "/" + "x".repeat(i * 7);
                    try (HttpExchange exchange = transport.send(post(body, AMPLE))) {
                        assertThat(new String(exchange.readAll(1000), StandardCharsets.UTF_8))
                                .isEqualTo(body);
                    }
                }
                return number;
            }));
        }

        callers.forEach(Virtually::result);
        assertThat(server.accepted()).isLessThanOrEqualTo(32);
    }

    @Test
    void closingTheTransportEndsCallsUnderWay() {
        HttpTransport transport = transport(answering(RawConnection::awaitPeerClose));
        Virtually<HttpFault> calling = Virtually.start(() -> fault(transport, post("{}", AMPLE)));
        Await.until("the call is under way", () -> !received.isEmpty());

        transport.close();

        assertThat(calling.result().kind()).isIn(Kind.CANCELLED, Kind.BROKEN);
    }

    @Test
    void theBodyIsReadByteByByteToo() {
        HttpTransport transport = transport(answering(connection -> connection.write(CHUNKED)));

        String body = Virtually.call(() -> {
            try (HttpExchange exchange = transport.send(post("{}", AMPLE))) {
                StringBuilder text = new StringBuilder();
                InputStream in = exchange.body();
                for (int b = in.read(); b >= 0; b = in.read()) {
                    text.append((char) b);
                }
                return text.toString();
            }
        });

        assertThat(body).isEqualTo("hello");
    }
}
