package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An upstream that misbehaves harms its own callers, and those for no longer than a call may last: the others' calls and
 * lists go on, memory stays bounded, places are given back, and every call has its outcome in the audit log.
 */
class IsolationTest {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

    /** Calls at once to a troubled upstream: all that it gets. */
    private static final int PLACES = 3;

    /** {@code reply_bytes} and what may come beside the reply, and what the sockets of both sides hold. */
    private static final long TAKEN_BYTES_MAX = (1L << 20) + (4L << 20) + (12L << 20);

    private static final Map<String, FakeMcpServer> TROUBLED = Map.of(
            "modern", FakeMcpServer.start(Speaks.MODERN),
            "legacy", FakeMcpServer.start(Speaks.LEGACY),
            "standard", FakeMcpServer.start(Speaks.MODERN));

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.BOTH).tool("echo", ToolScript.text("hello"));
        String keys = "credential: none, breaker: off, concurrent_calls: " + PLACES + ", call_timeout_ms: "
                + CALL_TIMEOUT.toMillis();
        TROUBLED.forEach((alias, server) -> {
            for (Trouble trouble : Trouble.values()) {
                server.tool(trouble.tool(), ToolScript.text("not yet"));
            }
            server.tool("fine", ToolScript.text("fine"));
        });
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .upstream("modern", TROUBLED.get("modern"), keys)
                .upstream("legacy", TROUBLED.get("legacy"), keys)
                .upstream("standard", TROUBLED.get("standard"), keys + ", http_client: standard")
                .limits("{reply_bytes: 1048576, result_bytes: 65536, calls_per_minute: 100000}")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[crm__*, modern__*, legacy__*, standard__*]"))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
        TROUBLED.values().forEach(FakeMcpServer::close);
    }

    static Stream<Arguments> troubles() {
        return Stream.of(Trouble.values())
                .flatMap(trouble ->
                        Stream.of("modern", "legacy", "standard").map(alias -> Arguments.of(alias, trouble)));
    }

    private static <T> FutureTask<T> begin(Callable<T> step) {
        FutureTask<T> task = new FutureTask<>(step);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static <T> T end(FutureTask<T> task) throws Exception {
        return task.get(60, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void troubleStaysWhereItIs(String alias, Trouble trouble) throws Exception {
        FakeMcpServer server = TROUBLED.get(alias);
        AtomicLong sent = new AtomicLong();
        AtomicInteger over = new AtomicInteger();
        server.tool(trouble.tool(), trouble.script(sent, over));
        server.clearRequests();
        gateway.skipRecords();
        String tool = alias + "__" + trouble.tool();

        List<FutureTask<WireAnswer>> calls = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            TestAgent agent = gateway.agent("caller-" + i);
            calls.add(begin(() -> agent.call(tool, "{}")));
        }
        Await.until(
                "all calls are under way", () -> server.requests("tools/call").size() == PLACES);
        assertOthersGoOn();
        if (trouble.endsByTime()) {
            assertThat(calls).noneMatch(FutureTask::isDone);
            gateway.clock().advance(CALL_TIMEOUT.plusSeconds(1));
        }

        String reason = trouble.outcome().split(" ", 2)[1];
        for (FutureTask<WireAnswer> call : calls) {
            assertThat(end(call).refusalCode()).isEqualTo(reason);
        }
        assertThat(server.requests("tools/call")).as("nothing was sent twice").hasSize(PLACES);
        assertThat(gateway.newSummaries(2 * PLACES + 3).stream().filter(each -> each.contains(tool)))
                .as("each call has its records")
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Collections.nCopies(PLACES, "tool.call.intent " + tool).stream(),
                                Collections.nCopies(PLACES, "tool.call.outcome " + trouble.outcome() + " " + tool)
                                        .stream())
                        .toList());
        Await.until("the upstream is rid of all calls", () -> over.get() == PLACES);
        assertThat(sent.get()).isLessThanOrEqualTo(PLACES * TAKEN_BYTES_MAX);
        assertAllPlacesAreFree(alias);
        assertThat(server.failures()).isEmpty();
    }

    private static void assertOthersGoOn() {
        TestAgent bystander = gateway.agent("bystander");
        assertThat(bystander.call("crm__echo", "{}").firstText()).isEqualTo("hello");
        assertThat(bystander.list().text()).contains("crm__echo", "modern__fine", "legacy__fine", "standard__fine");
    }

    private static void assertAllPlacesAreFree(String alias) throws Exception {
        FakeMcpServer server = TROUBLED.get(alias);
        CountDownLatch together = new CountDownLatch(PLACES);
        server.tool("fine", turn -> {
            together.countDown();
            together.await(10, TimeUnit.SECONDS);
            turn.result(ToolScript.textResult("fine"));
        });
        List<FutureTask<WireAnswer>> calls = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            TestAgent agent = gateway.agent("caller-" + i);
            calls.add(begin(() -> agent.call(alias + "__fine", "{}")));
        }
        for (FutureTask<WireAnswer> call : calls) {
            assertThat(end(call).firstText()).isEqualTo("fine");
        }
        assertThat(together.getCount()).as("all at once").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "legacy", "standard"})
    void moreCallsThanThereArePlacesForAreRefusedAndWaitForNobody(String alias) throws Exception {
        FakeMcpServer server = TROUBLED.get(alias);
        server.tool(Trouble.HANGS.tool(), Trouble.HANGS.script(new AtomicLong(), new AtomicInteger()));
        server.clearRequests();
        List<FutureTask<WireAnswer>> calls = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            TestAgent agent = gateway.agent("caller-" + i);
            calls.add(begin(() -> agent.call(alias + "__" + Trouble.HANGS.tool(), "{}")));
        }
        Await.until("all places are taken", () -> server.requests("tools/call").size() == PLACES);

        assertThat(gateway.agent().call(alias + "__fine", "{}").refusalCode()).isEqualTo("upstream_busy");
        assertOthersGoOn();

        gateway.clock().advance(CALL_TIMEOUT.plusSeconds(1));
        for (FutureTask<WireAnswer> call : calls) {
            assertThat(end(call).refusalCode()).isEqualTo("upstream_timed_out");
        }
        assertAllPlacesAreFree(alias);
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "legacy", "standard"})
    void anAnswerMeantForAnotherCallReachesNobodyElse(String alias) throws Exception {
        FakeMcpServer server = TROUBLED.get(alias);
        List<String> ids = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch both = new CountDownLatch(2);
        server.tool(Trouble.ANSWERS_ANOTHER_ID.tool(), turn -> {
            ids.add(turn.id());
            both.countDown();
            both.await(10, TimeUnit.SECONDS);
            String other = ids.getFirst().equals(turn.id()) ? ids.getLast() : ids.getFirst();
            turn.openEvents();
            turn.event("{\"jsonrpc\":\"2.0\",\"id\":" + other + ",\"result\":" + ToolScript.textResult("of " + other)
                    + "}");
            turn.event(turn.response(ToolScript.textResult("of " + turn.id())));
            turn.event(turn.response(ToolScript.textResult("twice")));
            turn.endEvents();
        });
        String tool = alias + "__" + Trouble.ANSWERS_ANOTHER_ID.tool();

        FutureTask<WireAnswer> alice = begin(() -> gateway.agent("alice").call(tool, "{}"));
        FutureTask<WireAnswer> bob = begin(() -> gateway.agent("bob").call(tool, "{}"));

        List<String> texts = List.of(end(alice).firstText(), end(bob).firstText());
        assertThat(texts).containsExactlyInAnyOrder("of " + ids.getFirst(), "of " + ids.getLast());
        assertAllPlacesAreFree(alias);
    }

    @Test
    void anUpstreamThatNeverAnswersAnythingKeepsNobodyFromStarting(@TempDir Path another) throws Exception {
        try (RawServer mute = RawServer.start(connection -> connection.awaitPeerClose());
                TestGateway started = TestGateway.in(another)
                        .upstream("crm", crm)
                        .upstream(
                                "mute",
                                TestGateway.http(
                                        java.net.URI.create("http://127.0.0.1:" + mute.port() + "/mcp"),
                                        "credential: none"))
                        .build()) {
            FutureTask<Boolean> starting = begin(() -> {
                started.gateway().start();
                return true;
            });
            Await.until("the mute one is asked for its list", () -> mute.accepted() > 0);
            started.clock().advance(Duration.ofMinutes(1));
            assertThat(end(starting)).isTrue();

            assertThat(started.agent().call("crm__echo", "{}").firstText()).isEqualTo("hello");
            assertThat(started.admin("/readyz").status()).isEqualTo(200);
            Await.until(
                    "it is known to be down",
                    () -> started.admin("/readyz").at("/upstreams/1/health").equals("down"));
            assertThat(started.admin("/readyz").at("/upstreams/0/health")).isEqualTo("up");
        }
    }
}
