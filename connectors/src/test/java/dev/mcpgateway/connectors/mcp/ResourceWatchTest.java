package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of resources are heard in the name of whoever watches, over broken streams and lost sessions, until closed. */
class ResourceWatchTest {
    private static final String A = "file:///a";
    private static final String B = "file:///b";

    private final Bench bench = new Bench();
    private final AtomicInteger heard = new AtomicInteger();

    @AfterEach
    void close() {
        bench.close();
    }

    private FakeMcpServer server(Speaks speaks) {
        return bench.with(FakeMcpServer.start(speaks))
                .tool("t", ToolScript.text(""))
                .resource(A, ToolScript.text(""))
                .resource(B, ToolScript.text(""))
                .declare("\"tools\":{},\"resources\":{\"subscribe\":true}");
    }

    private HttpUpstream upstream(FakeMcpServer server) {
        return bench.upstream(server.url(), EraSetting.AUTO);
    }

    private static SessionCredential credential(String principal) {
        return SessionCredential.of(new Credential(List.of(new HttpHeader("Authorization", "Bearer of-" + principal))));
    }

    private ResourceWatch watch(McpUpstream upstream, String uri, String principal, AtomicInteger count)
            throws UpstreamFault {
        return upstream.watch(uri, principal, credential(principal), count::incrementAndGet);
    }

