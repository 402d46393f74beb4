package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.http.EventStream.End;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that stay open: what is handed in arrives in order, and whoever does not read or is gone costs nothing. */
class EventStreamTest {
    private static final Duration SELDOM = Duration.ofHours(1);
    private static final Duration OFTEN = Duration.ofMillis(250);

    private TestStreams streams;

    @AfterEach
    void stop() {
        streams.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theHeadComesBeforeAnyEvent() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            WireAnswer head = agent.readHead();

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Type")).hasValue("text/event-stream");
            assertThat(head.header("Cache-Control")).hasValue("no-store");
            assertThat(head.header("X-Accel-Buffering")).hasValue("no");
            assertThat(head.header("Content-Length")).isEmpty();
            assertThat(streams.opened().isOpen()).isTrue();
            assertThat(streams.server().openStreams()).isEqualTo(1);
        }
    }

    @Test
    void messagesArriveInTheOrderInWhichTheyWereHandedIn() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            agent.readHead();
            EventStream stream = streams.opened();

            for (int i = 0; i < 50; i++) {
                assertThat(stream.send(bytes("{\"n\":\n" + i + "}"))).isTrue();
            }

            for (int i = 0; i < 50; i++) {
                assertThat(agent.readEvent()).isEqualTo("{\"n\": " + i + "}");
            }
        }
    }

    @Test
    void messagesOfManyThreadsArriveOnceEach() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            agent.readHead();
            EventStream stream = streams.opened();

            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < EventStream.MESSAGES_MAX; i++) {
                byte[] message = bytes("{\"n\":" + i + "}");
                senders.add(Thread.ofVirtual().start(() -> stream.send(message)));
            }

            List<String> came = new ArrayList<>();
            for (int i = 0; i < EventStream.MESSAGES_MAX; i++) {
                came.add(agent.readEvent());
            }
            assertThat(came).doesNotHaveDuplicates();
            for (Thread sender : senders) {
                sender.join();
            }
        }
    }

    @Test
    void aClosedStreamEndsInOrderAndTheConnectionIsUsedAgain() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            EventStream stream = streams.opened();
            stream.send(bytes("{\"n\":1}"));

            stream.close(bytes("{\"last\":true}"));
            stream.close(bytes("{\"too\":\"late\"}"));

            WireAnswer answer = agent.read();
            assertThat(answer.events()).containsExactly("{\"n\":1}", "{\"last\":true}");
            assertThat(streams.ended()).isEqualTo(End.CLOSED);
            assertThat(stream.isOpen()).isFalse();
            assertThat(stream.send(bytes("{}"))).isFalse();
            agent.send(streams.request());
            assertThat(agent.readHead().status()).isEqualTo(200);
        }
    }

    @Test
    void aStreamMayEndWithoutALastMessage() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            streams.opened().close(null);

            assertThat(agent.read().text()).isEmpty();
            assertThat(streams.ended()).isEqualTo(End.CLOSED);
        }
    }

    @Test
    void aSilentStreamCarriesCommentsAndOutlivesTheIdleTimeOut() throws Exception {
        streams = TestStreams.start(Duration.ofMillis(2500), Duration.ofSeconds(1));
        try (WireClient agent = streams.ask()) {
            agent.readHead();

            agent.readComment();
            agent.readComment();

            EventStream stream = streams.opened();
            stream.send(bytes("{\"still\":\"here\"}"));
            assertThat(agent.readEvent()).isEqualTo("{\"still\":\"here\"}");
        }
    }

    @Test
    void aStreamIsOverWhenItsTimeIsUp() throws Exception {
        streams = TestStreams.start(OFTEN);
        try (WireClient agent = streams.ask()) {
            agent.readHead();
            streams.opened();

            streams.clock().advance(TestStreams.LONGEST);

            assertThat(agent.readEvent()).isEqualTo(TestStreams.FAREWELL);
            assertThat(streams.ended()).isEqualTo(End.EXPIRED);
        }
    }

    @Test
    void aStoppingPortEndsItsStreamsAtOnce() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask();
                WireClient other = streams.ask()) {
            streams.opened().send(bytes("{\"n\":1}"));
            streams.opened().send(bytes("{\"n\":1}"));

            long begin = System.nanoTime();
            streams.server().drain(Duration.ofSeconds(20));

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            assertThat(agent.read().events()).containsExactly("{\"n\":1}", TestStreams.FAREWELL);
            assertThat(other.read().events()).containsExactly("{\"n\":1}", TestStreams.FAREWELL);
            assertThat(streams.ended()).isEqualTo(End.DRAINED);
            assertThat(streams.server().openStreams()).isZero();
        }
    }

    @Test
    void moreMessagesThanMayWaitEndTheStream() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = slowReader()) {
            agent.send(streams.request());
            EventStream stream = streams.opened();

            byte[] message = bytes("{\"x\":\"" + "x".repeat(1000) + "\"}");
            Await.until("no more is taken", () -> !stream.send(message));

            assertThat(stream.isOpen()).isFalse();
            assertThat(streams.ended()).isIn(End.OVERFLOW, End.GONE);
            Await.until("nothing is held", () -> streams.server().openStreams() == 0);
        }
    }

    @Test
    void aMessageLongerThanMayWaitEndsTheStream() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            agent.readHead();
            EventStream stream = streams.opened();

            assertThat(stream.send(new byte[EventStream.BYTES_MAX + 1])).isFalse();

            assertThat(streams.ended()).isEqualTo(End.OVERFLOW);
            assertThat(agent.readToEnd()).isEmpty();
        }
    }

    @Test
    void aPeerThatDoesNotReadIsCutOffByTheAnswerDeadline() throws Exception {
        streams = TestStreams.start(OFTEN);
        try (WireClient agent = slowReader()) {
            agent.send(streams.request());
            EventStream stream = streams.opened();

            byte[] message = bytes("{\"x\":\"" + "x".repeat(EventStream.BYTES_MAX / 2) + "\"}");
            Await.until("a write is stuck", () -> !stream.isOpen() || !stream.send(message));

            assertThat(streams.ended()).isIn(End.OVERFLOW, End.GONE);
        }
    }

    @ParameterizedTest
    @EnumSource(AgentLeavesTest.Ending.class)
    void aPeerThatLeavesIsNoticedAtOnce(AgentLeavesTest.Ending ending) throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            agent.readHead();
            EventStream stream = streams.opened();

            ending.end(agent);

            assertThat(streams.ended()).isEqualTo(End.GONE);
            assertThat(stream.send(bytes("{}"))).isFalse();
            assertThat(streams.server().openStreams()).isZero();
        }
    }

    @Test
    void aRequestSentWhileAStreamIsOpenIsServedWhenItIsOver() throws Exception {
        streams = TestStreams.start(SELDOM);
        try (WireClient agent = streams.ask()) {
            agent.readHead();
            EventStream first = streams.opened();
            agent.send(streams.request());

            first.send(bytes("{\"n\":1}"));
            assertThat(agent.readEvent()).isEqualTo("{\"n\":1}");
            first.close(bytes("{\"n\":2}"));

            assertThat(agent.readEvent()).isEqualTo("{\"n\":2}");
            streams.opened().send(bytes("{\"n\":3}"));
            assertThat(agent.readEvent()).isEqualTo("{\"n\":3}");
        }
    }

    /** A peer whose system takes few bytes that it has not read. */
    private WireClient slowReader() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(
                InetAddress.ofLiteral("127.0.0.1"), streams.server().port()));
        return new WireClient(socket);
    }

    @Test
    void aHundredStreamsAreServedAtOnce() throws Exception {
        streams = TestStreams.start(SELDOM);
        List<WireClient> agents = new ArrayList<>();
        List<EventStream> opened = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            agents.add(streams.ask());
            opened.add(streams.opened());
        }

        opened.forEach(stream -> stream.send(bytes("{}")));

        for (WireClient agent : agents) {
            assertThat(agent.readHead().status()).isEqualTo(200);
            assertThat(agent.readEvent()).isEqualTo("{}");
            agent.close();
        }
    }
}
