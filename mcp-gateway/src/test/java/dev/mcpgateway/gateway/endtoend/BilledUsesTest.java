package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What providers bill beside tokens of text, to the nano-USD, from what each of them states, whole and streamed. */
class BilledUsesTest {
    private static final String PRICES = """
            version: 1
            prices:
              - provider: openai
                model: gpt-x
                effective_from: "2020-01-01"
                per_million_tokens: {input: "2.5", cache_read: "1.25", output: "10", audio_input: "40", audio_output: "80"}
                tools: {web_search: "0.01", file_search: "0.0025"}
                tools_per_call: {code_interpreter: "0.03"}
                service_tiers: {flex: "0.5", priority: "1.75"}
                input_tokens_max: 10000
              - provider: anthropic
                model: claude-x
                effective_from: "2020-01-01"
                per_million_tokens: {input: "3", cache_read: "0.3", cache_write: "3.75", cache_write_1h: "6", output: "15"}
                tools: {web_search: "0.01"}
                service_tiers: {batch: "0.5"}
                inference_geos: {us: "1.1"}
                input_tokens_max: 10000
              - provider: google
                model: gem-3
                effective_from: "2020-01-01"
                per_million_tokens:
                  {input: "0.5", cache_read: "0.05", output: "3", audio_input: "1", audio_cache_read: "0.1", image_output: "60"}
                tools: {web_search: "0.014"}
                tools_per_call: {google_maps: "0.025"}
            """;

    private static final String SEARCHES = "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]";

    @TempDir
    static Path folder;

