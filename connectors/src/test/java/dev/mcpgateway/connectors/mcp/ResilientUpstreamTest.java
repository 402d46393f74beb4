package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Busy;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Cancelled;
import dev.mcpgateway.connectors.mcp.UpstreamReply.InputNeeded;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Malformed;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TimedOut;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TooLarge;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Unreachable;
import dev.mcpgateway.connectors.mcp.UpstreamStatus.Health;
import dev.mcpgateway.connectors.wire.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is done about an upstream that fails: left alone, or asked once more. */
class ResilientUpstreamTest {
    private static final Duration OPEN = Duration.ofSeconds(10);
    private static final BreakerSettings HALF_OF_FOUR = new BreakerSettings(50, 4, 4, OPEN);
    private static final Envelope ANY = Bench.message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    private static final UpstreamReply LOST = new Unreachable("the connection broke", true);
    private static final UpstreamReply NOT_THERE = new Unreachable("no connection", false);

    private final Bench bench = new Bench();
    private final ScriptedUpstream server = new ScriptedUpstream();
    private final List<String> repeats = new ArrayList<>();

    @AfterEach
    void close() {
        bench.close();
    }

    private ResilientUpstream guarded() {
        return upstream(Optional.of(HALF_OF_FOUR));
    }

    private ResilientUpstream upstream(Optional<BreakerSettings> breaker, String... idempotent) {
        ResilienceSettings settings = new ResilienceSettings(
                breaker, Stream.of(idempotent).map(NamePattern::new).toList(), Duration.ofMillis(2));
        return new ResilientUpstream(server, settings, bench.surroundings());
    }

    private UpstreamReply call(ResilientUpstream upstream) {
        return call(upstream, Bench.call("get"));
    }

    private UpstreamReply call(ResilientUpstream upstream, UpstreamCall call) {
        return bench.call(upstream, call);
    }

    private void break4(ResilientUpstream upstream) {
        server.then(new TimedOut(), new TimedOut(), new TimedOut(), new TimedOut());
        for (int i = 0; i < 4; i++) {
            call(upstream);
        }
    }

    // --- the breaker

    @Test
    void anUpstreamThatMostlyFailsIsLeftAlone() {
        ResilientUpstream upstream = guarded();
        server.then(ScriptedUpstream.good(), new TimedOut(), ScriptedUpstream.good());
        for (int i = 0; i < 3; i++) {
            call(upstream);
        }
        server.then(LOST);
        assertThat(call(upstream)).isEqualTo(LOST);

        UpstreamReply refused = call(upstream);

        assertThat(refused)
                .isEqualTo(new Unreachable(
                        "not called for 10000 ms at a time: 2 of its last 4 calls failed, the last one: the connection"
                                + " broke",
                        false));
        assertThat(server.calls()).hasSize(4);
    }

    @Test
    void tooFewCallsSayNothing() {
        ResilientUpstream upstream = guarded();
        server.then(new TimedOut(), new TimedOut(), new TimedOut());
        for (int i = 0; i < 3; i++) {
            call(upstream);
        }

        assertThat(call(upstream)).isEqualTo(ScriptedUpstream.good());
    }

    static Stream<UpstreamReply> outages() {
        return Stream.of(new TimedOut(), LOST, new Malformed("not JSON"));
    }

    @ParameterizedTest
    @MethodSource("outages")
    void anOutageCounts(UpstreamReply outage) {
        ResilientUpstream upstream = guarded();
        server.then(outage, outage, outage, outage);
        for (int i = 0; i < 4; i++) {
            call(upstream);
        }

        call(upstream);

        assertThat(server.calls()).hasSize(4);
    }

    static Stream<UpstreamReply> noOutages() {
        return Stream.of(
                ScriptedUpstream.good(),
                new InputNeeded(ANY),
                new ProtocolError(ANY, -32603, 500),
                new Busy("later"),
                new TooLarge(7),
                new Cancelled(),
                new Unreachable("the upstream refused our credential (HTTP 401)", false));
    }

    @ParameterizedTest
    @MethodSource("noOutages")
    void whatConcernsOneCallerOrCallDoesNotCount(UpstreamReply reply) {
        ResilientUpstream upstream = guarded();
        server.then(reply, reply, reply, reply, reply, reply, reply, reply);

        for (int i = 0; i < 8; i++) {
            assertThat(call(upstream)).isEqualTo(reply);
        }

        assertThat(upstream.status().health()).isEqualTo(Health.UP);
    }

