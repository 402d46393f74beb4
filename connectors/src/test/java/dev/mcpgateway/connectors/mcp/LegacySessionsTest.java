package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Busy;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TimedOut;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Unreachable;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of legacy servers: one per principal, opened once, bounded, ended. */
class LegacySessionsTest {
    private final Bench bench = new Bench();
    private final FakeMcpServer server =
            bench.with(FakeMcpServer.start(Speaks.LEGACY)).tool("echo", ToolScript.text("hi"));

    @AfterEach
    void close() {
        bench.close();
    }

    private HttpUpstream upstream(int sessionsMax, Duration idle) {
        URI url = server.url();
        return bench.with(new HttpUpstream(
                new HttpUpstreamSettings(
                        "fake",
                        url,
                        EraSetting.LEGACY,
                        new UpstreamCredential.None(),
                        HttpSettings.of(HttpOrigin.of(url), HttpSettings.Client.LEAN),
                        List.of(),
                        Duration.ofSeconds(10),
                        sessionsMax,
                        idle,
                        64,
                        ClientCapabilities.NONE),
                bench.surroundings()));
    }

    private HttpUpstream upstream() {
        return upstream(100, Duration.ofMinutes(10));
    }

    private UpstreamReply call(HttpUpstream upstream, String principal) {
        return bench.call(upstream, Bench.call("echo", principal, Bench.AMPLE));
    }

    private String sessionOfLastCall() {
        return server.requests("tools/call").getLast().header("Mcp-Session-Id").orElse("none");
    }

    @Test
    void eachPrincipalHasItsOwnSessionAndKeepsIt() throws UpstreamFault {
        HttpUpstream upstream = upstream();

        upstream.offer();
        for (String principal : new String[] {"alice", "bob", "alice", "bob"}) {
            assertThat(call(upstream, principal)).isInstanceOf(Answered.class);
        }

        assertThat(server.sessionsOpened()).as("the gateway's own, and two").isEqualTo(3);
        assertThat(server.requests("tools/call").stream()
                        .map(request -> request.header("Mcp-Session-Id").orElseThrow()))
                .containsExactly("session-2", "session-3", "session-2", "session-3");
    }

    @Test
    void concurrentFirstCallsOfOnePrincipalOpenOneSession() {
        HttpUpstream upstream = upstream();

        var calls = IntStream.range(0, 30)
                .mapToObj(_ ->
                        Bench.start(() -> upstream.call(Bench.call("echo", "alice", Bench.AMPLE), ReplyListener.NONE)))
                .toList();

        assertThat(calls).allSatisfy(call -> assertThat(call.result()).isInstanceOf(Answered.class));
        assertThat(server.sessionsOpened()).isEqualTo(1);
    }

    @Test
    void aForgottenSessionIsOpenedAgainAndTheCallRepeated() {
        HttpUpstream upstream = upstream();
        call(upstream, "alice");
        server.forgetSessions();

        assertThat(call(upstream, "alice")).isInstanceOf(Answered.class);

        assertThat(server.requests("tools/call"))
                .extracting(request -> request.header("Mcp-Session-Id").orElseThrow())
                .containsExactly("session-1", "session-1", "session-2");
    }

    @Test
    void aServerThatForgetsAllTheTimeIsAskedTwiceAndNoMore() {
        server.tool("echo", ToolScript.status(404, "text/plain", ""));

        assertThat(call(upstream(), "alice")).isInstanceOf(Unreachable.class);

        assertThat(server.requests("tools/call")).hasSize(2);
    }

    @Test
    void a404WithoutASessionIsNotRepeated() {
        server.keepSessions(false);
        server.tool("echo", ToolScript.status(404, "text/plain", ""));

        assertThat(call(upstream(), "alice")).isInstanceOf(Unreachable.class);

        assertThat(server.requests("tools/call")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 500 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"jso"
            })
    void aCallThatMayHaveRunIsNotRepeated(String answer) {
        server.tool("echo", ToolScript.raw(answer));

        assertThat(call(upstream(), "alice"))
                .isInstanceOfSatisfying(
                        Unreachable.class,
                        reply -> assertThat(reply.mayHaveRun()).isTrue());

        assertThat(server.requests("tools/call")).hasSize(1);
    }

