package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
    private static JsonDocument json(String text) {
        return jsonOf(10_000, text);
    }

    private static JsonDocument jsonOf(int bytesMax, String text) {
        try {
            return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(bytesMax, 64));
        } catch (JsonRefused refused) {
            throw new AssertionError(refused);
        }
    }

    private static ModelUsage usage(ModelApi api, String... events) {
        AnswerReader reader = new AnswerReader(api);
        for (String event : events) {
            reader.event(json(event));
        }
        return reader.facts().usage();
    }

    @Test
    void aStreamAndItsWholeAnswerHaveTheSameFacts() {
        AnswerReader whole = new AnswerReader(ModelApi.MESSAGES);
        whole.whole(json("{\"model\":\"m-1\",\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,"
                + "\"cache_read_input_tokens\":5,\"cache_creation_input_tokens\":2,\"cache_creation\":"
                + "{\"ephemeral_1h_input_tokens\":1},\"output_tokens\":7}}"));
        AnswerReader stream = new AnswerReader(ModelApi.MESSAGES);
        stream.event(json("{\"type\":\"message_start\",\"message\":{\"model\":\"m-1\",\"stop_reason\":null,\"usage\":"
                + "{\"input_tokens\":10,\"cache_read_input_tokens\":5,\"cache_creation_input_tokens\":2,"
                + "\"cache_creation\":{\"ephemeral_1h_input_tokens\":1},\"output_tokens\":1}}}"));
        stream.event(json("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
                + "\"usage\":{\"output_tokens\":7}}"));

        assertThat(stream.facts())
                .isEqualTo(whole.facts())
                .isEqualTo(new ModelFacts("m-1", "end_turn", new ModelUsage(17, 5, 2, 1, 7, 0)));
    }

    @Test
    void whatConverseCachesIsCountedBesideItsInput() {
        String usage =
                "\"usage\":{\"inputTokens\":10,\"outputTokens\":7,\"totalTokens\":524,\"cacheReadInputTokens\":500,"
                        + "\"cacheWriteInputTokens\":7,\"cacheDetails\":[{\"ttl\":\"1h\",\"inputTokens\":3},"
                        + "{\"ttl\":\"5m\",\"inputTokens\":4}]},\"serviceTier\":{\"type\":\"priority\"},"
                        + "\"trace\":{\"promptRouter\":{\"invokedModelId\":\"arn:x/nova\"}}";
        AnswerReader whole = new AnswerReader(ModelApi.CONVERSE, "router");
        whole.whole(json("{\"output\":{},\"stopReason\":\"end_turn\"," + usage + "}"));
        AnswerReader stream = new AnswerReader(ModelApi.CONVERSE, "router");

        assertThat(stream.event(json("{\"role\":\"assistant\"}"))).isEqualTo(Mark.OPEN);
        assertThat(stream.facts().servedModel()).isEqualTo("router");
        assertThat(stream.event(json("{\"stopReason\":\"end_turn\"}"))).isEqualTo(Mark.OPEN);
        assertThat(stream.event(json("{\"metrics\":{}," + usage + "}"))).isEqualTo(Mark.LAST);
        assertThat(stream.facts())
                .isEqualTo(whole.facts())
                .isEqualTo(new ModelFacts(
                        "arn:x/nova",
                        "end_turn",
                        new ModelUsage(517, 500, 7, 3, 7, 0),
                        Map.of(),
                        new ServedTerms("priority", "", ""),
                        "",
                        0));
        assertThat(new AnswerReader(ModelApi.CONVERSE)
                        .event(json("{\"type\":\"error\",\"error\":{\"type\":\"api_error\"}}")))
                .isEqualTo(Mark.ERROR);
    }

    @Test
    void geminisThoughtsAreOutputAndItsToolsPromptsAreInput() {
        AnswerReader reader = new AnswerReader(ModelApi.GENERATE_CONTENT);
        reader.event(
                json(
                        "{\"modelVersion\":\"g-1\",\"candidates\":[{\"content\":{}}],\"usageMetadata\":{\"promptTokenCount\":9}}"));
        assertThat(reader.isFinished()).isFalse();
        reader.event(json("{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":10,"
                + "\"toolUsePromptTokenCount\":2,\"cachedContentTokenCount\":4,\"candidatesTokenCount\":5,"
                + "\"thoughtsTokenCount\":3}}"));

        assertThat(reader.isFinished()).isTrue();
        assertThat(reader.facts()).isEqualTo(new ModelFacts("g-1", "STOP", new ModelUsage(12, 4, 0, 0, 8, 3)));
        AnswerReader blocked = new AnswerReader(ModelApi.GENERATE_CONTENT);
        blocked.whole(json("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}"));
        assertThat(blocked.facts()).isEqualTo(new ModelFacts("", "SAFETY", ModelUsage.UNKNOWN));
    }

    @Test
    void aPartThatIsCountedBesideTheWholeIsAddedToIt() {
        assertThat(
                        usage(
                                ModelApi.CHAT_COMPLETIONS,
                                "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":30,"
                                        + "\"cache_write_tokens\":5},\"completion_tokens_details\":{\"reasoning_tokens\":400}}}"))
                .isEqualTo(new ModelUsage(36, 30, 5, 0, 402, 400));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"prompt_tokens":100,"completion_tokens":3000,"total_tokens":3900,"completion_tokens_details":{"reasoning_tokens":800}}|100|3800|800
            {"prompt_tokens":100,"completion_tokens":50,"total_tokens":550,"completion_tokens_details":{"reasoning_tokens":400}}|100|450|400
            {"prompt_tokens":20,"completion_tokens":151,"total_tokens":553}|20|533|382
            {"input_tokens":20,"output_tokens":151,"total_tokens":553,"output_tokens_details":{"reasoning_tokens":0}}|20|533|382
            {"prompt_tokens":20,"completion_tokens":151,"total_tokens":171,"completion_tokens_details":{"reasoning_tokens":100}}|20|151|100
            {"prompt_tokens":20,"completion_tokens":151,"total_tokens":5}|20|151|0
            {"prompt_tokens":20,"completion_tokens":151,"total_tokens":null}|20|151|0
            {"prompt_tokens":20,"completion_tokens":151,"total_tokens":-553}|20|151|0
            {"prompt_tokens":20,"completion_tokens":151,"total_tokens":"553"}|20|151|0
            {"prompt_tokens":20,"completion_tokens":151,"total_tokens":99999999999999999999}|20|151|0
            {"prompt_tokens":5,"total_tokens":5}|5|0|0
            """)
    void whatATotalHasBesideInputAndOutputIsThought(String usage, long input, long output, long reasoning) {
        assertThat(usage(ModelApi.CHAT_COMPLETIONS, "{\"choices\":[],\"usage\":" + usage + "}"))
                .isEqualTo(new ModelUsage(input, 0, 0, 0, output, reasoning));
        assertThat(usage(
                        ModelApi.RESPONSES, "{\"type\":\"response.completed\",\"response\":{\"usage\":" + usage + "}}"))
                .isEqualTo(new ModelUsage(input, 0, 0, 0, output, reasoning));
    }

    @Test
    void aTotalThatIsCountedUpIsThatOfTheLastNumbers() {
        assertThat(usage(
                        ModelApi.CHAT_COMPLETIONS,
                        "{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":15}}",
                        "{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":40,\"total_tokens\":54}}",
                        "{\"usage\":null}"))
                .isEqualTo(new ModelUsage(9, 0, 0, 0, 45, 5));
    }

    @Test
    void compactionsAreAddedAndNoOtherIterationIs() {
        String iterations = "\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":180000,"
                + "\"cache_read_input_tokens\":40,\"cache_creation_input_tokens\":30,\"cache_creation\":"
                + "{\"ephemeral_1h_input_tokens\":10},\"output_tokens\":3500},"
                + "{\"type\":\"message\",\"input_tokens\":23000,\"output_tokens\":1000},"
                + "{\"type\":\"advisor_message\",\"model\":\"m-2\",\"input_tokens\":823,\"output_tokens\":1612},"
                + "{\"type\":\"fallback_message\",\"model\":\"m-3\",\"input_tokens\":1,\"output_tokens\":1},"
                + "{\"type\":\"compaction\",\"input_tokens\":7},{\"type\":\"compaction\"},{},7,null]";
        AnswerReader whole = new AnswerReader(ModelApi.MESSAGES);
        whole.whole(json("{\"usage\":{\"input_tokens\":23000,\"cache_read_input_tokens\":2,\"output_tokens\":1000,"
                + iterations + "}}"));
        ModelUsage stream = usage(
                ModelApi.MESSAGES,
                "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":23000,"
                        + "\"cache_read_input_tokens\":2,\"output_tokens\":1,\"iterations\":[{\"type\":\"compaction\","
                        + "\"input_tokens\":180000,\"output_tokens\":3500}]}}}",
                "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":1000," + iterations + "}}",
                "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":1000,\"iterations\":null}}");

        assertThat(whole.facts().usage())
                .isEqualTo(stream)
                .isEqualTo(new ModelUsage(203_007 + 42 + 30, 42, 30, 10, 4500, 0));
    }

    @Test
    void aCompactionWithoutAnAnswerBehindItIsCounted() {
        assertThat(usage(
                        ModelApi.MESSAGES,
                        "{\"type\":\"message_delta\",\"usage\":{\"iterations\":[{\"type\":\"compaction\","
                                + "\"input_tokens\":9,\"output_tokens\":3}]}}"))
                .isEqualTo(new ModelUsage(9, 0, 0, 0, 3, 0));
        assertThat(
                        usage(
                                ModelApi.MESSAGES,
                                "{\"type\":\"message_delta\",\"usage\":{\"iterations\":{\"type\":\"compaction\",\"input_tokens\":9}}}"))
                .isEqualTo(ModelUsage.UNKNOWN);
    }

    @Test
    void ofUsageThatIsCountedUpTheLastCounts() {
        assertThat(usage(
                        ModelApi.CHAT_COMPLETIONS,
                        "{\"choices\":[{}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}",
                        "{\"choices\":[{}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}",
                        "{\"choices\":[],\"usage\":null}"))
                .isEqualTo(new ModelUsage(9, 0, 0, 0, 2, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"usage\":[]}",
                "{\"usage\":{\"prompt_tokens\":\"9\"}}",
                "{\"usage\":{\"prompt_tokens\":-9}}",
                "{\"usage\":{\"prompt_tokens\":1.5}}",
                "{\"usage\":{\"prompt_tokens\":1e3}}",
                "{\"usage\":{\"prompt_tokens\":99999999999999999999}}",
                "{\"usage\":{\"prompt_tokens_details\":7,\"completion_tokens\":null}}"
            })
    void whatIsNoCountIsUnknown(String event) {
        assertThat(usage(ModelApi.CHAT_COMPLETIONS, event)).isEqualTo(ModelUsage.UNKNOWN);
        assertThat(usage(ModelApi.CHAT_COMPLETIONS, event).isKnown()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS|{"choices":[]}|OPEN
            CHAT_COMPLETIONS|{"error":{"message":"x"}}|ERROR
            CHAT_COMPLETIONS|{"error":"x"}|ERROR
            CHAT_COMPLETIONS|{"error":null,"choices":[]}|OPEN
            CHAT_COMPLETIONS|[]|OPEN
            RESPONSES|{"type":"response.created"}|OPEN
            RESPONSES|{"type":"response.completed"}|LAST
            RESPONSES|{"type":"response.incomplete"}|LAST
            RESPONSES|{"type":"response.failed"}|ERROR
            RESPONSES|{"type":"error"}|ERROR
            MESSAGES|{"type":"message_stop"}|LAST
            MESSAGES|{"type":"error"}|ERROR
            MESSAGES|{"type":"ping"}|OPEN
            MESSAGES|{"type":7}|OPEN
            MESSAGES|7|OPEN
            """)
    void anEventSaysWhatItIsToItsStream(ModelApi api, String event, Mark mark) {
        assertThat(new AnswerReader(api).event(json(event))).isEqualTo(mark);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"choices":[],"usage":{}}|true
            {"choices":[],"usage":null}|false
            {"choices":[],"prompt_filter_results":[]}|false
            {"choices":[{}],"usage":{}}|false
            {"usage":{}}|false
            """)
    void onlyTheChunkWithTheUsageAloneIsLeftOut(String event, boolean isUsage) {
        assertThat(AnswerReader.isUsageChunk(json(event))).isEqualTo(isUsage);
    }

    private static ModelFacts facts(ModelApi api, String... events) {
        AnswerReader reader = new AnswerReader(api);
        for (String event : events) {
            reader.event(json(event));
        }
        return reader.facts();
    }

    @Test
    void anItemThatIsSeenOftenIsOneUseAndOneWithoutAPlaceIsCounted() {
        String item = "\"item\":{\"type\":\"web_search_call\"}}";

        assertThat(facts(
                                ModelApi.RESPONSES,
                                "{\"type\":\"response.output_item.added\",\"output_index\":0," + item,
                                "{\"type\":\"response.output_item.done\",\"output_index\":0," + item,
                                "{\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"web_search_call\"},"
                                        + "{\"type\":\"shell_call\",\"environment\":{\"type\":\"container_reference\"}},"
                                        + "{\"type\":\"shell_call\",\"environment\":{\"type\":\"local\"}},{\"type\":\"message\"}]}}")
                        .uses())
                .isEqualTo(Map.of("web_search", 1L, "shell", 1L));
        assertThat(facts(
                                ModelApi.RESPONSES,
                                "{\"type\":\"response.output_item.done\"," + item,
                                "{\"type\":\"response.output_item.done\"," + item)
                        .uses())
                .isEqualTo(Map.of("web_search", 2L));
    }

    @Test
    void blocksAreCountedUntilTheUsageStatesWhatIsBilled() {
        String block = "{\"type\":\"content_block_start\",\"index\":%d,\"content_block\":{\"type\":\"server_tool_use\","
                + "\"name\":\"%s\"}}";
        String[] begun = {
            block.formatted(0, "web_search"),
            block.formatted(1, "web_search"),
            block.formatted(2, "bash_code_execution"),
            block.formatted(3, "tool_search_tool_bm25")
        };

        assertThat(facts(ModelApi.MESSAGES, begun).uses()).isEqualTo(Map.of("web_search", 2L, "code_execution", 1L));
        assertThat(facts(
                                ModelApi.MESSAGES,
                                begun[0],
                                begun[2],
                                "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":1,\"server_tool_use\":"
                                        + "{\"web_search_requests\":0,\"web_fetch_requests\":4,\"other\":7,\"x_requests\":\"9\"}}}")
                        .uses())
                .isEqualTo(Map.of("web_fetch", 4L, "code_execution", 1L));
    }

    @Test
    void aChatThatCitesPagesHasSearchedOnce() {
        String cites =
                "{\"choices\":[{\"%s\":{\"annotations\":[{\"type\":\"url_citation\"},{\"type\":\"url_citation\"}]}}]}";
        AnswerReader whole = new AnswerReader(ModelApi.CHAT_COMPLETIONS);
        whole.whole(json(cites.formatted("message")));

        assertThat(whole.facts().uses()).isEqualTo(Map.of("web_search", 1L));
        assertThat(facts(ModelApi.CHAT_COMPLETIONS, cites.formatted("delta"), cites.formatted("delta"))
                        .uses())
                .isEqualTo(whole.facts().uses());
        assertThat(facts(
                                ModelApi.CHAT_COMPLETIONS,
                                "{\"choices\":[{\"message\":{\"annotations\":[]}}]}",
                                "{\"choices\":[{\"delta\":{\"annotations\":[{\"type\":\"file\"}]}}]}")
                        .uses())
                .isEmpty();
    }

    @Test
    void namesThatNoToolHasAreNotTakenNorMoreThanSixteen() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            many.append(",{\"type\":\"tool_").append(i).append("_call\"}");
        }

        assertThat(facts(
                                ModelApi.RESPONSES,
                                "{\"response\":{\"output\":[{\"type\":\"A\\\"b_call\"},{\"type\":\"_call\"},{\"type\":7},7]}}")
                        .uses())
                .isEmpty();
        assertThat(facts(ModelApi.RESPONSES, "{\"response\":{\"output\":[7" + many + "]}}")
                        .uses())
                .hasSize(16);
    }

    @Test
    void termsAreThoseThatWereServedLast() {
        assertThat(facts(
                                ModelApi.RESPONSES,
                                "{\"response\":{\"service_tier\":\"priority\"}}",
                                "{\"response\":{\"service_tier\":\"auto\"}}",
                                "{\"response\":{\"service_tier\":null}}")
                        .terms())
                .isEqualTo(new ServedTerms("priority", "", ""));
        assertThat(facts(
                                ModelApi.MESSAGES,
                                "{\"type\":\"message_start\",\"message\":{\"usage\":{\"service_tier\":\"batch\",\"speed\":\"fast\","
                                        + "\"inference_geo\":\"us\"}}}")
                        .terms())
                .isEqualTo(new ServedTerms("batch", "fast", "us"));
        assertThat(facts(ModelApi.GENERATE_CONTENT, "{\"usageMetadata\":{\"serviceTier\":\"flex\"}}")
                        .terms()
                        .tier())
                .isEqualTo("flex");
        assertThat(facts(ModelApi.GENERATE_CONTENT, "{\"usageMetadata\":{\"trafficType\":\"ON_DEMAND_PRIORITY\"}}")
                        .terms()
                        .tier())
                .isEqualTo("priority");
    }

    @ParameterizedTest
    @EnumSource(
            value = ModelApi.class,
            names = {"CHAT_COMPLETIONS", "GENERATE_CONTENT"})
    void anEmptyErrorIsNoneInAStreamAsInAWholeAnswer(ModelApi api) {
        for (String none : List.of("{}", "{\"error\":null}", "{\"error\":\"\"}", "{\"error\":{}}", "{\"error\":{ }}")) {
            assertThat(new AnswerReader(api).event(json(none))).as(none).isEqualTo(Mark.OPEN);
            assertThat(AnswerReader.isError(json(none))).as(none).isFalse();
        }
        for (String error : List.of("{\"error\":\"x\"}", "{\"error\":{\"x\":1}}")) {
            assertThat(new AnswerReader(api).event(json(error))).as(error).isEqualTo(Mark.ERROR);
            assertThat(AnswerReader.isError(json(error))).as(error).isTrue();
        }
    }

    @Test
    void countsOfManyPartsDoNotOverflow() {
        String part = "{\"modality\":\"AUDIO\",\"tokenCount\":999999999999999}";
        AnswerReader reader = new AnswerReader(ModelApi.GENERATE_CONTENT);
        reader.whole(jsonOf(
                600_000,
                "{\"usageMetadata\":{\"promptTokenCount\":1,\"promptTokensDetails\":["
                        + String.join(",", Collections.nCopies(10_000, part)) + "]}}"));

        assertThat(reader.facts().usage().audio().input()).isEqualTo(999_999_999_999_999L);

        String compaction =
                "{\"type\":\"compaction\",\"input_tokens\":999999999999999,\"output_tokens\":999999999999999}";
        AnswerReader compacted = new AnswerReader(ModelApi.MESSAGES);
        compacted.whole(jsonOf(
                1_000_000,
                "{\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":["
                        + String.join(",", Collections.nCopies(10_000, compaction)) + "]}}"));

        assertThat(compacted.facts().usage())
                .isEqualTo(new ModelUsage(999_999_999_999_999L, 0, 0, 0, 999_999_999_999_999L, 0));
    }

    @Test
    void soundsAndPicturesAreReadInTheWordsOfOpenAi() {
        assertThat(usage(
                        ModelApi.CHAT_COMPLETIONS,
                        "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":4,"
                                + "\"audio_tokens\":6,\"image_tokens\":1,\"cached_tokens_details\":{\"audio_tokens\":3}},"
                                + "\"completion_tokens_details\":{\"audio_tokens\":2,\"image_tokens\":3}}}"))
                .isEqualTo(new ModelUsage(
                        10, 4, 0, 0, 5, 0, new ModelUsage.Medium(6, 3, 2), new ModelUsage.Medium(1, 0, 3)));
        assertThat(usage(
                        ModelApi.CHAT_COMPLETIONS,
                        "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"prompt_tokens_details\":{\"audio_tokens\":6},"
                                + "\"completion_tokens_details\":{\"audio_tokens\":\"7\",\"image_tokens\":8}}}"))
                .as("what is counted beside the whole is added to it")
                .isEqualTo(new ModelUsage(
                        7, 0, 0, 0, 10, 0, new ModelUsage.Medium(6, 0, 0), new ModelUsage.Medium(0, 0, 8)));
    }

    @Test
    void aLongNameIsCut() {
        AnswerReader reader = new AnswerReader(ModelApi.EMBEDDINGS);
        reader.whole(json("{\"model\":\"" + "m".repeat(5_000) + "\"}"));

        assertThat(reader.facts().servedModel()).hasSize(256);
    }
}
