package dev.mcpgateway.gateway.mcp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.mcp.ServerCapabilities;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.config.ViewNames;
import dev.mcpgateway.gateway.config.ViewSelection;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a view makes of what its upstreams offer. */
class ViewTablesTest {
    private static final ViewNames PREFIXED = new ViewNames.Prefixed();

    private static View view(List<String> upstreams, ViewNames names, ViewSelection selection) {
        return new View("v", "/mcp", "https://gw.example/mcp", upstreams, names, selection, "");
    }

    private static ViewSelection selection(List<String> tools, List<String> prompts, List<String> resources) {
        return new ViewSelection(patterns(tools), patterns(prompts), patterns(resources));
    }

    static List<FeaturePattern> patterns(List<String> texts) {
        return texts.stream()
                .map(text -> FeaturePattern.parse(text).orElseThrow())
                .toList();
    }

    private static ViewTables tables(View view) {
        return new ViewTables(List.of(view), PayloadLimits.STANDARD);
    }

    private static ViewTable table(View view, TestCatalog catalog) {
        ViewTables tables = tables(view);
        tables.update(catalog.snapshot(1));
        return tables.of(view);
    }

    private static List<String> names(List<? extends Listed> entries) {
        return entries.stream().map(Listed::exposedName).toList();
    }

    private static String json(Listed entry) {
        return new String(entry.modernJson(), StandardCharsets.UTF_8);
    }

    @Test
    void toolsAndPromptsHaveTheirAliasAndResourcesTheirUri() {
        ViewTable table = table(
                view(List.of("crm", "files"), PREFIXED, ViewSelection.ALL),
                new TestCatalog("crm", "files", "other")
                        .tool("files", "read")
                        .tool("crm", "find")
                        .tool("other", "hidden")
                        .prompt("crm", "find")
                        .prompt("files", "read")
                        .resource("files", "file:///b")
                        .resource("crm", "crm://a")
                        .resource("other", "other://a")
                        .template("crm", "crm://{id}"));

        assertThat(names(table.tools().tools())).containsExactly("crm__find", "files__read");
        assertThat(names(table.prompts().prompts())).containsExactly("crm__find", "files__read");
        assertThat(names(table.resources().resources())).containsExactly("crm://a", "file:///b");
        assertThat(names(table.resources().templates())).containsExactly("crm://{id}");
        assertThat(json(requireNonNull(table.prompts().find("crm__find")))).isEqualTo("{\"name\":\"crm__find\"}");
        assertThat(requireNonNull(table.prompts().find("crm__find")).name())
                .isEqualTo(new FeatureName(FeatureKind.PROMPT, "crm", "find"));
        assertThat(table.prompts().find("find")).isNull();
        assertThat(json(table.resources().resources().getFirst())).isEqualTo("{\"uri\":\"crm://a\",\"name\":\"r\"}");
    }

    @Test
    void bareNamesAreTheUpstreamsOwn() {
        ViewTable table = table(
                view(List.of("crm"), new ViewNames.Bare(), ViewSelection.ALL),
                new TestCatalog("crm")
                        .tool("crm", "find")
                        .tool("crm", "a".repeat(64))
                        .tool("crm", "b".repeat(65))
                        .tool("crm", "with space")
                        .prompt("crm", "find"));

        assertThat(names(table.tools().tools()))
                .hasSize(4)
                .contains("find", "a".repeat(64), "with space")
                .anyMatch(name -> name.matches("b{55}_[0-9a-f]{8}"));
        assertThat(names(table.prompts().prompts())).containsExactly("find");
    }

    @Test
    void aNameOfItsOwnLeadsToItsToolAloneAndTheOthersStayPrefixed() {
        ViewTable table = table(
                view(
                        List.of("crm", "files"),
                        new ViewNames.Mapped(Map.of("crm__find", "find", "crm__absent", "gone")),
                        ViewSelection.ALL),
                new TestCatalog("crm", "files").tool("crm", "find").tool("files", "find"));

        assertThat(names(table.tools().tools())).containsExactly("find", "files__find");
        assertThat(requireNonNull(table.tools().find("find")).name()).isEqualTo(FeatureName.tool("crm", "find"));
        assertThat(table.tools().find("crm__find")).isNull();
    }

