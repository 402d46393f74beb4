package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider keeps for the gateway's one key is to each caller its own. */
class KeptIdsTest {
    private static final String RESPONSE = "{\"id\":\"resp_1\",\"object\":\"response\",\"model\":\"m\",\"status\":"
            + "\"completed\",\"previous_response_id\":null,\"output\":[{\"type\":\"reasoning\",\"id\":\"rs_1\"},"
            + "{\"id\":\"msg_1\",\"type\":\"message\",\"content\":[]}],\"odd\": 1.10,"
            + "\"usage\":{\"input_tokens\":2,\"output_tokens\":3}}";
    private static final Pattern SEALED = Pattern.compile("\"((?:resp|rs|msg)_1_gw_[A-Za-z0-9_-]{22})\"");

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;
    private ModelAgent alice;
    private ModelAgent bob;

    @BeforeEach
    void providers() {
        openai = FakeModelServer.start().on("/responses", turn -> turn.whole(RESPONSE));
        anthropic = FakeModelServer.start().on("/messages", turn -> turn.whole("{\"id\":\"msg_1\",\"model\":\"m\"}"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
    }

    private void start(String kept) throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic, "", kept).start();
        alice = ModelAgent.of(gateway);
        bob = ModelAgent.of(gateway, "bob");
    }

    private static WireAnswer respond(ModelAgent agent, String more) {
        return agent.ask(agent.post("/v1/responses", "{\"model\":\"gpt\"," + more + "}"));
    }

    private static String response(String text) {
        return sealed(text).getFirst();
    }

