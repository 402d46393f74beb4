package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code tools/list} shows to whom, page by page, and what keeps a tool out of it. */
class ToolListTest {
    private static final String HUGE = "{\"type\":\"object\",\"description\":\"" + "x".repeat(300 * 1024) + "\"}";

    private static final String POLICY = """
            version: 1
            rules:
              - id: readers-read
                effect: permit
                principals: {groups: [readers]}
                resources: ["crm__read_*", "crm__typed", "crm__hostile*"]
              - id: writers-write
                effect: permit
                principals: {groups: [writers]}
                resources: ["crm__*"]
                ack_broad: true
              - id: never-read-3
                effect: forbid
                resources: [crm__read_3]
              - id: scoped
                effect: permit
                principals: {groups: [readers]}
                resources: [crm__scoped]
                requires_scope: [mcp:extra]
            """;

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN);
        for (int i = 1; i <= 7; i++) {
            crm.tool("read_" + i, ToolScript.text("read " + i));
        }
        crm.tool("write", ToolScript.text("written"))
                .tool("scoped", ToolScript.text("scoped"))
                .tool("typed", TYPED, ToolScript.text("typed"));
        hostile("hostile_huge", HUGE);
        hostile("hostile_ref", "{\"$ref\":\"http://127.0.0.1:" + crm.url().getPort() + "/schema\"}");
        hostile("hostile_dialect", "{\"$schema\":\"http://json-schema.org/draft-03/schema#\",\"type\":\"object\"}");
        hostile(
                "hostile_regex",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"(\"}}}");
        hostile("hostile_list", "[]");
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits("{list_tools: 3, list_ttl_ms: 1234}")
                .policy(POLICY)
                .start();
    }

    private static final String TYPED =
            "{\"name\":\"typed\",\"title\":\"T\\u00fcr\",\"x-unknown\":{\"n\":12345678901234567890,\"f\":1.10},"
                    + "\"inputSchema\":{\"type\":\"object\"},\"outputSchema\":{\"type\":\"array\"},\"annotations\":{\"readOnlyHint\":true}}";

    private static void hostile(String name, String schema) {
        crm.tool(name, "{\"name\":\"" + name + "\",\"inputSchema\":" + schema + "}", ToolScript.text("ran"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        crm.clearRequests();
    }

    private static TestAgent member(String... groups) {
        return gateway.agent(claims -> {
            claims.put("groups", List.of(groups));
            claims.put("scope", "mcp:other");
        });
    }

    private static WireAnswer page(TestAgent agent, String cursor) {
        return agent.send(agent.request("tools/list", cursor.isEmpty() ? "" : "\"cursor\":\"" + cursor + "\""));
    }

    private static List<String> names(WireAnswer page) {
        return page.json()
                .at("/result/tools")
                .valueStream()
                .map(tool -> tool.get("name").stringValue())
                .toList();
    }

    private static List<String> allNames(TestAgent agent) {
        List<String> names = new ArrayList<>();
        String cursor = "";
        do {
            WireAnswer page = page(agent, cursor);
            names.addAll(names(page));
            cursor = page.at("/result/nextCursor");
        } while (!cursor.isEmpty());
        return names;
    }

    @Test
    void pagesTogetherAreTheListInOrder() {
        TestAgent reader = member("readers");

        WireAnswer first = page(reader, "");
        WireAnswer second = page(reader, first.at("/result/nextCursor"));
        WireAnswer third = page(reader, second.at("/result/nextCursor"));

        assertThat(names(first)).containsExactly("crm__read_1", "crm__read_2", "crm__read_4");
        assertThat(names(second)).containsExactly("crm__read_5", "crm__read_6", "crm__read_7");
        assertThat(names(third)).containsExactly("crm__typed");
        assertThat(third.json().path("result").has("nextCursor")).isFalse();
        assertThat(first.at("/result/cacheScope")).isEqualTo("private");
        assertThat(third.at("/result/cacheScope")).isEqualTo("private");
        assertThat(first.json().at("/result/ttlMs").intValue()).isEqualTo(1234);
    }

    @Test
    void whatIsListedIsExactlyWhatMayBeCalled() {
        List<String> all = new ArrayList<>(List.of("crm__write", "crm__scoped", "crm__typed", "crm__absent", "read_1"));
        for (int i = 1; i <= 8; i++) {
            all.add("crm__read_" + i);
        }
        for (String each : List.of("huge", "ref", "dialect", "regex", "list")) {
            all.add("crm__hostile_" + each);
        }
        for (TestAgent agent : List.of(
                member("readers"),
                member("writers"),
                member("readers", "writers"),
                member("others"),
                member("readers").initialize("2025-11-25"))) {
            List<String> callable = all.stream()
                    .filter(tool -> agent.call(tool, "{}").errorCode() == 0)
                    .toList();

            assertThat(new TreeSet<>(callable)).isEqualTo(new TreeSet<>(allNames(agent)));
        }
    }

    @Test
    void eachAgentSeesItsOwnList() {
        assertThat(allNames(member("others"))).isEmpty();
        assertThat(allNames(member("writers"))).contains("crm__write").doesNotContain("crm__read_3");
        assertThat(allNames(member("readers"))).doesNotContain("crm__write", "crm__scoped");
        assertThat(allNames(gateway.agent(claims -> claims.put("scope", "mcp:extra"))))
                .contains("crm__scoped");
    }

    @Test
    void anEmptyCursorIsNoCursorOfOurs() {
        TestAgent reader = member("readers");

        assertThat(reader.send(reader.request("tools/list", "\"cursor\":\"\"")).errorCode())
                .isEqualTo(-32602);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "null", "{}", "[]", "true"})
    void aCursorIsAText(String cursor) {
        TestAgent reader = member("readers");

        WireAnswer answer = reader.send(reader.request("tools/list", "\"cursor\":" + cursor));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.errorCode()).isEqualTo(-32602);
    }

    @Test
    void aCursorIsOfNoUseToAnotherCaller() {
        String cursor = page(member("readers"), "").at("/result/nextCursor");
        TestAgent other = gateway.agent("mallory");

        WireAnswer answer = page(other, cursor);

        assertThat(answer.errorCode()).isEqualTo(-32602);
        assertThat(answer.at("/error/message")).isEqualTo("Invalid cursor");
        assertThat(gateway.newSummaries(2)).last().isEqualTo("mcp.request.denied SHAPE bad_cursor");
    }

    @Test
    void aCursorThatWasTouchedIsRefusedWhereverItWas() {
        TestAgent reader = member("readers");
        String cursor = page(reader, "").at("/result/nextCursor");

        for (int at = 0; at < cursor.length(); at += 5) {
            char other = cursor.charAt(at) == 'A' ? 'B' : 'A';
            String touched = cursor.substring(0, at) + other + cursor.substring(at + 1);
            assertThat(page(reader, touched).errorCode()).as(touched).isEqualTo(-32602);
        }
        assertThat(page(reader, cursor.substring(1)).errorCode()).isEqualTo(-32602);
        assertThat(page(reader, cursor + "A").errorCode()).isEqualTo(-32602);
        assertThat(page(reader, "A".repeat(100_000)).errorCode()).isEqualTo(-32602);
        assertThat(page(reader, cursor).errorCode()).isZero();
    }

    @Test
    void aDefinitionKeepsEveryMemberButItsName() {
        assertThat(last(member("readers")).text()).contains("[" + TYPED.replace("\"typed\"", "\"crm__typed\"") + "]");
    }

    @Test
    void aLegacyAgentSeesAnObjectAsOutputSchema() {
        String list = last(member("readers").initialize("2025-06-18")).text();

        assertThat(list)
                .contains("\"outputSchema\":{\"type\":\"object\",\"properties\":{\"result\":{\"type\":\"array\"}},"
                        + "\"required\":[\"result\"]}")
                .contains("\"x-unknown\":{\"n\":12345678901234567890,\"f\":1.10}");
    }

    private static WireAnswer last(TestAgent agent) {
        String cursor = "";
        for (int i = 0; i < 2; i++) {
            cursor = page(agent, cursor).at("/result/nextCursor");
        }
        return page(agent, cursor);
    }

    @Test
    void aHostileSchemaKeepsOutItsToolAlone() {
        assertThat(allNames(member("writers")))
                .noneMatch(name -> name.contains("hostile"))
                .hasSizeGreaterThan(7);
        assertThat(member("writers").call("crm__hostile_ref", "{}").text())
                .isEqualTo(member("writers").call("crm__absent", "{}").text());
        assertThat(crm.requests("tools/call")).isEmpty();
        assertThat(crm.requests("GET").stream()
                        .filter(request -> request.target().contains("schema")))
                .as("references are not fetched")
                .isEmpty();
        assertThat(gateway.admin("/metrics").text()).containsPattern("(?m)^gateway_tools_quarantined 5(\\.0)?$");
    }

    @Test
    void aToolWithoutBottomKeepsOutItselfAlone(@TempDir Path other) throws Exception {
        String deep = "{\"not\":".repeat(20_000) + "{}" + "}".repeat(20_000);
        try (FakeMcpServer bad = FakeMcpServer.start(Speaks.MODERN)
                        .tool("deep", "{\"name\":\"deep\",\"inputSchema\":" + deep + "}", ToolScript.text("ran"))
                        .tool("read_fine", ToolScript.text("ran"));
                TestGateway both = TestGateway.in(other)
                        .upstream("crm", bad)
                        .policy(POLICY)
                        .start()) {
            assertThat(allNames(both.agent(claims -> claims.put("groups", List.of("writers")))))
                    .containsExactly("crm__read_fine");
        }
    }

    @Test
    void aListThatCannotBeReadKeepsOutItsServerAlone(@TempDir Path other) throws Exception {
        try (FakeMcpServer bad = FakeMcpServer.start(Speaks.MODERN)
                        .tool("torn", "{\"name\":\"torn\",\"inputSchema\":{", ToolScript.text("ran"));
                TestGateway both = TestGateway.in(other)
                        .upstream("bad", bad)
                        .upstream("crm", crm)
                        .policy(POLICY)
                        .start()) {
            assertThat(allNames(both.agent(claims -> claims.put("groups", List.of("writers")))))
                    .contains("crm__write");
        }
    }

    @Test
    void everyListIsRecordedWithItsSize() {
        allNames(member("readers"));

        Map<String, String> details = new TreeMap<>();
        gateway.newRecords(3).forEach(record -> details.put(record.text("ev"), record.text("detail.tools")));
        assertThat(details).containsExactly(Map.entry("tools.list", "7"));
    }

    @Test
    void aToolThatComesLaterIsListedLaterAndAnOldCursorStartsOver() throws Exception {
        TestAgent writer = member("writers");
        String cursor = page(writer, "").at("/result/nextCursor");
        crm.tool("latecomer", ToolScript.text("late"));

        crm.announceToolsChanged();
        Await.until("the new tool is listed", () -> allNames(writer).contains("crm__latecomer"));

        assertThat(page(writer, cursor).errorCode())
                .as("a page of another catalogue would miss or repeat tools")
                .isEqualTo(-32602);
        assertThat(writer.call("crm__latecomer", "{}").firstText()).isEqualTo("late");

        crm.removeTool("latecomer");
        crm.announceToolsChanged();
        Await.until("it is gone again", () -> !allNames(writer).contains("crm__latecomer"));
    }
}