    private static FakeModelServer provider;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        provider = FakeModelServer.start();
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        for (String name : List.of("openai", "anthropic", "google")) {
            ModelGateways.secret(folder.resolve(name + ".key"), "sk-upstream-" + name);
        }
        // the most that alice's question can cost with four searches, and with five
        gateway = TestGateway.in(folder)
                .policy(ModelGateways.ALLOW.replaceFirst(
                        "resources: .*", "resources: [\"model:*\"]\n    ack_broad: true"))
                .section("models", """

                  providers:
                    openai: {kind: openai, base_url: "%1$s", credential: {static: {secret: {file: openai.key}}}}
                    anthropic: {kind: anthropic, base_url: "%1$s", credential: {static: {secret: {file: anthropic.key}}}}
                    google: {kind: gemini, base_url: "%1$s", credential: {static: {secret: {file: google.key}}}}
                  aliases:
                    gpt: {targets: [{provider: openai, model: gpt-x}]}
                    claude: {targets: [{provider: anthropic, model: claude-x}]}
                    gem: {targets: [{provider: google, model: gem-3}]}
                  prices: {file: prices.yaml}
                  budgets:
                    - {name: rich, per: user, period: total, limit_usd: "100", match: {issuer: corp, subject: bob}}
                    - {name: four, per: user, period: total, limit_usd: "0.106165", match: {issuer: corp, subject: carol}}
                    - {name: five, per: user, period: total, limit_usd: "0.116165", match: {issuer: corp, subject: dave}}
                """.formatted(provider.url()))
                .operator()
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        provider.clearRequests();
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(provider.failures()).isEmpty();
    }

    private static String streamed(String body) {
        return body.replaceFirst("\\{", "{\"stream\":true,");
    }

    private static WireAnswer ask(String who, String path, String body) {
        ModelAgent agent = ModelAgent.of(gateway, who);
        return path.equals("/v1/messages") ? agent.ask(agent.anthropic(path, body)) : agent.ask(agent.post(path, body));
    }

    private static AuditRecord billed(String path, String body) {
        WireAnswer answer = ask("alice", path, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return gateway.newRecords(2).getLast();
    }

    private static long cost(AuditRecord outcome) {
        return outcome.fields().at("/model/cost_nano_usd").asLong(-1);
    }

    private static void isSure(AuditRecord outcome, boolean isSure) {
        assertThat(outcome.text("model.cost_estimated")).isEqualTo(isSure ? "false" : "true");
    }

    @Test
    void soundOfChatCompletionsHasItsOwnPrice() {
        String usage =
                "{\"prompt_tokens\":1000,\"completion_tokens\":300,\"prompt_tokens_details\":{\"cached_tokens\":200,"
                        + "\"audio_tokens\":600},\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":250}}";
        String body =
                "{\"model\":\"gpt\",\"modalities\":[\"text\",\"audio\"],\"messages\":[{\"role\":\"user\",\"content\":"
                        + "[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}}]}]}";
        provider.on(
                "/chat/completions",
                turn -> turn.whole("{\"model\":\"gpt-x\",\"choices\":[],\"usage\":" + usage + "}"));
        AuditRecord whole = billed("/v1/chat/completions", body);
        provider.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"choices\":[{\"delta\":{\"audio\":{\"data\":\"AAAA\"}}}],\"usage\":null}")
                        .data("{\"choices\":[],\"usage\":" + usage + "}")
                        .data("[DONE]")
                        .end());
        AuditRecord stream = billed("/v1/chat/completions", streamed(body));

        // 200 × 2.5 + 200 × 1.25 + 600 × 40 + 50 × 10 + 250 × 80, in millionths of a dollar
        assertThat(cost(whole)).isEqualTo(45_250_000);
        assertThat(cost(stream)).isEqualTo(45_250_000);
        isSure(whole, true);
        assertThat(whole.json()).contains("\"audio\":{\"input\":600,\"cache_read\":0,\"output\":250}");
    }

    @Test
    void toolsOfResponsesAreBilledByUseAndByCallOnTheTierThatWasServed() {
        String search =
                "{\"id\":\"ws_%d\",\"type\":\"web_search_call\",\"status\":\"completed\",\"action\":{\"type\":\"%s\"}}";
        List<String> items = List.of(
                search.formatted(1, "search"),
                search.formatted(2, "open_page"),
                search.formatted(3, "search"),
                "{\"id\":\"fs_1\",\"type\":\"file_search_call\",\"queries\":[\"a\",\"b\"]}",
                "{\"id\":\"ci_1\",\"type\":\"code_interpreter_call\",\"container_id\":\"c\"}",
                "{\"id\":\"ci_2\",\"type\":\"code_interpreter_call\",\"container_id\":\"c\"}",
                "{\"id\":\"fc_1\",\"type\":\"function_call\",\"name\":\"f\",\"arguments\":\"{}\"}");
        String response =
                "{\"id\":\"r\",\"model\":\"gpt-x\",\"status\":\"completed\",\"service_tier\":\"priority\",\"output\":["
                        + String.join(",", items)
                        + "],\"usage\":{\"input_tokens\":5000,\"input_tokens_details\":{\"cached_tokens\":0},"
                        + "\"output_tokens\":200,\"output_tokens_details\":{\"reasoning_tokens\":100}}}";
        String body =
                "{\"model\":\"gpt\",\"input\":\"x\",\"store\":false,\"tools\":[{\"type\":\"web_search\"},{\"type\":\"file_search\","
                        + "\"vector_store_ids\":[]},{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}]}";
        provider.on("/responses", turn -> turn.whole(response));
        AuditRecord whole = billed("/v1/responses", body);
        provider.on("/responses", turn -> {
            turn.begin()
                    .data(
                            "{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"service_tier\":\"auto\",\"output\":[]}}");
            for (int i = 0; i < items.size(); i++) {
                turn.data("{\"type\":\"response.output_item.added\",\"output_index\":" + i + ",\"item\":"
                        + items.get(i).replaceFirst(",\"action\".*", "}") + "}");
                turn.data("{\"type\":\"response.output_item.done\",\"output_index\":" + i + ",\"item\":" + items.get(i)
                        + "}");
            }
            turn.data("{\"type\":\"response.completed\",\"response\":" + response + "}")
                    .end();
        });
        AuditRecord stream = billed("/v1/responses", streamed(body));

        // (5000 × 2.5 + 200 × 10) × 1.75, and 2 × 10 + 2.5 + 30 thousandths
        assertThat(cost(whole)).isEqualTo(25_375_000 + 52_500_000);
        assertThat(cost(stream)).isEqualTo(25_375_000 + 52_500_000);
        isSure(whole, true);
        for (AuditRecord each : List.of(whole, stream)) {
            assertThat(each.json())
                    .contains(
                            "\"uses\":{\"code_interpreter\":2,\"file_search\":1,\"web_search\":2}",
                            "\"terms\":\"priority\"");
        }
    }

    @Test
    void searchesOfMessagesAndTheirPlaceAreBilledAsTheUsageStates() {
        String start =
                "\"service_tier\":\"standard\",\"inference_geo\":\"us\",\"input_tokens\":6039,\"cache_read_input_tokens\":100,"
                        + "\"cache_creation_input_tokens\":200,";
        String end = "\"output_tokens\":931,\"server_tool_use\":{\"web_search_requests\":2,\"web_fetch_requests\":1}";
        String block = "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}";
        String body = "{\"model\":\"claude\",\"max_tokens\":10,\"messages\":[]," + SEARCHES + "}";
        provider.on(
                "/messages",
                turn -> turn.whole("{\"model\":\"claude-x\",\"content\":[" + block + "," + block + "," + block
                        + "],\"stop_reason\":\"end_turn\",\"usage\":{" + start + end + "}}"));
        AuditRecord whole = billed("/v1/messages", body);
        provider.on("/messages", turn -> {
            turn.begin()
                    .event(
                            "message_start",
                            "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"content\":[],\"usage\":{"
                                    + start + "\"output_tokens\":1,\"server_tool_use\":{\"web_search_requests\":0}}}}");
            for (int i = 0; i < 3; i++) {
                turn.event(
                        "content_block_start",
                        "{\"type\":\"content_block_start\",\"index\":" + i + ",\"content_block\":" + block + "}");
            }
            turn.event(
                            "message_delta",
                            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{" + end
                                    + "}}")
                    .event("message_stop", "{\"type\":\"message_stop\"}")
                    .end();
        });
        AuditRecord stream = billed("/v1/messages", streamed(body));

        // (6039 × 3 + 100 × .3 + 200 × 3.75 + 931 × 15) × 1.1, and two searches; the third one failed
        assertThat(cost(whole)).isEqualTo(36_148_200 + 20_000_000);
        assertThat(cost(stream)).isEqualTo(36_148_200 + 20_000_000);
        isSure(stream, true);
        assertThat(stream.json()).contains("\"uses\":{\"web_fetch\":1,\"web_search\":2}", "\"terms\":\"us\"");
    }

    @Test
    void compactionsOfMessagesAreBilledBesideTheirAnswer() {
        String start = "\"input_tokens\":23000,";
        String end = "\"output_tokens\":1000,\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":180000,"
                + "\"cache_read_input_tokens\":100,\"cache_creation_input_tokens\":200,\"cache_creation\":"
                + "{\"ephemeral_5m_input_tokens\":150,\"ephemeral_1h_input_tokens\":50},\"output_tokens\":3500},"
                + "{\"type\":\"message\",\"input_tokens\":23000,\"output_tokens\":1000}]";
        String body = "{\"model\":\"claude\",\"max_tokens\":10,\"messages\":[],"
                + "\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]}}";
        provider.on(
                "/messages",
                turn -> turn.whole("{\"model\":\"claude-x\",\"content\":[],\"stop_reason\":\"end_turn\",\"usage\":{"
                        + start + end + "}}"));
        AuditRecord whole = billed("/v1/messages", body);
        provider.on(
                "/messages",
                turn -> turn.begin()
                        .event(
                                "message_start",
                                "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"content\":[],\"usage\":{"
                                        + start + "\"output_tokens\":1}}}")
                        .event(
                                "message_delta",
                                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{" + end
                                        + "}}")
                        .event("message_stop", "{\"type\":\"message_stop\"}")
                        .end());
        AuditRecord stream = billed("/v1/messages", streamed(body));

        // 203000 × 3 + 100 × .3 + 150 × 3.75 + 50 × 6 + 4500 × 15
        assertThat(cost(whole)).isEqualTo(677_392_500);
        assertThat(cost(stream)).isEqualTo(677_392_500);
        isSure(whole, true);
        assertThat(stream.json()).contains("\"output\":4500");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"prompt_tokens":1000,"completion_tokens":300,"total_tokens":1380,"completion_tokens_details":{"reasoning_tokens":80}}|6300000
            {"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1180}|4300000
            """)
    void thoughtsThatAServerCountsBesideItsAnswerArePaidFor(String usage, long nano) {
        String body = "{\"model\":\"gpt\",\"messages\":[]}";
        provider.on(
                "/chat/completions",
                turn -> turn.whole("{\"model\":\"gpt-x\",\"choices\":[],\"usage\":" + usage + "}"));
        AuditRecord whole = billed("/v1/chat/completions", body);
        provider.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}")
                        .data("{\"choices\":[],\"usage\":" + usage + "}")
                        .data("[DONE]")
                        .end());
        AuditRecord stream = billed("/v1/chat/completions", streamed(body));

        assertThat(cost(whole)).isEqualTo(nano);
        assertThat(cost(stream)).isEqualTo(nano);
        isSure(whole, true);
        assertThat(stream.json()).contains("\"reasoning\":80");
    }

    @Test
    void queriesPlacesSoundsAndPicturesOfGeminiAreBilledApart() {
        String usage =
                "\"usageMetadata\":{\"promptTokenCount\":1000,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":400},"
                        + "{\"modality\":\"AUDIO\",\"tokenCount\":600}],\"cachedContentTokenCount\":300,\"cacheTokensDetails\":"
                        + "[{\"modality\":\"AUDIO\",\"tokenCount\":200},{\"modality\":\"TEXT\",\"tokenCount\":100}],\"candidatesTokenCount\":1300,"
                        + "\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":1290},{\"modality\":\"TEXT\",\"tokenCount\":10}],"
                        + "\"thoughtsTokenCount\":50}";
        String grounding = "\"groundingMetadata\":{\"webSearchQueries\":[\"a\",\"b\",\"\",\"a\"],\"groundingChunks\":"
                + "[{\"web\":{}},{\"maps\":{}},{\"maps\":{}}]}";
        String body = "{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"audio/wav\",\"data\":\"AAAA\"}}]}],"
                + "\"generationConfig\":{\"responseModalities\":[\"TEXT\",\"IMAGE\"]},\"tools\":[{\"google_search\":{}},{\"googleMaps\":{}}]}";
        provider.on(
                "/models/gem-3:generateContent",
                turn -> turn.whole("{\"candidates\":[{\"finishReason\":\"STOP\"," + grounding + "}]," + usage + "}"));
        AuditRecord whole = billed("/v1beta/models/gem:generateContent", body);
        provider.on(
                "/models/gem-3:streamGenerateContent?alt=sse",
                turn -> turn.begin()
                        .data("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]}," + grounding
                                + "}],\"usageMetadata\":{\"promptTokenCount\":1000,\"candidatesTokenCount\":1}}")
                        .data("{\"candidates\":[{\"finishReason\":\"STOP\"," + grounding + "}]," + usage + "}")
                        .end());
        AuditRecord stream = billed("/v1beta/models/gem:streamGenerateContent?alt=sse", body);

        // 300 × .5 + 100 × .05 + 400 × 1 + 200 × .1 + 60 × 3 + 1290 × 60, and 2 × 14 + 25 thousandths
        assertThat(cost(whole)).isEqualTo(78_155_000 + 53_000_000);
        assertThat(cost(stream)).isEqualTo(78_155_000 + 53_000_000);
        isSure(whole, true);
        assertThat(stream.json())
                .contains(
                        "\"image\":{\"input\":0,\"cache_read\":0,\"output\":1290}",
                        "\"uses\":{\"google_maps\":1,\"web_search\":2}");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            -,        default,   3500000, true
            -,        flex,      1750000, true
            flex,     flex,      1750000, true
            flex,     default,   3500000, true
            priority, priority,  6125000, true
            priority, default,   3500000, true
            priority, -,         6125000, true
            -,        batch,     6125000, false
            flex,     batch,     6125000, false
            batch,    default,   3500000, true
            """)
    void theTierThatWasServedCountsAndOneWithoutAFactorIsNeverCheaper(
            String asked, String served, long nano, boolean isSure) {
        provider.on(
                "/chat/completions",
                turn -> turn.whole("{\"model\":\"gpt-x\",\"choices\":[],"
                        + (served == null ? "" : "\"service_tier\":\"" + served + "\",")
                        + "\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100}}"));

        AuditRecord outcome = billed(
                "/v1/chat/completions",
                "{\"model\":\"gpt\"," + (asked == null ? "" : "\"service_tier\":\"" + asked + "\",")
                        + "\"messages\":[]}");

        assertThat(cost(outcome)).isEqualTo(nano);
        isSure(outcome, isSure);
    }

    @Test
    void aBatchIsBilledByItsFactor() {
        provider.on(
                "/messages",
                turn -> turn.whole("{\"model\":\"claude-x\",\"usage\":{\"input_tokens\":1000,\"output_tokens\":100,"
                        + "\"service_tier\":\"batch\"}}"));

        AuditRecord outcome = billed("/v1/messages", "{\"model\":\"claude\",\"max_tokens\":10,\"messages\":[]}");

        assertThat(cost(outcome)).isEqualTo(2_250_000);
        assertThat(outcome.text("model.terms")).isEqualTo("batch");
        isSure(outcome, true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/messages                        | {"model":"claude","max_tokens":10,"messages":[],"tools":[{"type":"code_execution_20250825","name":"code_execution"}]}
            /v1/messages                        | {"model":"claude","max_tokens":10,"messages":[],"tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-y"}]}
            /v1/messages                        | {"model":"claude","max_tokens":10,"messages":[{"role":"user","content":[{"type":"input_audio"}]}]}
            /v1/responses                       | {"model":"gpt","input":"x","store":false,"tools":[{"type":"image_generation"}]}
            /v1/responses                       | {"model":"gpt","store":false,"input":[{"type":"additional_tools","role":"developer","tools":[{"type":"image_generation"}]}]}
            /v1/responses                       | {"model":"gpt","input":"x","store":false,"tools":[{"type":"tool_of_tomorrow"}]}
            /v1/chat/completions                | {"model":"gpt","messages":[],"modalities":["text","image"]}
            /v1beta/models/gem:generateContent  | {"contents":[],"tools":[{"retrieval":{}}]}
            /v1beta/models/gem:generateContent  | {"contents":[],"tools":[{"toolOfTomorrow":{}}]}
            /v1beta/models/gem:generateContent  | {"contents":[],"generationConfig":{"responseModalities":["AUDIO"]}}
            /v1beta/models/gem:generateContent  | {"contents":[],"serviceTier":"priority"}
            """)
    void whatHasNoPriceIsRefusedWhereMoneyIsLimited(String path, String body) {
        assertThat(ask("bob", path, body).status()).isEqualTo(403);

        assertThat(provider.requests()).isEmpty();
        assertThat(gateway.newSummaries(1)).containsExactly("llm.call.denied BUDGET no_price");
    }

    @Test
    void aUseWithoutAPriceIsCountedAndToldWhereMoneyIsNotLimited() {
        provider.on(
                "/responses",
                turn -> turn.whole(
                        "{\"model\":\"gpt-x\",\"status\":\"completed\",\"output\":[{\"type\":\"image_generation_call\"}],"
                                + "\"usage\":{\"input_tokens\":1000,\"output_tokens\":100}}"));

        AuditRecord outcome = billed(
                "/v1/responses",
                "{\"model\":\"gpt\",\"input\":\"x\",\"store\":false,\"tools\":[{\"type\":\"image_generation\"}]}");

        assertThat(cost(outcome)).isEqualTo(3_500_000);
        isSure(outcome, false);
        assertThat(outcome.json()).contains("\"uses\":{\"image_generation\":1}");
    }

    @Test
    void whatToolsMayCostIsSetAsideByTheLimitOfTheRequest() {
        provider.on(
                "/messages",
                turn -> turn.whole("{\"model\":\"claude-x\",\"usage\":{\"input_tokens\":10,\"output_tokens\":1,"
                        + "\"server_tool_use\":{\"web_search_requests\":5}}}"));
        String body = "{\"model\":\"claude\",\"max_tokens\":10,\"messages\":[],"
                + SEARCHES.replace("\"name\"", "\"max_uses\":5,\"name\"") + "}";

        assertThat(ask("carol", "/v1/messages", body).status())
                .as("money for four")
                .isEqualTo(402);
        assertThat(ask("carol", "/v1/messages", body.replace("\"max_uses\":5,", ""))
                        .status())
                .as("without a limit it is taken for twenty")
                .isEqualTo(402);
        assertThat(provider.requests()).isEmpty();
        assertThat(ask("dave", "/v1/messages", body).status())
                .as("money for five")
                .isEqualTo(200);
        JsonNode dave = gateway.operate("GET", "/usage?by=user", "")
                .json()
                .at("/usage")
                .valueStream()
                .filter(row -> row.path("value").asString().equals("corp/dave"))
                .findFirst()
                .orElseThrow();
        assertThat(dave.path("tool_uses").asInt()).isEqualTo(5);
        assertThat(dave.path("cost_usd").asString()).isEqualTo("0.050045");
    }

    @ParameterizedTest
    @CsvSource({"0, 13", "1, 13", "2, 23"})
    void searchesThatWereBegunArePaidForWhenTheStreamIsCutAndOneThatWasOfferedAtLeast(int begun, long thousandths) {
        provider.on("/messages", turn -> {
            turn.begin()
                    .event(
                            "message_start",
                            "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"content\":[],\"usage\":"
                                    + "{\"input_tokens\":1000,\"output_tokens\":1,\"server_tool_use\":{\"web_search_requests\":0}}}}");
            for (int i = 0; i < begun; i++) {
                turn.event(
                        "content_block_start",
                        "{\"type\":\"content_block_start\",\"index\":" + i
                                + ",\"content_block\":{\"type\":\"server_tool_use\",\"name\":\"web_search\"}}");
            }
            turn.cut();
        });

        ask(
                "alice",
                "/v1/messages",
                streamed("{\"model\":\"claude\",\"max_tokens\":10,\"messages\":[]," + SEARCHES + "}"));
        AuditRecord outcome = gateway.newRecords(2).getLast();

        assertThat(cost(outcome)).isBetween(thousandths * 1_000_000, thousandths * 1_000_000 + 999_999);
        isSure(outcome, false);
    }
}