    @Test
    void aConnectionThatIsRefusedCountsSinceTheUpstreamIsKnownToBeDown() {
        ResilientUpstream upstream = guarded();
        server.health(Health.DOWN);
        server.then(NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE);
        for (int i = 0; i < 4; i++) {
            call(upstream);
        }

        assertThat(call(upstream)).asString().contains("4 of its last 4 calls failed, the last one: no connection");

        assertThat(server.calls()).hasSize(4);
        assertThat(upstream.status().health()).isEqualTo(Health.DOWN);
        assertThat(upstream.status().reason()).startsWith("no connection; not called for 10000 ms");
        assertThat(upstream.status().since()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void afterTheSpanOneCallShowsWhetherItWorksAgain() {
        ResilientUpstream upstream = guarded();
        break4(upstream);
        bench.pass(OPEN.minusMillis(500));
        call(upstream);
        assertThat(server.calls()).as("the span is not over").hasSize(4);

        bench.pass(Duration.ofSeconds(1));
        server.then(new Malformed("not JSON"));
        assertThat(call(upstream)).isEqualTo(new Malformed("not JSON"));
        assertThat(call(upstream)).asString().contains("it still fails", "not JSON");
        assertThat(server.calls()).as("one call went through").hasSize(5);

        bench.pass(OPEN.plusSeconds(1));
        assertThat(call(upstream)).isEqualTo(ScriptedUpstream.good());
        assertThat(call(upstream)).isEqualTo(ScriptedUpstream.good());
        assertThat(upstream.status().health()).isEqualTo(Health.UP);
        assertThat(upstream.status().reason()).isEmpty();
    }

    @Test
    void whileOneCallIsUnderWayToShowItNoOtherIsLetThrough() {
        ResilientUpstream upstream = guarded();
        break4(upstream);
        bench.pass(OPEN.plusSeconds(1));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        server.then((_, _) -> {
            begun.countDown();
            await(gate);
            return ScriptedUpstream.good();
        });
        Bench.Running<UpstreamReply> probe = Bench.start(() -> upstream.call(Bench.call("get"), ReplyListener.NONE));
        await(begun);

        assertThat(call(upstream)).isInstanceOf(Unreachable.class);
        gate.countDown();

        assertThat(probe.result()).isEqualTo(ScriptedUpstream.good());
        assertThat(call(upstream)).isEqualTo(ScriptedUpstream.good());
        assertThat(server.calls()).hasSize(6);
    }

    @Test
    void aProbeThatSaysNothingLeavesRoomForAnother() {
        ResilientUpstream upstream = guarded();
        break4(upstream);
        bench.pass(OPEN.plusSeconds(1));
        server.then(new Busy("later")).then((_, _) -> {
            throw new IllegalStateException("the agent has gone");
        });

        assertThat(call(upstream)).isEqualTo(new Busy("later"));
        assertThatThrownBy(() -> call(upstream)).isInstanceOf(IllegalStateException.class);

        assertThat(call(upstream)).isEqualTo(ScriptedUpstream.good());
        assertThat(upstream.status().health()).isEqualTo(Health.UP);
    }

    @Test
    void theStatusSaysThatItIsLeftAlone() {
        ResilientUpstream upstream = guarded();
        Instant before = bench.time().now();
        break4(upstream);

        UpstreamStatus status = upstream.status();

        assertThat(status.health()).isEqualTo(Health.DEGRADED);
        assertThat(status.reason()).contains("4 of its last 4 calls failed, the last one: does not answer in time");
        assertThat(status.since()).isAfterOrEqualTo(before);
        assertThat(status.dropped()).isEqualTo(3);
        assertThat(status.restarts()).isEqualTo(4);
    }

    @Test
    void withoutABreakerEveryCallGoesThrough() {
        ResilientUpstream upstream = upstream(Optional.empty());
        for (int i = 0; i < 100; i++) {
            server.then(new TimedOut());
            assertThat(call(upstream)).isEqualTo(new TimedOut());
        }

        assertThat(server.calls()).hasSize(100);
        assertThat(upstream.status().health()).isEqualTo(Health.UP);
    }

    @Test
    void listsAndWatchesGoThroughWhateverTheBreakerSays() {
        ResilientUpstream upstream = guarded();
        break4(upstream);

        assertThatThrownBy(upstream::offer).hasMessage("asked for its lists");
        assertThatThrownBy(() -> upstream.watch("file:///a", "alice", SessionCredential.of(Credential.NONE), () -> {}))
                .hasMessage("asked to watch file:///a");
    }

    @Test
    void slowCallsAreNoFailures() {
        ResilientUpstream upstream = guarded();
        for (int i = 0; i < 8; i++) {
            server.then((_, _) -> {
                bench.pass(Duration.ofMinutes(10));
                return ScriptedUpstream.good();
            });
            assertThat(call(upstream)).isEqualTo(ScriptedUpstream.good());
        }
    }

    @Test
    void theBreakerStartsNoThread() {
        ResilientUpstream upstream = guarded();
        break4(upstream);
        bench.pass(OPEN.plusSeconds(1));
        call(upstream);

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).contains("circuit")
                        || name.toLowerCase(java.util.Locale.ROOT).contains("resilience"));
    }

    // --- the second attempt

    private final class Listening implements ReplyListener {
        private final List<String> heard = new ArrayList<>();

        @Override
        public void notification(Envelope message) {
            heard.add(message.method());
        }

        @Override
        public byte[] request(Envelope request) {
            heard.add(request.method());
            return "\"result\":{}".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void repeated(String why) {
            repeats.add(why);
        }
    }

    private UpstreamReply listen(ResilientUpstream upstream, UpstreamCall call) {
        return Bench.start(() -> upstream.call(call, new Listening())).result();
    }

