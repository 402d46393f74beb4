package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.mcp.UpstreamView.Freshness;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalogue of all upstreams: complete as far as possible, ordered, never emptied by one of them. */
class CatalogTest {
    private static final CatalogSettings QUIET = new CatalogSettings(
            Duration.ofHours(1), Duration.ZERO, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(24));
    private static final CatalogSettings BUSY = new CatalogSettings(
            Duration.ofMillis(20), Duration.ZERO, Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofHours(24));

    private final Bench bench = new Bench();
    private final Queue<CatalogSnapshot> published = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        bench.close();
    }

    private Catalog catalog(CatalogSettings settings, McpUpstream... upstreams) {
        Catalog catalog = bench.with(new Catalog(List.of(upstreams), settings, bench.surroundings(), published::add));
        catalog.start();
        return catalog;
    }

    private static void awaitFirst(Catalog catalog) {
        try {
            assertThat(catalog.awaitFirst(Duration.ofSeconds(10))).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static List<String> names(CatalogSnapshot snapshot) {
        return snapshot.tools().stream().map(CatalogItem::canonicalName).toList();
    }

    /** An upstream whose list is set by the test. */
    private static final class ListedUpstream implements McpUpstream {
        private final String alias;
        private final AtomicInteger asked = new AtomicInteger();
        private volatile String tools;
        private volatile String fault = "";
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile Runnable listener = () -> {};

        ListedUpstream(String alias, String... names) {
            this.alias = alias;
            this.tools = definitions(names);
        }

        private static String definitions(String... names) {
            List<String> all = new ArrayList<>();
            for (String name : names) {
                all.add("{\"name\":\"" + name + "\"}");
            }
            return String.join(",", all);
        }

        @Override
        public String alias() {
            return alias;
        }

        @Override
        public Offer offer() throws UpstreamFault {
            asked.incrementAndGet();
            try {
                if (!gate.await(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("never let through");
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
                throw new UpstreamFault("interrupted");
            }
            if (fault.equals("bug")) {
                throw new IllegalStateException("a bug");
            }
            if (fault.equals("error")) {
                throw new StackOverflowError("made by a test");
            }
            if (!fault.isEmpty()) {
                throw new UpstreamFault(fault);
            }
            return OfferPages.collect(
                    Revision.V2025_11_25, ServerCapabilities.TOOLS_ONLY, (_, _) -> new UpstreamReply.Answered(list()));
        }

        private Envelope list() {
            return Bench.message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" + tools + "]}}");
        }

        @Override
        public UpstreamReply call(UpstreamCall call, ReplyListener replies) {
            return new UpstreamReply.TimedOut();
        }

        @Override
        public UpstreamStatus status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void onOfferChanged(Runnable toTell) {
            listener = toTell;
        }

        @Override
        public ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    @Test
    void allToolsStandInTheOrderOfAliasAndName() {
        Catalog catalog = catalog(
                QUIET,
                new ListedUpstream("zoo", "b", "a"),
                new ListedUpstream("Art", "c"),
                new ListedUpstream("ant", "B", "b", "a"));

        awaitFirst(catalog);

        assertThat(names(catalog.snapshot()))
                .containsExactly("Art__c", "ant__B", "ant__a", "ant__b", "zoo__a", "zoo__b");
        assertThat(catalog.snapshot().upstreams().keySet()).containsExactly("zoo", "Art", "ant");
    }

    @Test
    void aDeadAndASlowUpstreamDelayAndEmptyNobody() {
        ListedUpstream slow = new ListedUpstream("slow", "s");
        slow.gate = new CountDownLatch(1);
        ListedUpstream dead = new ListedUpstream("dead", "d");
        dead.fault = "no connection";
        Catalog catalog = catalog(QUIET, slow, dead, new ListedUpstream("good", "g"));

        Await.until("the good one is there", () -> names(catalog.snapshot()).equals(List.of("good__g")));

        Await.until(
                "the dead one is known as such",
                () -> catalog.snapshot().upstream("dead").freshness() == Freshness.DOWN);
        assertThat(catalog.snapshot().upstream("dead").reason()).isEqualTo("no connection");
        assertThat(catalog.snapshot().upstream("slow").freshness()).isEqualTo(Freshness.PENDING);
        slow.gate.countDown();
        Await.until("the slow one comes in", () -> names(catalog.snapshot()).equals(List.of("good__g", "slow__s")));
    }

    @Test
    void startReturnsAtOnceAndAwaitFirstEndsWithItsTime() throws InterruptedException {
        ListedUpstream slow = new ListedUpstream("slow", "s");
        slow.gate = new CountDownLatch(1);

        Catalog catalog = catalog(QUIET, slow);

        assertThat(slow.gate.getCount()).as("nobody has answered").isEqualTo(1);
        assertThat(catalog.awaitFirst(Duration.ofMillis(50))).isFalse();
        assertThat(catalog.snapshot().version()).isZero();
        slow.gate.countDown();
        assertThat(catalog.awaitFirst(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void anUpstreamThatGoesDownKeepsItsLastGoodTools() {
        ListedUpstream upstream = new ListedUpstream("crm", "a", "b");
        Catalog catalog = catalog(QUIET, upstream);
        awaitFirst(catalog);
        var fresh = catalog.snapshot().upstream("crm");

        upstream.fault = "down for maintenance";
        upstream.listener.run();

        Await.until(
                "it is known to be down",
                () -> catalog.snapshot().upstream("crm").freshness() == Freshness.LAST_GOOD);
        assertThat(names(catalog.snapshot())).containsExactly("crm__a", "crm__b");
        var stale = catalog.snapshot().upstream("crm");
        assertThat(stale.reason()).isEqualTo("down for maintenance");
        assertThat(stale.since()).isAfterOrEqualTo(fresh.since());
        assertThat(stale.revision()).isEqualTo(Revision.V2025_11_25);

        upstream.fault = "";
        catalog.refresh("crm");
        Await.until("it is back", () -> catalog.snapshot().upstream("crm").freshness() == Freshness.FRESH);
        assertThat(catalog.snapshot().upstream("crm").reason()).isEmpty();
    }

    @Test
    void anUpstreamThatIsDownForTooLongLosesItsToolsAndGetsThemBackWhenItReturns() {
        ListedUpstream upstream = new ListedUpstream("crm", "a");
        Catalog catalog = catalog(QUIET, upstream, new ListedUpstream("files", "f"));
        awaitFirst(catalog);

        upstream.fault = "down";
        upstream.listener.run();
        Await.until(
                "it is known to be down",
                () -> catalog.snapshot().upstream("crm").freshness() == Freshness.LAST_GOOD);
        bench.pass(Duration.ofHours(24).minusSeconds(60));
        int asked = upstream.asked.get();
        upstream.listener.run();
        Await.until("it was asked within the grace time", () -> upstream.asked.get() > asked);
        upstream.fault = "still down";
        upstream.listener.run();
        Await.until(
                "the answer of within the grace time is in",
                () -> catalog.snapshot().upstream("crm").reason().equals("still down"));
        assertThat(names(catalog.snapshot())).containsExactly("crm__a", "files__f");

        bench.pass(Duration.ofSeconds(61));
        upstream.listener.run();

        Await.until("its tools are gone", () -> names(catalog.snapshot()).equals(List.of("files__f")));
        assertThat(catalog.snapshot().upstream("crm").freshness()).isEqualTo(Freshness.DOWN);
        assertThat(catalog.snapshot().upstream("crm").reason()).isEqualTo("still down");

        upstream.fault = "";
        upstream.listener.run();
        Await.until("it is back", () -> names(catalog.snapshot()).equals(List.of("crm__a", "files__f")));

        upstream.fault = "down again";
        upstream.listener.run();
        Await.until(
                "a new outage has a new grace time",
                () -> catalog.snapshot().upstream("crm").freshness() == Freshness.LAST_GOOD);
        assertThat(names(catalog.snapshot())).containsExactly("crm__a", "files__f");
    }

    @Test
    void sinceIsKeptWhileAnUpstreamStaysDown() {
        ListedUpstream upstream = new ListedUpstream("crm", "a");
        upstream.fault = "first reason";
        Catalog catalog = catalog(QUIET, upstream);
        awaitFirst(catalog);
        var first = catalog.snapshot().upstream("crm");

        upstream.fault = "second reason";
        upstream.listener.run();

        Await.until(
                "the new reason is known",
                () -> catalog.snapshot().upstream("crm").reason().equals("second reason"));
        assertThat(catalog.snapshot().upstream("crm").since()).isEqualTo(first.since());
    }

    @Test
    void anAnnouncedChangeIsFetched() {
        ListedUpstream upstream = new ListedUpstream("crm", "a");
        Catalog catalog = catalog(QUIET, upstream);
        awaitFirst(catalog);

        upstream.tools = ListedUpstream.definitions("a", "new");
        upstream.listener.run();

        Await.until("the new tool is there", () -> names(catalog.snapshot()).contains("crm__new"));
    }

    @Test
    void aChangedDefinitionIsANewSnapshotAndAnEqualListIsNone() {
        ListedUpstream upstream = new ListedUpstream("crm", "a");
        Catalog catalog = catalog(QUIET, upstream);
        awaitFirst(catalog);
        CatalogSnapshot before = catalog.snapshot();

        upstream.listener.run();
        Await.until("it was asked again", () -> upstream.asked.get() == 2);
        upstream.tools = "{\"name\":\"a\",\"description\":\"now with teeth\"}";
        upstream.listener.run();
        Await.until("the change is there", () -> catalog.snapshot().version() > before.version());

        assertThat(published).extracting(CatalogSnapshot::version).containsExactly(1L, 2L);
        assertThat(before.tools().getFirst().definition().sha256())
                .isNotEqualTo(catalog.snapshot().tools().getFirst().definition().sha256());
    }

    @Test
    void upstreamsAreAskedAgainByTimeAndWhenDown() {
        ListedUpstream upstream = new ListedUpstream("crm", "a");
        catalog(BUSY, upstream);

        Await.until("it was asked by time", () -> upstream.asked.get() >= 3);
        upstream.fault = "down";
        int before = upstream.asked.get();
        Await.until("it is asked while down", () -> upstream.asked.get() >= before + 3);
    }

    @Test
    void theListenerGetsEverySnapshotInOrder() {
        ListedUpstream[] upstreams = new ListedUpstream[10];
        for (int i = 0; i < upstreams.length; i++) {
            upstreams[i] = new ListedUpstream("up-" + i, "a");
        }
        Catalog catalog = catalog(QUIET, upstreams);

        awaitFirst(catalog);

        Await.until("all were published", () -> published.size() == 10);
        assertThat(published)
                .extracting(CatalogSnapshot::version)
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(names(catalog.snapshot())).hasSize(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bug", "error"})
    void aBugInOneUpstreamDoesNotEndItsRefreshing(String bug) {
        ListedUpstream upstream = new ListedUpstream("crm", "a");
        upstream.fault = bug;
        Catalog catalog = catalog(BUSY, upstream);
        awaitFirst(catalog);
        assertThat(catalog.snapshot().upstream("crm").freshness()).isEqualTo(Freshness.DOWN);

        upstream.fault = "";

        Await.until("it recovered", () -> names(catalog.snapshot()).equals(List.of("crm__a")));
    }

    @Test
    void aClosedCatalogAsksNoMore() {
        ListedUpstream upstream = new ListedUpstream("crm", "a");
        Catalog catalog = catalog(BUSY, upstream);
        Await.until("it asks", () -> upstream.asked.get() >= 2);

        catalog.close();

        Await.until("it stops", () -> {
            int before = upstream.asked.get();
            java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            return upstream.asked.get() == before;
        });
    }

    @Test
    void twoUpstreamsOfOneAliasAreAConfigurationError() {
        List<McpUpstream> twice = List.of(new ListedUpstream("crm"), new ListedUpstream("crm"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Catalog(twice, QUIET, bench.surroundings(), published::add))
                .withMessageContaining("crm");
    }

    // --- names

    private static CatalogItem tool(String alias, String name) {
        Envelope list =
                Bench.message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"" + name + "\"}]}}");
        JsonDocument document = list.document();
        int node = document.first(document.member(list.result(), McpNames.TOOLS));
        return new CatalogItem(FeatureList.TOOLS, alias, new Definition(name, document, node));
    }

    @Test
    void aShortCleanNameIsExposedAsItIs() {
        assertThat(tool("crm", "get_user.v2-x").exposedName()).isEqualTo("crm__get_user.v2-x");
        assertThat(tool("crm", "x".repeat(59)).exposedName()).hasSize(64).isEqualTo("crm__" + "x".repeat(59));
    }

    @Test
    void aLongOrOddNameIsCutAndHashed() {
        String cut = tool("crm", "x".repeat(60)).exposedName();
        String odd = tool("crm", "größe?").exposedName();

        assertThat(cut).hasSize(64).startsWith("crm__xxx").matches("[A-Za-z0-9_.-]+_[0-9a-f]{8}");
        assertThat(odd).matches("crm__gr__e__[0-9a-f]{8}");
        assertThat(cut).isNotEqualTo(tool("crm", "x".repeat(61)).exposedName());
        assertThat(odd).isNotEqualTo(tool("crm", "grö?e?").exposedName());
    }

    @Test
    void aToolThatPosesAsAnothersExposedNameIsLeftOut() {
        String posing = tool("crm", "größe?").exposedName().substring("crm__".length());
        ListedUpstream upstream = new ListedUpstream("crm", "größe?", posing);
        Catalog catalog = catalog(QUIET, upstream);

        awaitFirst(catalog);

        assertThat(catalog.snapshot().tools()).hasSize(1);
        assertThat(catalog.snapshot().upstream("crm").problems())
                .hasSize(1)
                .first()
                .asString()
                .contains("exposed name");
    }
}