    private static List<String> sealed(String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = SEALED.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void whoGotAnAnswerGoesOnWithItAndNobodyElseDoes() throws Exception {
        start("");
        WireAnswer first = respond(alice, "\"input\":\"x\"");
        assertThat(sealed(first.text())).hasSize(3);
        assertThat(SEALED.matcher(first.text())
                        .replaceAll(found -> "\"" + found.group(1).replaceFirst("_gw_.*", "") + "\""))
                .as("every other byte is the provider's")
                .isEqualTo(RESPONSE);
        String id = response(first.text());
        openai.clearRequests();

        WireAnswer stolen = respond(bob, "\"previous_response_id\":\"" + id + "\",\"input\":\"y\"");
        WireAnswer raw = respond(alice, "\"previous_response_id\":\"resp_1\",\"input\":\"y\"");
        WireAnswer changed = respond(alice, "\"previous_response_id\":\"" + id.replace("resp_1", "resp_2") + "\"");

        for (WireAnswer refused : List.of(stolen, raw, changed)) {
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
            assertThat(refused.json().at("/error/code").asString()).isEqualTo("not_found");
            assertThat(refused.text()).doesNotContain("resp_");
        }
        assertThat(openai.requests()).isEmpty();
        assertThat(respond(alice, "\"previous_response_id\":\"" + id + "\",\"input\":\"y\"")
                        .status())
                .isEqualTo(200);
        assertThat(openai.request().text()).contains("\"previous_response_id\":\"resp_1\"");
    }

    @Test
    void anIdIsGoodAfterARestartAndAtAnotherAgentOfTheSameUser() throws Exception {
        start("");
        String id = response(respond(alice, "\"input\":\"x\"").text());
        gateway.close();
        start("");
        ModelAgent another = ModelAgent.of(gateway, "alice", Map.of("client_id", "another-agent"));

        assertThat(respond(another, "\"previous_response_id\":\"" + id + "\"").status())
                .isEqualTo(200);
    }

    @Test
    void everyEventOfAStreamNamesTheSameIds() throws Exception {
        start("");
        openai.on(
                "/responses",
                turn -> turn.begin()
                        .event("response.created", "{\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}")
                        .event("response.output_item.added", "{\"item\":{\"id\":\"msg_1\",\"type\":\"message\"}}")
                        .event("response.output_text.delta", "{\"item_id\":\"msg_1\",\"delta\":\"resp_1\"}")
                        .event("response.completed", "{\"type\":\"response.completed\",\"response\":" + RESPONSE + "}")
                        .end());

        String streamed = respond(alice, "\"stream\":true,\"input\":\"x\"").text();

        assertThat(sealed(streamed)).hasSize(6);
        assertThat(sealed(streamed).stream().distinct()).hasSize(3);
        assertThat(streamed).contains("\"delta\":\"resp_1\"");
        openai.on("/responses", turn -> turn.whole(RESPONSE));
        assertThat(respond(alice, "\"previous_response_id\":\"" + response(streamed) + "\"")
                        .status())
                .isEqualTo(200);
        assertThat(respond(bob, "\"previous_response_id\":\"" + response(streamed) + "\"")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void itemsAreNamedByWhomTheyWereGivenTo() throws Exception {
        start("");
        List<String> ids = sealed(respond(alice, "\"input\":\"x\"").text());
        String input = "\"input\":[{\"type\":\"reasoning\",\"id\":\"%s\",\"summary\":[]},{\"type\":\"item_reference\","
                + "\"id\":\"%s\"},{\"role\":\"user\",\"id\":\"my-own\",\"content\":\"go on\"}]";
        openai.clearRequests();

        assertThat(respond(alice, input.formatted(ids.get(1), ids.get(2))).status())
                .isEqualTo(200);
        assertThat(openai.request().text()).contains("\"id\":\"rs_1\"", "\"id\":\"msg_1\"", "\"id\":\"my-own\"");
        assertThat(respond(bob, input.formatted(ids.get(1), ids.get(2))).status())
                .isEqualTo(404);
        assertThat(respond(bob, "\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]")
                        .status())
                .isEqualTo(404);
        assertThat(respond(bob, "\"input\":[{\"id\":\"msg_1\"}]").status()).isEqualTo(404);
        assertThat(respond(bob, "\"input\":[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[]}]")
                        .status())
                .isEqualTo(404);
        assertThat(respond(bob, "\"input\":[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"encrypted_content\":\"e\"}]")
                        .status())
                .as("it carries itself")
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"conversation\":\"conv_1\"",
                "\"conversation\":{\"id\":\"conv_1\"}",
                "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":\"file-1\"}]}]",
                "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file\\u005fid\":\"file-1\"}]}]",
                "\"tools\":[{\"type\":\"file_search\",\"vector_store_ids\":[\"open-1\",\"vs_1\"]}]",
                "\"tools\":[{\"type\":\"code_interpreter\",\"container\":\"cntr_1\"}]",
                "\"tools\":[{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\",\"file_ids\":[\"file-1\"]}}]",
                "\"container\":{\"id\":\"container_1\"}",
                "\"type\":\"tool_use\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":\"file-1\"}]}]",
                "\"extra_body\":{\"google\":{\"cached_content\":\"cachedContents/1\"}}"
            })
    void whatTheGatewayGaveToNobodyIsUnknown(String names) throws Exception {
        start("kept_state: {acme: {open_ids: [open-1]}}");

        assertThat(respond(alice, names).status()).isEqualTo(404);
        assertThat(openai.requests()).isEmpty();
        gateway.close();
        start("kept_state: {acme: {ids: shared}}");
        assertThat(respond(alice, names).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tools\":[{\"type\":\"file_search\",\"vector_store_ids\":[\"open-1\"]}]",
                "\"conversation\":\"open-1\"",
                "\"previous_response_id\":\"open-1\"",
                "\"metadata\":{\"file_id\":\"mine\"}",
                "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"properties\":{\"file_id\":{}}}}]",
                "\"tools\":[{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}]"
            })
    void whatTheOperatorSharesAndWhatOnlyLooksLikeAnIdPasses(String names) throws Exception {
        start("kept_state: {acme: {open_ids: [open-1]}}");

        assertThat(respond(alice, names).status()).isEqualTo(200);
        assertThat(openai.request().text()).contains(names);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "container":"container_1" | 404
            "messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}] | 404
            "messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{"file_id":"f"}}]}] | 200
            "messages":[{"role":"assistant","content":[{"type":"text","text":"x","citations":[{"file_id":"f"}]}]}] | 200
            """)
    void anthropicsClientsReadItInTheirShape(String names, int status) throws Exception {
        start("");

        WireAnswer answer =
                alice.ask(alice.anthropic("/v1/messages", "{\"model\":\"claude\",\"max_tokens\":5," + names + "}"));

        assertThat(answer.status()).isEqualTo(status);
        if (status == 404) {
            assertThat(answer.json().at("/error/type").asString()).isEqualTo("not_found_error");
        } else {
            assertThat(answer.text()).isEqualTo("{\"id\":\"msg_1\",\"model\":\"m\"}");
        }
    }

    @Test
    void sharedIdsPassByteForByte() throws Exception {
        start("kept_state: {acme: {ids: shared}}");

        assertThat(respond(alice, "\"input\":\"x\"").text()).isEqualTo(RESPONSE);
        assertThat(respond(bob, "\"previous_response_id\":\"resp_1\"").status()).isEqualTo(200);
    }

    @Test
    void whereOneCallerIsEverybodyIdsAreSharedUnlessTheProviderHasAnEntry() throws Exception {
        startForEverybody("");
        assertThat(anybody("\"conversation\":\"conv_1\"").text()).isEqualTo(RESPONSE);
        gateway.close();

        startForEverybody("kept_state: {acme: {open_ids: [open-1]}}");

        assertThat(anybody("\"conversation\":\"conv_1\"").status()).isEqualTo(404);
        assertThat(sealed(anybody("\"conversation\":\"open-1\"").text())).hasSize(3);
    }

    private void startForEverybody(String kept) throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic, "", kept)
                .without("issuers")
                .section("anonymous", "{}")
                .policy(ModelGateways.ALLOW
                        .replaceAll("principals: .*", "principals: {issuer: anonymous}")
                        .replaceAll("(?s)  - id: not-mallory.*", ""))
                .start();
    }

    private WireAnswer anybody(String more) {
        return gateway.send(WireRequest.of("POST", "/v1/responses")
                .plus("Host", "127.0.0.1:" + gateway.port())
                .plus("Content-Type", "application/json")
                .body("{\"model\":\"gpt\"," + more + "}"));
    }

    @Test
    void idempotencyKeysAreEachCallersOwnAndNeverSentAsTheyAre() throws Exception {
        start("kept_state: {acme: {ids: shared}}");

        for (ModelAgent agent : List.of(alice, bob, alice)) {
            agent.ask(agent.post("/v1/responses", "{\"model\":\"gpt\"}").plus("Idempotency-Key", "once-1"));
        }

        List<String> sent = openai.requests().stream()
                .map(each -> each.header("idempotency-key").orElseThrow())
                .toList();
        assertThat(sent).allMatch(key -> key.matches("gw-[A-Za-z0-9_-]{43}"));
        assertThat(sent.get(0)).isEqualTo(sent.get(2)).isNotEqualTo(sent.get(1));
    }

    @Test
    void aKeyThatIsDamagedKeepsTheGatewayFromStarting() throws Exception {
        start("");
        Path key = folder.resolve("state/model-ids.key");
        assertThat(Files.getPosixFilePermissions(key)).hasSize(2);
        gateway.close();
        Files.writeString(key, "nothing");

        assertThatThrownBy(() -> ModelGateways.in(folder, openai, anthropic).start())
                .hasMessageContaining("model-ids.key");
    }
}
