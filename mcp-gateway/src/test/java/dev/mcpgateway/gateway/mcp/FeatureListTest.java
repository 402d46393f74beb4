package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts, resources and templates: who sees which, in which view, page by page. */
class FeatureListTest {
    private static final String POLICY = """
            version: 1
            rules:
              - id: readers
                effect: permit
                principals: {groups: [readers]}
                actions: [tools/call, prompts/get, resources/read]
                resources: ["crm__read*", "crm__crm://docs/*"]
              - id: all
                effect: permit
                principals: {groups: [writers]}
                actions: [tools/call, prompts/get, resources/read]
                resources: ["crm__*", "plain__*"]
                ack_broad: true
              - id: never
                effect: forbid
                actions: [resources/read]
                resources: ["crm__crm://docs/secret", "crm__ui://crm/forbidden"]
            """;

    private static final String CAPABILITIES =
            "\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{},\"completions\":{}}";
    private static final String COMPLETE = "\"resultType\":\"complete\",\"ttlMs\":900,\"cacheScope\":\"private\"";

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static FakeMcpServer plain;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("read_card", appTool("read_card", "ui://crm/card"), ToolScript.text("read"))
                .tool("write_card", appTool("write_card", "ui://crm/writer"), ToolScript.text("written"))
                .tool("read_other", appTool("read_other", "ui://crm/forbidden"), ToolScript.text("read"))
                .method(
                        "server/discover",
                        ToolScript.result(
                                "{\"supportedVersions\":[\"2026-07-28\"]," + CAPABILITIES + "," + COMPLETE + "}"))
                .method(
                        "prompts/list",
                        ToolScript.result("{\"prompts\":[{\"name\":\"read_me\",\"x\":1.10},{\"name\":\"write_me\"}],"
                                + COMPLETE + "}"))
                .method("resources/list", ToolScript.result("{\"resources\":[" + resources() + "]," + COMPLETE + "}"))
                .method(
                        "resources/templates/list",
                        ToolScript.result(
                                "{\"resourceTemplates\":[{\"uriTemplate\":\"crm://docs/{id}\",\"name\":\"d\"},"
                                        + "{\"uriTemplate\":\"crm://raw/{+path}\",\"name\":\"r\"}]," + COMPLETE + "}"));
        plain = FakeMcpServer.start(Speaks.LEGACY).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder)
                .section("views", """

                          default: {path: /mcp, upstreams: [crm]}
                          desk:
                            path: /mcp/desk
                            audience: https://desk.example/
                            upstreams: [crm, plain]
                            names: {map: {crm__read_me: help, plain__echo: echo}}
                            tools: [plain__*]
                            prompts: ["crm__read*"]
                            resources: ["crm__crm://docs/?"]
                            instructions: For the "desk".
                          bare: {path: /mcp/bare, upstreams: [plain], names: bare}
                        """)
                .upstream("crm", crm)
                .upstream("plain", plain)
                .limits("{list_tools: 3, list_ttl_ms: 1234}")
                .policy(POLICY)
                .start();
    }

    private static String appTool(String name, String uri) {
        return "{\"name\":\"" + name + "\",\"inputSchema\":{\"type\":\"object\"},\"_meta\":{\"ui\":{\"resourceUri\":\""
                + uri + "\"}}}";
    }

    private static String resources() {
        List<String> uris = new ArrayList<>(List.of(
                "crm://docs/secret",
                "crm://raw/a",
                "ui://crm/card",
                "ui://crm/writer",
                "ui://crm/forbidden",
                "ui://crm/none"));
        for (int i = 1; i <= 5; i++) {
            uris.add("crm://docs/" + i);
        }
        return String.join(
                ",",
                uris.stream()
                        .map(uri -> "{\"uri\":\"" + uri + "\",\"name\":\"n\"}")
                        .toList());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
        plain.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
    }

    private static TestAgent member(String group) {
        return gateway.agent(claims -> claims.put("groups", List.of(group)));
    }

    private static TestAgent atDesk(String group) {
        return gateway.agent(claims -> {
                    claims.put("groups", List.of(group));
                    claims.put("aud", "https://desk.example/");
                })
                .at("/mcp/desk");
    }

    private static WireAnswer page(TestAgent agent, String method, String cursor) {
        return agent.send(agent.request(method, cursor.isEmpty() ? "" : "\"cursor\":\"" + cursor + "\""));
    }

    private static List<String> all(TestAgent agent, String method) {
        List<String> names = new ArrayList<>();
        String cursor = "";
        do {
            WireAnswer page = page(agent, method, cursor);
            assertThat(page.errorCode()).as(page.text()).isZero();
            page.json().at("/result").properties().stream()
                    .filter(member -> member.getValue().isArray())
                    .forEach(list -> list.getValue()
                            .forEach(entry -> names.add(entry.path(key(method)).stringValue())));
            cursor = page.at("/result/nextCursor");
        } while (!cursor.isEmpty());
        return names;
    }

    private static String key(String method) {
        return switch (method) {
            case "resources/list" -> "uri";
            case "resources/templates/list" -> "uriTemplate";
            default -> "name";
        };
    }

    @Test
    void eachCallerSeesWhatItMayUse() {
        TestAgent reader = member("readers");
        TestAgent writer = member("writers");
        TestAgent other = member("others");

        assertThat(all(reader, "prompts/list")).containsExactly("crm__read_me");
        assertThat(all(writer, "prompts/list")).containsExactly("crm__read_me", "crm__write_me");
        assertThat(all(reader, "resources/list"))
                .containsExactly(
                        "crm://docs/1",
                        "crm://docs/2",
                        "crm://docs/3",
                        "crm://docs/4",
                        "crm://docs/5",
                        "ui://crm/card");
        assertThat(all(writer, "resources/list"))
                .contains("crm://raw/a", "ui://crm/writer")
                .doesNotContain("crm://docs/secret", "ui://crm/forbidden", "ui://crm/none");
        assertThat(all(reader, "resources/templates/list")).containsExactly("crm://docs/{id}");
        assertThat(all(writer, "resources/templates/list")).containsExactly("crm://docs/{id}", "crm://raw/{+path}");
        for (String method : List.of("tools/list", "prompts/list", "resources/list", "resources/templates/list")) {
            assertThat(all(other, method)).as(method).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"2025-06-18", "2025-11-25"})
    void aLegacyAgentSeesTheSame(String version) {
        TestAgent reader = member("readers").initialize(version);

        WireAnswer prompts = page(reader, "prompts/list", "");

        assertThat(prompts.json().at("/result").propertyNames()).containsExactly("prompts");
        assertThat(prompts.text()).contains("{\"name\":\"crm__read_me\",\"x\":1.10}");
        assertThat(all(reader, "resources/list")).isEqualTo(all(member("readers"), "resources/list"));
        assertThat(all(reader, "resources/templates/list")).containsExactly("crm://docs/{id}");
    }

    @Test
    void aListIsPrivateAndGoodAsLongAsItsUpstreamSays() {
        WireAnswer answer = page(member("readers"), "resources/list", "");

        assertThat(answer.at("/result/resultType")).isEqualTo("complete");
        assertThat(answer.at("/result/cacheScope")).isEqualTo("private");
        assertThat(answer.json().at("/result/ttlMs").intValue()).isEqualTo(900);
        assertThat(answer.json()
                        .at("/result/_meta")
                        .path("io.modelcontextprotocol/serverInfo")
                        .isObject())
                .isTrue();
    }

    @Test
    void aCursorOfOneListIsNoneOfAnother() {
        TestAgent writer = member("writers");
        String cursor = page(writer, "resources/list", "").at("/result/nextCursor");

        assertThat(page(writer, "resources/list", cursor).errorCode()).isZero();
        assertThat(page(writer, "tools/list", cursor).errorCode()).isEqualTo(-32602);
        assertThat(page(writer, "resources/templates/list", cursor).errorCode()).isEqualTo(-32602);
    }

    @Test
    void eachListIsRecordedUnderItsOwnName() {
        TestAgent reader = member("readers");
        for (String method : List.of("tools/list", "prompts/list", "resources/list", "resources/templates/list")) {
            page(reader, method, "");
        }

        assertThat(gateway.newRecords(4))
                .extracting(record -> record.text("ev"))
                .containsExactly("tools.list", "prompts.list", "resources.list", "resource_templates.list");
    }

    @Test
    void aViewOffersItsSelectionUnderItsNames() {
        TestAgent desk = atDesk("writers");

        assertThat(all(desk, "tools/list")).containsExactly("echo");
        assertThat(all(desk, "prompts/list")).containsExactly("help");
        assertThat(all(desk, "resources/list"))
                .containsExactly("crm://docs/1", "crm://docs/2", "crm://docs/3", "crm://docs/4", "crm://docs/5");
        assertThat(desk.call("echo", "{}").firstText()).isEqualTo("hello");
        assertThat(desk.call("plain__echo", "{}").errorCode()).isEqualTo(-32602);
        assertThat(desk.call("crm__read_card", "{}").text())
                .as("what is not selected is unknown")
                .isEqualTo(desk.call("crm__no_such", "{}").text());
    }

    @Test
    void aSelectionGrantsNothing() {
        assertThat(all(atDesk("others"), "tools/list")).isEmpty();
        assertThat(atDesk("others").call("echo", "{}").errorCode()).isEqualTo(-32602);
    }

    @Test
    void aTokenOpensTheViewWhoseAudienceItHas() {
        TestAgent atDefault = gateway.agent(claims -> claims.put("aud", "https://desk.example/"));
        TestAgent withUrl = gateway.agentAt("/mcp/desk", claims -> {});

        assertThat(atDesk("writers").list().status()).isEqualTo(200);
        assertThat(atDefault.list().status()).isEqualTo(401);
        assertThat(withUrl.list().status()).as("the URL is not its audience").isEqualTo(401);
        assertThat(gateway.agent().at("/mcp/desk").list().status()).isEqualTo(401);
    }

    @Test
    void eachViewDeclaresWhatItServes() {
        TestAgent desk = atDesk("writers");
        TestAgent bare = gateway.agentAt("/mcp/bare", claims -> {});

        WireAnswer atDesk = desk.send(desk.request("server/discover", ""));
        WireAnswer atBare = bare.send(bare.request("server/discover", ""));

        assertThat(atDesk.json().at("/result/capabilities").propertyNames())
                .containsExactlyInAnyOrder("tools", "prompts", "resources", "completions");
        assertThat(atDesk.at("/result/instructions")).isEqualTo("For the \"desk\".");
        assertThat(atBare.json().at("/result/capabilities").propertyNames()).containsExactly("tools");
        assertThat(all(bare, "prompts/list")).isEmpty();
        WireAnswer session = bare.send(bare.post().body(TestAgent.initializeBody("2025-11-25")));
        assertThat(session.json().at("/result/capabilities").propertyNames()).containsExactly("tools");
    }
}
