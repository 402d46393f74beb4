package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each agent hears of exactly the lists whose content has changed for its caller, in its view. */
class AnnouncementTest {
    private static final String TOOLS = "notifications/tools/list_changed";
    private static final String PROMPTS = "notifications/prompts/list_changed";
    private static final String RESOURCES = "notifications/resources/list_changed";
    private static final String ALL =
            "{\"toolsListChanged\":true,\"promptsListChanged\":true,\"resourcesListChanged\":true}";
    private static final String POLICY = """
            version: 1
            rules:
              - id: open
                effect: permit
                principals: {issuer: corp}
                actions: [tools/call, prompts/get, resources/read]
                resources: ["crm__open*", "crm__docs://*"]
              - id: staff
                effect: permit
                principals: {issuer: corp, groups: [staff]}
                actions: [tools/call, prompts/get]
                resources: ["crm__staff*"]
              - id: scoped
                effect: permit
                principals: {issuer: corp}
                actions: [tools/call]
                resources: ["crm__scoped*"]
                requires_scope: [more]
            """;

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("open", ToolScript.text(""))
                .tool("staff", ToolScript.text(""))
                .prompt("open_prompt", ToolScript.text(""))
                .prompt("staff_prompt", ToolScript.text(""))
                .resource("docs://a", ToolScript.text(""))
                .declare("\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},"
                        + "\"resources\":{\"listChanged\":true}");
        gateway = TestGateway.in(folder).upstream("crm", crm).policy(POLICY).start();
        Await.until("the gateway listens for changes", () -> crm.listeners() == 1);
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
    }

    private TestAgent alice() {
        return gateway.agent(claims -> claims.put("groups", List.of("staff")));
    }

    private TestAgent bob() {
        return gateway.agent(claims -> {
            claims.put("sub", "bob");
            claims.put("groups", List.of());
        });
    }

    private void change(String tool) throws IOException {
        crm.tool(tool, ToolScript.text(""));
        crm.announceToolsChanged();
    }

    /** Bob must have heard nothing before this one change. */
    private static void expectNothingBefore(AgentStream stream, String method) {
        assertThat(stream.method()).isEqualTo(method);
    }

    @Test
    void aChangeOfAHiddenToolAnnouncesNothing() throws Exception {
        try (AgentStream alice = alice().heard(ALL);
                AgentStream bob = bob().heard(ALL);
                AgentStream legacyBob = bob().initialize("2025-11-25").get()) {
            change("staff_more");
            assertThat(alice.method()).isEqualTo(TOOLS);
            crm.tool("staff", "{\"name\":\"staff\",\"inputSchema\":{\"type\":\"object\"},\"title\":\"new\"}", _ -> {});
            crm.announceToolsChanged();
            assertThat(alice.method()).as("a definition changed").isEqualTo(TOOLS);
            crm.removeTool("staff");
            crm.announceToolsChanged();
            assertThat(alice.method()).as("a tool has gone").isEqualTo(TOOLS);

            crm.prompt("open_more", ToolScript.text(""));
            crm.announce(PROMPTS);

            assertThat(alice.method()).isEqualTo(PROMPTS);
            expectNothingBefore(bob, PROMPTS);
            expectNothingBefore(legacyBob, PROMPTS);
        }
    }

    @Test
    void aToolThatOnlyAScopeIsLackingForAnnouncesNothing() throws Exception {
        try (AgentStream alice = alice().heard(ALL);
                AgentStream bob = bob().heard(ALL)) {
            change("scoped_more");
            change("staff_more");
            assertThat(alice.method()).isEqualTo(TOOLS);
            change("open_more");
            expectNothingBefore(bob, TOOLS);
            assertThat(bob().list().text()).contains("open_more").doesNotContain("scoped_more");
        }
    }

    @Test
    void eachListIsToldOfByItself() throws Exception {
        try (AgentStream stream = alice().heard(ALL)) {
            crm.resource("docs://b", ToolScript.text(""));
            crm.announce(RESOURCES);
            assertThat(stream.method()).isEqualTo(RESOURCES);

            crm.template("docs://t/{id}");
            crm.announce(RESOURCES);
            assertThat(stream.method()).as("templates are resources").isEqualTo(RESOURCES);

            crm.prompt("open_more", ToolScript.text(""));
            crm.announce(PROMPTS);
            assertThat(stream.method()).isEqualTo(PROMPTS);

            change("open_more");
            assertThat(stream.method()).isEqualTo(TOOLS);
        }
    }

    @Test
    void aListThatWasNotAskedForIsNotToldOf() throws Exception {
        try (AgentStream prompts = alice().heard("{\"promptsListChanged\":true}");
                AgentStream witness = alice().heard(ALL)) {
            change("open_more");
            assertThat(witness.method()).isEqualTo(TOOLS);
            crm.prompt("open_more", ToolScript.text(""));
            crm.announce(PROMPTS);

            assertThat(prompts.method()).isEqualTo(PROMPTS);
        }
    }

    @Test
    void aPolicyThatTakesAToolAwayAnnouncesIt() throws Exception {
        TestAgent legacy = alice().initialize("2025-11-25");
        try (AgentStream alice = alice().heard(ALL);
                AgentStream old = legacy.get();
                AgentStream bob = bob().heard(ALL)) {
            gateway.rewritePolicy(POLICY.replace("\"crm__staff*\"", "\"crm__staff_p*\""));
            assertThat(alice.method()).isEqualTo(TOOLS);
            assertThat(old.method()).isEqualTo(TOOLS);
            assertThat(legacy.list().text()).contains("crm__open").doesNotContain("crm__staff");

            gateway.rewritePolicy(POLICY.replace("\"crm__staff*\"", "\"crm__none*\"")
                    .replace("\"crm__docs://*\"", "\"crm__none://*\""));
            assertThat(List.of(alice.method(), alice.method())).containsExactlyInAnyOrder(PROMPTS, RESOURCES);
            expectNothingBefore(bob, RESOURCES);
        }
    }

    @Test
    void aPolicyThatChangesNothingForACallerAnnouncesNothing() throws Exception {
        try (AgentStream alice = alice().heard(ALL);
                AgentStream bob = bob().heard(ALL)) {
            gateway.rewritePolicy(POLICY + """
                      - id: nobody
                        effect: forbid
                        principals: {issuer: corp, groups: [staff]}
                        actions: [tools/call]
                        resources: ["crm__staff"]
                    """);
            assertThat(alice.method()).isEqualTo(TOOLS);
            change("open_more");
            expectNothingBefore(bob, TOOLS);
        }
        assertThat(gateway.agent().list().text()).contains("open_more");
    }

    @Test
    void aPolicyWithProblemsAnnouncesNothing() throws Exception {
        try (AgentStream alice = alice().heard(ALL)) {
            gateway.rewritePolicy("version: 1\nrules: [{}]\n");
            Await.until(
                    "it was refused",
                    () -> gateway.records().stream()
                            .anyMatch(each -> each.text("ev").equals("policy.rejected")));
            crm.prompt("open_more", ToolScript.text(""));
            crm.announce(PROMPTS);
            expectNothingBefore(alice, PROMPTS);
        }
    }

    @Test
    void anUpstreamThatAnnouncesTheSameListAnnouncesNothing() throws Exception {
        try (AgentStream alice = alice().heard(ALL)) {
            crm.clearRequests();
            crm.announceToolsChanged();
            Await.until(
                    "the gateway has looked", () -> !crm.requests("tools/list").isEmpty());
            crm.prompt("open_more", ToolScript.text(""));
            crm.announce(PROMPTS);
            expectNothingBefore(alice, PROMPTS);
        }
    }

    @Test
    void anotherTokenMayShowAnotherList() throws Exception {
        TestAgent legacy = alice().initialize("2025-11-25");
        legacy.get().close();
        String less = gateway.token(claims -> claims.put("groups", List.of()));

        try (AgentStream stream = legacy.with(less).get()) {
            assertThat(List.of(stream.method(), stream.method())).containsExactlyInAnyOrder(TOOLS, PROMPTS);
            change("staff_more");
            crm.resource("docs://b", ToolScript.text(""));
            crm.announce(RESOURCES);
            expectNothingBefore(stream, RESOURCES);
        }
    }

    @Test
    void whatIsPendingIsOneFlagForEachList() throws Exception {
        TestAgent legacy = alice().initialize("2025-11-25");
        try (AgentStream witness = alice().heard(ALL)) {
            for (int i = 0; i < 3; i++) {
                change("open_" + i);
                assertThat(witness.method()).isEqualTo(TOOLS);
            }
            crm.prompt("open_more", ToolScript.text(""));
            crm.announce(PROMPTS);
            assertThat(witness.method()).isEqualTo(PROMPTS);
        }

        try (AgentStream stream = legacy.get()) {
            assertThat(List.of(stream.method(), stream.method())).containsExactly(TOOLS, PROMPTS);
            legacy.send(legacy.deleting());
            assertThat(stream.rest()).isEmpty();
        }
    }

    @Test
    void manyStreamsHearEachOnce() throws Exception {
        List<AgentStream> streams = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            streams.add(i % 2 == 0 ? alice().heard(ALL) : bob().heard(ALL));
        }
        change("staff_more");
        for (int i = 0; i < 60; i += 2) {
            assertThat(streams.get(i).method()).isEqualTo(TOOLS);
        }
        crm.prompt("open_more", ToolScript.text(""));
        crm.announce(PROMPTS);
        for (AgentStream each : streams) {
            assertThat(each.method()).isEqualTo(PROMPTS);
        }
        streams.forEach(AgentStream::close);
    }

    @Test
    void anAgentThatDoesNotReadHoldsNobodyUp() throws Exception {
        try (AgentStream idle = alice().heard(ALL);
                AgentStream reading = alice().heard(ALL)) {
            for (int i = 0; i < 5; i++) {
                change("open_" + i);
                assertThat(reading.method()).isEqualTo(TOOLS);
            }
            for (int i = 0; i < 5; i++) {
                assertThat(idle.method()).isEqualTo(TOOLS);
            }
        }
    }
}