    private UpstreamFault fault(McpUpstream upstream, String uri) {
        return catchThrowableOfType(UpstreamFault.class, () -> watch(upstream, uri, "alice", heard));
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aChangeIsHeardUntilTheWatchIsClosed(Speaks speaks) throws UpstreamFault, IOException {
        FakeMcpServer server = server(speaks);
        HttpUpstream upstream = upstream(server);

        ResourceWatch watch = watch(upstream, A, "alice", heard);
        Await.until("it is subscribed", () -> server.subscribed().contains(A));
        server.announceUpdated(B);
        server.announceUpdated(A);
        Await.until("it was heard", () -> heard.get() == 1);
        watch.close();
        watch.close();

        Await.until("it is subscribed no more", () -> server.subscribed().isEmpty());
        server.announceUpdated(A);
        assertThat(heard).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void watchesOfOnePrincipalShareALineAndEndOneByOne(Speaks speaks) throws UpstreamFault, IOException {
        FakeMcpServer server = server(speaks);
        HttpUpstream upstream = upstream(server);
        AtomicInteger other = new AtomicInteger();

        ResourceWatch first = watch(upstream, A, "alice", heard);
        ResourceWatch second = watch(upstream, B, "alice", other);
        ResourceWatch third = watch(upstream, B, "alice", other);
        Await.until(
                "there is one stream for both",
                () -> server.listeners() == 1 && server.subscribed().size() == 2);
        assertThat(other).hasValue(0);
        second.close();
        first.close();
        Await.until(
                "only one is left", () -> server.subscribed().equals(java.util.Set.of(B)) && server.listeners() == 1);
        if (speaks == Speaks.MODERN) {
            Await.until("a line that is opened anew is taken for a change of what is left", () -> other.get() > 0);
        }
        int before = other.get();
        server.announceUpdated(B);

        Await.until("it was heard", () -> other.get() > before);
        third.close();
        Await.until("nothing is left", () -> server.subscribed().isEmpty());
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void eachPrincipalSubscribesByItself(Speaks speaks) throws UpstreamFault {
        FakeMcpServer server = server(speaks);
        HttpUpstream upstream = upstream(server);

        try (ResourceWatch _ = watch(upstream, A, "alice", heard);
                ResourceWatch _ = watch(upstream, A, "bob", heard)) {
            Await.until("both have a stream", () -> server.listeners() == 2);
        }

        String method = speaks == Speaks.MODERN ? "subscriptions/listen" : "resources/subscribe";
        assertThat(server.requests(method))
                .extracting(request -> request.header("Authorization").orElse(""))
                .containsExactlyInAnyOrder("Bearer of-alice", "Bearer of-bob");
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void whatTheServerDoesNotAgreeToIsAFault(Speaks speaks) throws UpstreamFault {
        FakeMcpServer server = server(speaks);
        HttpUpstream upstream = upstream(server);

        assertThat(fault(upstream, "file:///unknown")).isNotNull();

        watch(upstream, A, "alice", heard).close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aServerWithoutSubscriptionsIsAFault(Speaks speaks) {
        FakeMcpServer server = server(speaks).declare("\"tools\":{},\"resources\":{}");

        assertThat(fault(upstream(server), A)).hasMessageContaining("does not tell");

        assertThat(server.requests("resources/subscribe")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aBrokenStreamIsOpenedAnewAndTakenForAChange(Speaks speaks) throws UpstreamFault, IOException {
        FakeMcpServer server = server(speaks);
        HttpUpstream upstream = upstream(server);

        try (ResourceWatch _ = watch(upstream, A, "alice", heard)) {
            Await.until("it listens", () -> server.listeners() == 1);
            server.dropListeners();
            Await.until("the gap is taken for a change", () -> heard.get() == 1);
            Await.until("it listens again", () -> server.listeners() == 1);
            server.announceUpdated(A);
            Await.until("it was heard", () -> heard.get() == 2);
        }
    }

    @Test
    void aLostSessionIsReplacedAndSubscribedAnew() throws UpstreamFault, IOException {
        FakeMcpServer server = server(Speaks.LEGACY);
        HttpUpstream upstream = upstream(server);

        try (ResourceWatch _ = watch(upstream, A, "alice", heard)) {
            Await.until("it listens", () -> server.listeners() == 1);
            server.forgetSessions();
            server.dropListeners();
            Await.until("it is subscribed anew", () -> server.subscribed().contains(A) && server.listeners() == 1);
            Await.until("the gap is taken for a change", () -> heard.get() > 0);
            int before = heard.get();
            server.announceUpdated(A);
            Await.until("it was heard", () -> heard.get() == before + 1);
        }

        assertThat(server.sessionsOpened()).isEqualTo(2);
    }

    @Test
    void aCallThatFindsTheSessionLostHelpsTheWatch() throws UpstreamFault, IOException {
        FakeMcpServer server = server(Speaks.LEGACY);
        server.method("GET", ToolScript.status(405, "text/plain", ""));
        HttpUpstream upstream = upstream(server);

        try (ResourceWatch _ = watch(upstream, A, "alice", heard)) {
            server.forgetSessions();
            var _ = bench.call(upstream, Bench.call("t"));
            Await.until("it is subscribed anew", () -> server.subscribed().contains(A));
        }
    }

    @Test
    void aWatchedSessionIsNotClosedForBeingIdle() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY);
        HttpUpstream upstream = upstream(server);

        try (ResourceWatch _ = watch(upstream, A, "alice", heard)) {
            bench.pass(Duration.ofMinutes(20));
            var _ = bench.call(upstream, Bench.call("t"));
            assertThat(server.requests("DELETE")).isEmpty();
            assertThat(server.sessionsOpened()).isEqualTo(1);
        }
    }

    @Test
    void onlyWhatCarriesTheSubscriptionCounts() throws UpstreamFault, IOException {
        FakeMcpServer server = server(Speaks.MODERN);
        HttpUpstream upstream = upstream(server);

        try (ResourceWatch _ = watch(upstream, A, "alice", heard)) {
            Await.until("it listens", () -> server.listeners() == 1);
            String forged = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\""
                    + A + "\"";
            server.announceRaw(forged + "}}");
            server.announceRaw(forged + ",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"x\"}}}");
            server.announceRaw("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
            Await.until("all was dropped", () -> upstream.status().dropped() == 3);
            server.announceUpdated(A);
            Await.until("the real one was heard", () -> heard.get() == 1);
        }
    }

    @Test
    void aStreamThatDripsWithoutAcknowledgementIsGivenUp() {
        FakeMcpServer server = server(Speaks.MODERN);
        server.method("subscriptions/listen", turn -> {
            turn.openEvents();
            turn.connection().awaitPeerClose();
        });
        HttpUpstreamSettings all = Bench.settings(server.url(), EraSetting.AUTO);
        HttpUpstream upstream = bench.with(new HttpUpstream(
                new HttpUpstreamSettings(
                        all.alias(),
                        all.url(),
                        all.era(),
                        all.credential(),
                        all.connections(),
                        all.allowNetworks(),
                        Bench.SHORT,
                        all.sessionsMax(),
                        all.sessionIdle(),
                        all.jsonDepthMax(),
                        all.ownCapabilities()),
                bench.surroundings()));

        assertThat(fault(upstream, A)).hasMessage("does not answer in time");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 404, 500, 401})
    void aRefusedStreamIsAFault(int status) {
        FakeMcpServer server = server(Speaks.MODERN);
        server.method("subscriptions/listen", ToolScript.status(status, "application/json", "{}"));

        assertThat(fault(upstream(server), A)).isNotNull();
    }

    @Test
    void watchesAreBounded() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY);
        HttpUpstream upstream = upstream(server);
        ResourceWatch one = watch(upstream, A, "alice", heard);
        for (int i = 1; i < ResourceWatches.WATCHES_MAX; i++) {
            watch(upstream, A, "alice", heard);
        }

        assertThat(fault(upstream, A).reply()).isInstanceOf(UpstreamReply.Busy.class);

        one.close();
        watch(upstream, A, "alice", heard).close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aClosedUpstreamWatchesNothing(Speaks speaks) throws UpstreamFault {
        FakeMcpServer server = server(speaks);
        HttpUpstream upstream = upstream(server);
        ResourceWatch watch = watch(upstream, A, "alice", heard);

        upstream.close();

        assertThat(fault(upstream, A)).hasMessageContaining("closed by this gateway");
        watch.close();
        Await.until("its stream has ended", () -> server.listeners() == 0);
        server.clearRequests();
        var _ = fault(upstream, A);
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "legacy"})
    void aProcessTellsOfChanges(String era) throws UpstreamFault {
        McpUpstream upstream = bench.with(StdioUpstream.of(
                StdioUpstreamSettings.of("fake", FakeStdioServer.command(era, "features"), Map.of(), EraSetting.AUTO),
                bench.surroundings()));
        AtomicInteger bobs = new AtomicInteger();

        ResourceWatch alice = watch(upstream, "mem://a", "alice", heard);
        ResourceWatch bob = watch(upstream, "mem://a", "bob", bobs);
        touch(upstream);
        Await.until("it was heard", () -> bobs.get() == 1);
        bob.close();
        if (era.equals("legacy")) {
            touch(upstream);
            Await.until("alice goes on hearing", () -> heard.get() == 2);
        }

        alice.close();
        assertThat(bobs).hasValue(1);
    }

    private void touch(McpUpstream upstream) {
        var _ = bench.call(
                upstream,
                Bench.call(Bench.legacyRequest("touch", "{\"uri\":\"mem://a\"}"), "touch", "alice", Dialogue.NONE));
    }

    @Test
    void aProcessThatDiesIsSubscribedToAnew() throws UpstreamFault {
        McpUpstream upstream = bench.with(StdioUpstream.of(
                StdioUpstreamSettings.of(
                        "fake", FakeStdioServer.command("legacy", "features"), Map.of(), EraSetting.AUTO),
                bench.surroundings()));

        try (ResourceWatch _ = watch(upstream, "mem://a", "alice", heard)) {
            var _ = bench.call(upstream, Bench.call("die"));
            Await.until("the gap is taken for a change", () -> heard.get() == 1);
            touch(upstream);
            Await.until("it was heard", () -> heard.get() == 2);
        }
    }
}