    @Test
    void a400ThatNamesNoRequestCostsTheSessionButRepeatsNothing() {
        HttpUpstream upstream = upstream();
        call(upstream, "alice");
        server.tool(
                "echo",
                ToolScript.status(
                        400,
                        "application/json",
                        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"No valid session\"}}"));
        assertThat(call(upstream, "alice")).isInstanceOf(UpstreamReply.ProtocolError.class);
        assertThat(server.requests("tools/call")).hasSize(2);

        server.tool("echo", ToolScript.text("hi"));

        assertThat(call(upstream, "alice")).isInstanceOf(Answered.class);
        assertThat(sessionOfLastCall()).isEqualTo("session-2");
    }

    @Test
    void aServerWithoutSessionsNeedsNone() {
        server.keepSessions(false);

        assertThat(call(upstream(), "alice")).isInstanceOf(Answered.class);

        assertThat(sessionOfLastCall()).isEqualTo("none");
    }

    @Test
    void theSessionUnusedLongestMakesRoom() {
        HttpUpstream upstream = upstream(2, Duration.ofMinutes(10));
        call(upstream, "alice");
        call(upstream, "bob");
        call(upstream, "alice");

        call(upstream, "carol");

        Await.until("bob's session is ended", () -> !server.requests("DELETE").isEmpty());
        assertThat(server.requests("DELETE").getFirst().header("Mcp-Session-Id"))
                .hasValue("session-2");
        assertThat(server.sessions()).containsExactlyInAnyOrder("session-1", "session-3");
    }

    @Test
    void aSessionInUseIsNotEndedForWantOfRoom() {
        HttpUpstream upstream = upstream(1, Duration.ofMinutes(10));
        server.tool("hang", ToolScript.hanging(() -> {}));
        var running = Bench.start(() -> upstream.call(Bench.call("hang", "alice", Bench.AMPLE), ReplyListener.NONE));
        Await.until(
                "the call is under way", () -> !server.requests("tools/call").isEmpty());

        assertThat(call(upstream, "bob")).isInstanceOf(Busy.class);

        assertThat(server.requests("DELETE")).isEmpty();
        running.interruptWhileWaiting();
        running.result();
        assertThat(call(upstream, "bob")).isInstanceOf(Answered.class);
    }

    @Test
    void anUnusedSessionIsEndedAfterItsTime() {
        HttpUpstream upstream = upstream(10, Duration.ofMinutes(10));
        call(upstream, "alice");
        bench.pass(Duration.ofMinutes(9));
        call(upstream, "bob");

        bench.pass(Duration.ofMinutes(2));

        Await.until("alice's session is ended", () -> !server.requests("DELETE").isEmpty());
        assertThat(server.sessions()).containsExactly("session-2");
    }

