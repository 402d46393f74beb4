package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All lists of a server: those it declares, each whole or not at all, none at the cost of another. */
class FeatureListingTest {
    private static final String ALL = "\"tools\":{},\"prompts\":{},\"resources\":{}";

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private FakeMcpServer server(Speaks speaks) {
        return bench.with(FakeMcpServer.start(speaks)).tool("t", ToolScript.text(""));
    }

    private HttpUpstream upstream(FakeMcpServer server) {
        return bench.upstream(server.url(), EraSetting.AUTO);
    }

    private static List<String> names(Offer offer, FeatureList list) {
        return offer.list(list).stream().map(Definition::name).toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void allListsComeOverAllPages(Speaks speaks) throws UpstreamFault {
        FakeMcpServer server = server(speaks)
                .prompt("greet", ToolScript.text(""))
                .prompt("bye", ToolScript.text(""))
                .prompt("third", ToolScript.text(""))
                .resource("file:///a", ToolScript.text(""))
                .resource("file:///b", ToolScript.text(""))
                .template("file:///{path}")
                .declare("\"completions\":{},\"logging\":{},\"resources\":{\"subscribe\":true}");
        server.toolsPerPage(1);

        Offer offer = upstream(server).offer();

        assertThat(names(offer, FeatureList.TOOLS)).containsExactly("t");
        assertThat(names(offer, FeatureList.PROMPTS)).containsExactly("greet", "bye", "third");
        assertThat(names(offer, FeatureList.RESOURCES)).containsExactly("file:///a", "file:///b");
        assertThat(names(offer, FeatureList.RESOURCE_TEMPLATES)).containsExactly("file:///{path}");
        assertThat(offer.problems()).isEmpty();
        assertThat(offer.capabilities())
                .isEqualTo(new ServerCapabilities(true, true, true, true, true, true, true, false, false));
        assertThat(offer.ttlMillis()).isEqualTo(speaks == Speaks.MODERN ? 60_000 : 0);
        assertThat(server.requests("prompts/list")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "legacy"})
    void aProcessHasListsToo(String era) throws UpstreamFault {
        McpUpstream upstream = bench.with(StdioUpstream.of(
                StdioUpstreamSettings.of("fake", FakeStdioServer.command(era, "features"), Map.of(), EraSetting.AUTO),
                bench.surroundings()));

        Offer offer = upstream.offer();

        assertThat(names(offer, FeatureList.PROMPTS)).containsExactly("greet");
        assertThat(names(offer, FeatureList.RESOURCES)).containsExactly("mem://a", "mem://b");
        assertThat(names(offer, FeatureList.RESOURCE_TEMPLATES)).containsExactly("mem://{x}");
        assertThat(offer.capabilities().promptsListChanged()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void aListThatIsNotDeclaredIsNotAskedFor(Speaks speaks) throws UpstreamFault {
        FakeMcpServer server = server(speaks);

        Offer offer = upstream(server).offer();

        assertThat(server.requests().stream().map(RawRequest::text))
                .noneMatch(text -> text.contains("prompts/list") || text.contains("resources/"));
        assertThat(offer.lists()).containsOnlyKeys(FeatureList.values());
        assertThat(offer.list(FeatureList.PROMPTS)).isEmpty();
    }

    @Test
    void aServerOfPromptsAloneIsNotAskedForTools() throws UpstreamFault {
        FakeMcpServer server = bench.with(FakeMcpServer.start(Speaks.LEGACY)).prompt("greet", ToolScript.text(""));
        server.method(
                "initialize",
                ToolScript.result("{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"prompts\":{}}}"));
        server.keepSessions(false);

        Offer offer = upstream(server).offer();

        // the fake declares tools by itself, this answer does not
        assertThat(names(offer, FeatureList.TOOLS)).isEmpty();
        assertThat(server.requests("tools/list")).isEmpty();
    }

    @Test
    void aServerWithResourcesMayKnowNoTemplates() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY).resource("file:///a", ToolScript.text(""));
        server.method(
                "resources/templates/list",
                turn -> turn.connection().answer(200, "application/json", turn.error(-32601, "Method not found")));

        Offer offer = upstream(server).offer();

        assertThat(offer.lists().get(FeatureList.RESOURCE_TEMPLATES)).isEmpty();
        assertThat(offer.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PROMPTS, MODERN", "RESOURCES, MODERN", "RESOURCE_TEMPLATES, MODERN", "PROMPTS, LEGACY"})
    void cursorsThatGoInACircleCostThatListAlone(FeatureList list, Speaks speaks) throws UpstreamFault {
        FakeMcpServer server = server(speaks).declare(ALL);
        AtomicInteger pages = new AtomicInteger();
        server.method(
                list.method(),
                turn -> turn.result(
                        "{\"" + list.member() + "\":[],\"nextCursor\":\"" + pages.getAndIncrement() % 3 + "\"}"));

        Offer offer = upstream(server).offer();

        assertThat(offer.lists()).doesNotContainKey(list).hasSize(3);
        assertThat(names(offer, FeatureList.TOOLS)).containsExactly("t");
        assertThat(offer.problems())
                .singleElement()
                .asString()
                .contains(list.method())
                .contains("circle");
        assertThat(pages).hasValue(4);
    }

    @Test
    void toolsThatCannotBeFetchedAreAFault() {
        FakeMcpServer server = server(Speaks.MODERN).declare(ALL);
        server.method("tools/list", turn -> turn.result("{\"tools\":7}"));

        UpstreamFault fault =
                catchThrowableOfType(UpstreamFault.class, () -> upstream(server).offer());

        assertThat(fault).hasMessageContaining("tools/list is no array");
    }

    @Test
    void tenThousandResourcesWithNastyUrisAreAList() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.MODERN).declare(ALL);
        List<String> nasty = List.of(
                "file:///%2e%2e/etc/passwd",
                "FILE:///../x", "not a uri at all", "data:,\\u202e\\\"'<>", "javascript:alert(1)", "x\\ud800y");
        StringBuilder page = new StringBuilder("{\"resources\":[");
        nasty.forEach(uri -> page.append("{\"uri\":\"").append(uri).append("\"},"));
        page.append("{\"uri\":\"a\\r\\nX: y\"},{\"uri\":\"\"},{\"uri\":7},{\"name\":\"none\"},{\"uri\":\"")
                .append("u".repeat(OfferPages.URI_CHARS_MAX + 1))
                .append("\"}");
        for (int i = nasty.size(); i < OfferPages.RESOURCES_MAX; i++) {
            page.append(",{\"uri\":\"r:").append(i).append("\",\"name\":\"n\",\"mimeType\":\"text/plain\"}");
        }
        server.method("resources/list", ToolScript.result(page.append("]}").toString()));

        Offer offer = upstream(server).offer();

        assertThat(offer.list(FeatureList.RESOURCES)).hasSize(OfferPages.RESOURCES_MAX);
        assertThat(offer.problems())
                .hasSize(5)
                .allMatch(problem -> problem.chars().noneMatch(c -> c < ' '));

        server.method("resources/list", ToolScript.result(page.toString().replace("]}", ",{\"uri\":\"more\"}]}")));
        assertThat(upstream(server).offer().lists()).doesNotContainKey(FeatureList.RESOURCES);
    }

    @ParameterizedTest
    @CsvSource({"tools, MODERN", "prompts, MODERN", "resources, MODERN", "prompts, LEGACY", "resources, LEGACY"})
    void aChangeOfAnyListIsHeard(String list, Speaks speaks) throws UpstreamFault, IOException {
        FakeMcpServer server = server(speaks)
                .declare("\"tools\":{},\"prompts\":{\"listChanged\":true},\"resources\":{\"listChanged\":true}");
        HttpUpstream upstream = upstream(server);
        AtomicInteger changes = new AtomicInteger();
        upstream.onOfferChanged(changes::incrementAndGet);
        upstream.offer();
        Await.until("it listens", () -> server.listeners() == 1);

        server.announce("notifications/" + list + "/list_changed");

        Await.until("it was heard", () -> changes.get() == 1);
    }

    @Test
    void aListThatFailsKeepsItsLastGoodOneInTheCatalogue() throws Exception {
        FakeMcpServer server = server(Speaks.LEGACY).declare(ALL).prompt("greet", ToolScript.text(""));
        HttpUpstream upstream = upstream(server);
        Catalog catalog =
                bench.with(new Catalog(List.of(upstream), CatalogSettings.DEFAULT, bench.surroundings(), _ -> {}));
        catalog.start();
        assertThat(catalog.awaitFirst(Bench.AMPLE)).isTrue();
        server.method("prompts/list", ToolScript.status(500, "text/plain", "oops"));
        server.tool("new", ToolScript.text(""));

        catalog.refresh("fake");

        Await.until("the new tool is there", () -> catalog.snapshot().tools().size() == 2);
        assertThat(catalog.snapshot().items(FeatureList.PROMPTS))
                .extracting(CatalogItem::canonicalName)
                .containsExactly("fake__greet");
        assertThat(catalog.snapshot().upstream("fake").problems())
                .singleElement()
                .asString()
                .contains("prompts/list");
        assertThat(catalog.snapshot().upstream("fake").capabilities().prompts()).isTrue();
    }

    @Test
    void whatIsOfferedToCapableClientsOnlyIsListedWhereTheOperatorDeclaresIt() throws UpstreamFault {
        FakeMcpServer server = server(Speaks.LEGACY);
        HttpUpstreamSettings all = Bench.settings(server.url(), EraSetting.AUTO);
        HttpUpstream upstream = bench.with(new HttpUpstream(
                new HttpUpstreamSettings(
                        all.alias(),
                        all.url(),
                        all.era(),
                        all.credential(),
                        all.connections(),
                        all.allowNetworks(),
                        all.listTimeout(),
                        all.sessionsMax(),
                        all.sessionIdle(),
                        all.jsonDepthMax(),
                        Bench.capabilities("{\"sampling\":{}, \"elicitation\":{\"form\":{}}}")),
                bench.surroundings()));

        upstream.offer();

        assertThat(server.declared("session-1")).isEqualTo("{\"elicitation\":{\"form\":{}},\"sampling\":{}}");
    }
}