    @Test
    void oneOfTwoToolsThatWouldShareANameIsLeftOutAndTold() {
        View view = view(List.of("crm"), new ViewNames.Bare(), ViewSelection.ALL);
        ViewTables tables = tables(view);
        String tooLong = "a".repeat(65);
        String shortened = names(table(view, new TestCatalog("crm").tool("crm", tooLong))
                        .tools()
                        .tools())
                .getFirst();

        tables.update(new TestCatalog("crm")
                .tool("crm", tooLong)
                .tool("crm", shortened)
                .snapshot(1));

        assertThat(names(tables.of(view).tools().tools())).containsExactly(shortened);
        assertThat(tables.leftOut().get("v"))
                .singleElement()
                .satisfies(each -> assertThat(each)
                        .startsWith("tool crm__a")
                        .endsWith(" is left out: another one is called " + shortened));
    }

    @Test
    void aSelectionNarrowsEachKindOnItsOwn() {
        View view = view(
                List.of("crm", "files"),
                PREFIXED,
                selection(List.of("crm__f*"), List.of(), List.of("files__file:///docs/*")));

        ViewTable table = table(
                view,
                new TestCatalog("crm", "files")
                        .tool("crm", "find")
                        .tool("crm", "update")
                        .tool("files", "find")
                        .prompt("crm", "find")
                        .resource("files", "file:///docs/a")
                        .resource("files", "file:///etc/a")
                        .template("files", "file:///{+path}")
                        .template("files", "file:///docs/{name}"));

        assertThat(names(table.tools().tools())).containsExactly("crm__find");
        assertThat(table.prompts().prompts()).isEmpty();
        assertThat(names(table.resources().resources())).containsExactly("file:///docs/a");
        assertThat(names(table.resources().templates())).containsExactly("file:///docs/{name}");
        assertThat(table.resources().find("file:///etc/a")).isNull();
        assertThat(table.resources().find("file:///docs/b")).isNotNull();
        assertThat(table.served().prompts()).isFalse();
        assertThat(table.served().resources()).isTrue();
    }

    @Test
    void aUriOfSeveralBelongsToTheFirstOfTheViewAndTheOthersAreTold() {
        View view = view(List.of("files", "crm"), PREFIXED, ViewSelection.ALL);
        ViewTables tables = tables(view);

        tables.update(new TestCatalog("crm", "files")
                .resource("crm", "x:1")
                .resource("files", "x:1")
                .template("crm", "x:t/{id}")
                .template("files", "x:t/{id}")
                .snapshot(1));

        ResourceTable resources = tables.of(view).resources();
        assertThat(resources.resources())
                .singleElement()
                .satisfies(each -> assertThat(each.name().alias()).isEqualTo("files"));
        assertThat(resources.templates())
                .singleElement()
                .satisfies(each -> assertThat(each.name().alias()).isEqualTo("files"));
        assertThat(requireNonNull(resources.find("x:1")).name().alias()).isEqualTo("files");
        assertThat(requireNonNull(resources.find("x:t/9")).name())
                .isEqualTo(new FeatureName(FeatureKind.RESOURCE, "files", "x:t/9"));
        assertThat(tables.leftOut().get("v"))
                .containsExactlyInAnyOrder(
                        "resource crm__x:1 is left out: another upstream has its URI",
                        "template crm__x:t/{id} is left out: another upstream has it");
    }

    @Test
    void anUpstreamThatComesBackIsInItsPlaceAndOneThatClaimsMoreThanBeforeIsNot() {
        View view = view(List.of("a", "b"), PREFIXED, ViewSelection.ALL);
        ViewTables late = tables(view);
        late.update(new TestCatalog("b").down("a").resource("b", "x:1").snapshot(1));
        assertThat(requireNonNull(late.of(view).resources().find("x:1")).name().alias())
                .isEqualTo("b");
        late.update(new TestCatalog("a", "b")
                .resource("a", "x:1")
                .resource("b", "x:1")
                .snapshot(2));
        assertThat(requireNonNull(late.of(view).resources().find("x:1")).name().alias())
                .as("it was down, not silent")
                .isEqualTo("a");

        ViewTables claimed = tables(view);
        claimed.update(new TestCatalog("a", "b").resource("b", "x:1").snapshot(1));
        claimed.update(new TestCatalog("a", "b")
                .resource("a", "x:1")
                .resource("b", "x:1")
                .snapshot(2));
        assertThat(requireNonNull(claimed.of(view).resources().find("x:1"))
                        .name()
                        .alias())
                .as("it had the chance to name it")
                .isEqualTo("b");
    }