    @Test
    void allSessionsAreEndedAtTheEnd() {
        HttpUpstream upstream = upstream();
        for (int i = 0; i < 5; i++) {
            call(upstream, "user-" + i);
        }

        upstream.close();

        assertThat(server.sessions()).isEmpty();
        assertThat(call(upstream, "late")).isInstanceOf(Unreachable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
    void everyLegacyRevisionIsSpoken(String version) {
        server.legacyVersion(version);
        HttpUpstream upstream = upstream();

        assertThat(call(upstream, "alice")).isInstanceOf(Answered.class);

        boolean hasHeader = version.compareTo("2025-06-18") >= 0;
        RawRequest sent = server.requests("tools/call").getFirst();
        assertThat(sent.header("MCP-Protocol-Version"))
                .isEqualTo(hasHeader ? java.util.Optional.of(version) : java.util.Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "2031-01-01", "1.0", ""})
    void aRevisionThatIsNoLegacyOneIsNotAgreedOn(String version) {
        server.legacyVersion(version);

        assertThat(call(upstream(), "alice")).isInstanceOfSatisfying(Unreachable.class, reply -> {
            assertThat(reply.why()).contains("no protocol revision");
            assertThat(reply.mayHaveRun()).isFalse();
        });
        assertThat(server.requests("tools/call")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"has space", "täst", "LONG"})
    void aSessionIdThatNoHeaderCanCarryIsRefused(String id) {
        String value = id.equals("LONG") ? "x".repeat(HttpSession.ID_CHARS_MAX + 1) : id;
        server.method("initialize", turn -> {
            String body = turn.response("{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
            turn.connection()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: " + value
                            + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        });

        assertThat(call(upstream(), "alice"))
                .isInstanceOfSatisfying(
                        Unreachable.class, reply -> assertThat(reply.why()).contains("session id"));
    }

    @Test
    void aStreamedInitializeResultIsUnderstood() {
        server.method("initialize", turn -> {
            server.keepSessions(false);
            turn.openEvents();
            turn.event(turn.response("{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}"));
            turn.endEvents();
        });

        assertThat(call(upstream(), "alice")).isInstanceOf(Answered.class);
    }

    @Test
    void aRefusedInitializedNotificationIsAFailure() {
        server.method("notifications/initialized", ToolScript.status(400, "text/plain", ""));

        assertThat(call(upstream(), "alice")).isInstanceOf(Unreachable.class);
        assertThat(server.requests("tools/call")).isEmpty();
    }

    @Test
    void anInitializeThatHangsDoesNotBlockOtherPrincipals() {
        server.method("initialize", turn -> {
            if (turn.request().header("Authorization").orElse("").endsWith("of-slow")) {
                turn.connection().awaitPeerClose();
            } else {
                server.keepSessions(false);
                turn.result("{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
            }
        });
        HttpUpstream upstream = upstream();
        var slow =
                Bench.start(() -> upstream.call(Bench.call("echo", "slow", Duration.ofSeconds(2)), ReplyListener.NONE));
        Await.until("it hangs", () -> !server.requests("initialize").isEmpty());

        assertThat(call(upstream, "fast")).isInstanceOf(Answered.class);

        assertThat(slow.result()).isEqualTo(new Unreachable("no session with it within the time allowed", false));
    }

    @Test
    void aTimeoutKeepsTheSession() {
        server.tool("hang", ToolScript.hanging(() -> {}));
        HttpUpstream upstream = upstream();
        assertThat(bench.call(upstream, Bench.call("hang", "alice", Bench.SHORT)))
                .isEqualTo(new TimedOut());

        assertThat(call(upstream, "alice")).isInstanceOf(Answered.class);

        assertThat(server.sessionsOpened()).isEqualTo(1);
    }

    @Test
    void anOpeningOutlivesTheCallerThatGaveUp() {
        CountDownLatch answered = new CountDownLatch(1);
        server.method("initialize", turn -> {
            assertThat(answered.await(10, TimeUnit.SECONDS)).isTrue();
            server.keepSessions(false);
            turn.result("{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
        });
        HttpUpstream upstream = upstream();
        assertThat(bench.call(upstream, Bench.call("echo", "alice", Bench.SHORT)))
                .isInstanceOf(Unreachable.class);
        var patient = Bench.start(() -> upstream.call(Bench.call("echo", "alice", Bench.AMPLE), ReplyListener.NONE));
        var hurried = Bench.start(() -> upstream.call(Bench.call("echo", "alice", Bench.AMPLE), ReplyListener.NONE));
        hurried.interruptWhileWaiting();
        assertThat(hurried.result()).isEqualTo(new UpstreamReply.Cancelled());

        answered.countDown();

        assertThat(patient.result()).isInstanceOf(Answered.class);
        assertThat(server.requests("initialize")).hasSize(1);
    }

    @Test
    void aRefusedOpeningIsToldToAllWhoWaitAndTriedAgain() {
        CountDownLatch go = new CountDownLatch(1);
        server.method("initialize", turn -> {
            assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
            turn.connection().answer(401, "text/plain", "");
        });
        HttpUpstream upstream = upstream();
        var calls = IntStream.range(0, 5)
                .mapToObj(_ ->
                        Bench.start(() -> upstream.call(Bench.call("echo", "alice", Bench.AMPLE), ReplyListener.NONE)))
                .toList();
        Await.until(
                "all wait",
                () -> calls.stream().allMatch(call -> call.thread().getState() == Thread.State.TIMED_WAITING));
        go.countDown();

        assertThat(calls)
                .allSatisfy(call -> assertThat(call.result())
                        .isEqualTo(new Unreachable("the upstream refused our credential (HTTP 401)", false)));
        assertThat(server.requests("initialize")).hasSize(1);
        assertThat(call(upstream, "alice")).isInstanceOf(Unreachable.class);
        assertThat(server.requests("initialize")).hasSize(2);
    }

    @Test
    void aRefusedCallerDoesNotMakeTheUpstreamLookDown() throws UpstreamFault {
        HttpUpstream upstream = upstream();
        upstream.offer();
        server.tool("echo", ToolScript.status(401, "text/plain", ""));

        call(upstream, "mallory");

        assertThat(upstream.status().health()).isEqualTo(UpstreamStatus.Health.UP);
    }
}