    @Test
    void aLostCallOfAnIdempotentToolIsSentOnceMore() {
        server.then(LOST);

        UpstreamReply reply = listen(upstream(Optional.empty(), "g*"), Bench.call("get"));

        assertThat(reply).isEqualTo(ScriptedUpstream.good());
        assertThat(server.calls()).hasSize(2);
        assertThat(repeats).containsExactly("the connection broke");
        assertThat(server.calls().get(1).timeout())
                .isLessThan(server.calls().get(0).timeout());
        assertThat(server.calls().get(1).target()).isEqualTo("get");
    }

    @Test
    void aLostCallOfAnotherToolIsNotSentAgain() {
        server.then(LOST);

        assertThat(listen(upstream(Optional.empty(), "list_*", "get_"), Bench.call("get")))
                .isEqualTo(LOST);

        assertThat(server.calls()).hasSize(1);
        assertThat(repeats).isEmpty();
    }

    @Test
    void thereIsNoThirdAttempt() {
        server.then(LOST, LOST);

        assertThat(listen(upstream(Optional.empty(), "*"), Bench.call("get"))).isEqualTo(LOST);

        assertThat(server.calls()).hasSize(2);
    }

    static Stream<UpstreamReply> finals() {
        return Stream.of(
                new TimedOut(),
                new Malformed("not JSON"),
                new TooLarge(7),
                new Busy("later"),
                new Cancelled(),
                new ProtocolError(ANY, -32603, 500),
                new InputNeeded(ANY),
                new Unreachable("the upstream refused our credential (HTTP 401)", false));
    }

    @ParameterizedTest
    @MethodSource("finals")
    void onlyALostCallIsSentAgain(UpstreamReply end) {
        server.then(end);

        assertThat(listen(upstream(Optional.empty(), "*"), Bench.call("get"))).isEqualTo(end);

        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void whatTheAgentHasHeardIsNotSaidTwice() {
        server.then((_, listener) -> {
            listener.notification(
                    Bench.message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}"));
            return LOST;
        });

        assertThat(listen(upstream(Optional.empty(), "*"), Bench.call("get"))).isEqualTo(LOST);

        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void whatTheAgentWasAskedIsNotAskedTwice() {
        server.then((_, listener) -> {
            listener.request(Bench.message("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"roots/list\"}"));
            return LOST;
        });

        assertThat(listen(upstream(Optional.empty(), "*"), Bench.call("get"))).isEqualTo(LOST);

        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void anAnswerThatTheUpstreamAskedForIsGivenOnce() {
        server.then(LOST);
        UpstreamCall call = Bench.call("get");
        UpstreamCall answering = new UpstreamCall(
                call.request(),
                call.target(),
                call.principal(),
                call.credential(),
                null,
                null,
                false,
                call.timeout(),
                call.replyBytesMax(),
                new Dialogue(call.dialogue().capabilities(), "\"state\"".getBytes(StandardCharsets.UTF_8), null, null),
                Duration.ZERO);

        assertThat(listen(upstream(Optional.empty(), "*"), answering)).isEqualTo(LOST);

        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void aCallWhoseTimeIsUpIsNotSentAgain() {
        server.then((_, _) -> {
            bench.pass(Bench.AMPLE.minusMillis(5));
            return LOST;
        });

        assertThat(listen(upstream(Optional.empty(), "*"), Bench.call("get"))).isEqualTo(LOST);

        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void aCancelBetweenTheAttemptsEndsTheCall() {
        ResilienceSettings patient =
                new ResilienceSettings(Optional.empty(), List.of(new NamePattern("*")), Bench.AMPLE.minusSeconds(1));
        ResilientUpstream upstream = new ResilientUpstream(server, patient, bench.surroundings());
        server.then(LOST);

        Bench.Running<UpstreamReply> running = Bench.start(() -> upstream.call(Bench.call("get"), new Listening()));
        running.interruptWhileWaiting();

        assertThat(running.result()).isEqualTo(new Cancelled());
        assertThat(server.calls()).hasSize(1);
        assertThat(repeats).isEmpty();
    }

    @Test
    void thatTheSecondAttemptDidNotRunSaysNothingAboutTheFirst() {
        server.health(Health.DOWN);
        server.then(LOST, NOT_THERE, LOST, new Busy("later"), NOT_THERE, NOT_THERE);
        ResilientUpstream upstream = upstream(Optional.empty(), "*");

        assertThat(listen(upstream, Bench.call("get"))).isEqualTo(new Unreachable("no connection", true));
        assertThat(listen(upstream, Bench.call("get"))).isEqualTo(LOST);
        assertThat(listen(upstream, Bench.call("get"))).isEqualTo(NOT_THERE);
    }

    @Test
    void aCallThatWorkedAtTheSecondAttemptIsNoOutage() {
        ResilientUpstream upstream = upstream(Optional.of(HALF_OF_FOUR), "*");
        for (int i = 0; i < 8; i++) {
            server.then(LOST, ScriptedUpstream.good());
            assertThat(listen(upstream, Bench.call("get"))).isEqualTo(ScriptedUpstream.good());
        }

        assertThat(upstream.status().health()).isEqualTo(Health.UP);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