    @Test
    void aReadOfAnUnlistedUriGoesByTemplateAndByTheOrderOfTheView() {
        ResourceTable resources = table(
                        view(List.of("b", "a"), PREFIXED, ViewSelection.ALL),
                        new TestCatalog("a", "b")
                                .template("a", "x:docs/{id}")
                                .template("b", "x:{+all}")
                                .resource("b", "x:docs/listed"))
                .resources();

        assertThat(requireNonNull(resources.find("x:docs/1")).name().alias()).isEqualTo("b");
        assertThat(requireNonNull(resources.find("x:docs/listed")).definitionSha256())
                .isEqualTo(resources.resources().getFirst().definitionSha256());
        assertThat(requireNonNull(resources.find("x:docs/1")).isApp()).isFalse();
        assertThat(resources.find("y:docs/1")).isNull();
        assertThat(resources.find("")).isNull();
        assertThat(resources.find("x:" + "a".repeat(3000))).isNull();
        assertThat(resources.find("x:a\u0000b")).isNull();
        assertThat(requireNonNull(resources.template("x:docs/{id}")).name().alias())
                .isEqualTo("a");
        assertThat(resources.template("x:docs/{other}")).isNull();
    }

    @Test
    void anAppFollowsTheToolsOfItsOwnUpstream() {
        View view = view(List.of("crm", "files"), PREFIXED, ViewSelection.ALL);
        ResourceTable resources = table(
                        view,
                        new TestCatalog("crm", "files")
                                .toolWithApp("crm", "find", "ui://crm/card")
                                .toolWithApp("crm", "show", "ui://crm/card")
                                .toolWithApp("crm", "list", "ui://crm/unlisted")
                                .toolWithApp("crm", "web", "https://crm.example/page")
                                .resource("crm", "ui://crm/card")
                                .resource("files", "ui://files/nobodys")
                                .template("files", "ui://files/{any}"))
                .resources();

        ResourceRoute card = requireNonNull(resources.find("ui://crm/card"));
        assertThat(card.isApp()).isTrue();
        assertThat(card.tools()).extracting(ExposedTool::exposedName).containsExactly("crm__find", "crm__show");
        assertThat(requireNonNull(resources.find("ui://crm/unlisted")).tools())
                .extracting(ExposedTool::exposedName)
                .containsExactly("crm__list");
        assertThat(resources.find("ui://files/nobodys")).isNull();
        assertThat(resources.find("ui://files/any")).isNull();
        assertThat(names(resources.resources())).containsExactly("ui://crm/card");
        assertThat(resources.templates()).isEmpty();
    }

    @Test
    void aToolIsNotShownByTheAppOfAnotherUpstream() {
        View view = view(List.of("evil", "crm"), PREFIXED, ViewSelection.ALL);
        ViewTables tables = tables(view);

        tables.update(new TestCatalog("crm", "evil")
                .toolWithApp("crm", "find", "ui://card")
                .tool("crm", "old", ",\"_meta\":{\"ui/resourceUri\":\"ui://card\",\"kept\":1}")
                .toolWithApp("evil", "lure", "ui://card")
                .resource("crm", "ui://card")
                .resource("evil", "ui://card")
                .snapshot(1));

        ViewTable table = tables.of(view);
        assertThat(requireNonNull(table.resources().find("ui://card")).name().alias())
                .isEqualTo("evil");
        assertThat(requireNonNull(table.tools().find("crm__find")).app()).isNull();
        assertThat(json(requireNonNull(table.tools().find("crm__find"))))
                .contains("\"_meta\":{\"ui\":{\"visibility\":[\"app\"]}}");
        assertThat(json(requireNonNull(table.tools().find("crm__old")))).contains("\"_meta\":{\"kept\":1}");
        assertThat(json(requireNonNull(table.tools().find("evil__lure")))).contains("ui://card");
        assertThat(names(table.resources().resources())).containsExactly("ui://card");
        assertThat(tables.leftOut().get("v"))
                .contains("the app of tool crm__find is left out: another upstream has ui://card");
    }

    @Test
    void anAppGoesWithItsToolOutOfAView() {
        View view = view(List.of("crm"), PREFIXED, selection(List.of("crm__find"), List.of("*"), List.of()));
        ResourceTable resources = table(
                        view,
                        new TestCatalog("crm")
                                .toolWithApp("crm", "find", "ui://find")
                                .toolWithApp("crm", "other", "ui://other")
                                .resource("crm", "ui://find")
                                .resource("crm", "ui://other"))
                .resources();

        assertThat(names(resources.resources())).containsExactly("ui://find");
        assertThat(resources.find("ui://other")).isNull();
    }

    @Test
    void aPromptIsCheckedByWhatItDeclares() {
        View view = view(List.of("crm"), PREFIXED, ViewSelection.ALL);
        ViewTables tables = tables(view);
        tables.update(new TestCatalog("crm")
                .item(
                        FeatureList.PROMPTS,
                        "crm",
                        "good",
                        "{\"name\":\"good\",\"arguments\":[{\"name\":\"a\",\"required\":true},{\"name\":\"b\"}]}")
                .item(FeatureList.PROMPTS, "crm", "list", "{\"name\":\"list\",\"arguments\":{}}")
                .item(FeatureList.PROMPTS, "crm", "nameless", "{\"name\":\"nameless\",\"arguments\":[{}]}")
                .snapshot(1));

        ExposedPrompt good = requireNonNull(tables.of(view).prompts().find("crm__good"));
        assertThat(check(good, "{\"a\":\"1\"}")).isInstanceOf(ArgumentVerdict.Valid.class);
        assertThat(check(good, "{\"b\":\"1\"}")).isInstanceOf(ArgumentVerdict.Invalid.class);
        assertThat(names(tables.of(view).prompts().prompts())).containsExactly("crm__good");
        assertThat(tables.leftOut().get("v")).hasSize(2).allMatch(each -> each.contains("malformed"));
    }

    private static ArgumentVerdict check(ExposedPrompt prompt, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return prompt.arguments().check(bytes, 0, bytes.length);
    }

    @Test
    void aListIsGoodAsLongAsTheShortestOfItsUpstreamsSays() {
        ServerCapabilities silent = new ServerCapabilities(true, true, true, true, true, true, false, true, true);
        View view = view(List.of("fast", "slow", "old"), PREFIXED, ViewSelection.ALL);
        TestCatalog catalog = new TestCatalog()
                .upstream("fast", Revision.V2026_07_28, TestCatalog.ALL, 700)
                .upstream("slow", Revision.V2026_07_28, TestCatalog.ALL, 70_000);

        assertThat(table(view, catalog).served().ttlMillis(FeatureList.TOOLS, 5_000))
                .isEqualTo(700);
        assertThat(table(view, catalog).served().ttlMillis(FeatureList.TOOLS, 500))
                .isEqualTo(500);
        catalog.upstream("old", Revision.V2025_11_25, TestCatalog.ALL, 0);
        assertThat(table(view, catalog).served().ttlMillis(FeatureList.TOOLS, 5_000))
                .as("it announces changes")
                .isEqualTo(700);
        catalog.upstream("old", Revision.V2025_11_25, silent, 0);
        assertThat(table(view, catalog).served().ttlMillis(FeatureList.TOOLS, 5_000))
                .isZero();
        assertThat(table(view, catalog).served().ttlMillis(FeatureList.PROMPTS, 5_000))
                .isEqualTo(700);
    }

    @Test
    void aViewDeclaresWhatItsUpstreamsHave() {
        View tools = view(List.of("crm"), PREFIXED, ViewSelection.ALL);
        View all = view(List.of("crm", "files"), PREFIXED, ViewSelection.ALL);
        View selected = view(List.of("files"), PREFIXED, selection(List.of("*"), List.of("*"), List.of()));
        TestCatalog catalog =
                new TestCatalog("files").upstream("crm", Revision.V2026_07_28, ServerCapabilities.TOOLS_ONLY, 0);

        assertThat(table(tools, catalog).served().capabilities()).isEqualTo("{\"tools\":{\"listChanged\":true}}");
        assertThat(table(all, catalog).served().capabilities())
                .isEqualTo(
                        "{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},\"resources\":{\"listChanged\":true,\"subscribe\":true},\"logging\":{},\"completions\":{}}");
        assertThat(table(selected, catalog).served().capabilities())
                .isEqualTo(
                        "{\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},\"logging\":{},\"completions\":{}}");
    }

    @Test
    void nothingThatAnUpstreamOffersIsToldAtAnyLength() {
        View view = view(List.of("a", "b"), PREFIXED, ViewSelection.ALL);
        TestCatalog catalog = new TestCatalog("a", "b");
        for (int i = 0; i < 5_000; i++) {
            catalog.resource("a", "x:" + i).resource("b", "x:" + i);
        }
        ViewTables tables = tables(view);

        tables.update(catalog.snapshot(1));

        assertThat(tables.leftOut().get("v")).hasSize(101).last().isEqualTo("4900 more are left out");
    }
}
