package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.model.translate.RequestTranslation.Untranslatable;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is refused, what is told, and how a failing provider looks to an agent. */
class TranslatorTest {
    private static final Translator CHAT_TO_MESSAGES =
            Translator.between(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, Transcripts.KEY);
    private static final Translator MESSAGES_TO_CHAT =
            Translator.between(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS, Transcripts.KEY);
    private static final Target BARE = RequestTranslationTest.Targets.of(ModelApi.MESSAGES, false);
    private static final String USER = "{\"role\":\"user\",\"content\":\"x\"}";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static RequestTranslation request(ModelApi ingress, ModelApi upstream, String json) {
        return Translator.between(ingress, upstream, Transcripts.KEY)
                .request(bytes(json), RequestTranslationTest.Targets.of(upstream, false));
    }

    @Test
    void onlyPairsOfTwoProtocolsAreOffered() {
        assertThat(Translator.isOffered(ModelApi.CHAT_COMPLETIONS, ModelApi.CHAT_COMPLETIONS))
                .isFalse();
        assertThat(Translator.isOffered(ModelApi.GENERATE_CONTENT, ModelApi.CHAT_COMPLETIONS))
                .isFalse();
        assertThat(Translator.isOffered(ModelApi.RESPONSES, ModelApi.GENERATE_CONTENT))
                .isTrue();
        assertThatThrownBy(() -> Translator.between(ModelApi.MESSAGES, ModelApi.RESPONSES, Transcripts.KEY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"n\":2|/n",
                "\"store\":true|/store",
                "\"logprobs\":true|/logprobs",
                "\"top_logprobs\":3|/top_logprobs",
                "\"audio\":{\"voice\":\"x\"}|/audio",
                "\"modalities\":[\"text\",\"audio\"]|/modalities/1",
                "\"functions\":[]|/functions",
                "\"web_search_options\":{}|/web_search_options",
                "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}]|/tools/0",
                "\"tool_choice\":{\"type\":\"custom\"}|/tool_choice",
                "\"tool_choice\":\"sometimes\"|/tool_choice",
                "\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"no\"}}]}}|/tool_choice/allowed_tools/tools/0/function/name",
                "\"response_format\":{\"type\":\"json_object\"}|/response_format",
                "\"max_tokens\":0|/max_tokens",
                "\"max_tokens\":1.5|/max_tokens",
                "\"max_tokens\":99999999999999999999|/max_tokens",
                "\"temperature\":\"hot\"|/temperature",
                "\"temperature\":1e9999999999|/temperature",
                "\"reasoning_effort\":\"extreme\"|/reasoning_effort",
                "\"stream\":\"yes\"|/stream"
            })
    void whatNoOtherProtocolDoesIsRefusedWithItsPlace(String member, String pointer) {
        String json = "{\"messages\":[" + USER + "]," + member + "}";

        assertThat(request(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, json))
                .isInstanceOfSatisfying(
                        Untranslatable.class,
                        refused -> assertThat(refused.pointer()).isEqualTo(pointer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{not json\"}}]}|/messages/1/tool_calls/0/function/arguments",
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"[1]\"}}]}|/messages/1/tool_calls/0/function/arguments",
                "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}|/messages/1/content/0",
                "{\"role\":\"user\",\"content\":[{\"type\":\"type\"}]}|/messages/1/content/0",
                "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]}|/messages/1/content/0/file",
                "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"file:///etc/passwd\"}}]}|/messages/1/content/0/image_url/url",
                "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:text/html;base64,eA==\"}}]}|/messages/1/content/0/image_url/url",
                "{\"role\":\"user\",\"content\":7}|/messages/1/content",
                "{\"role\":\"user\"}|/messages/1",
                "{\"role\":\"function\",\"name\":\"f\",\"content\":\"x\"}|/messages/1/role",
                "{\"role\":\"tool\",\"content\":\"x\"}|/messages/1",
                "7|/messages/1"
            })
    void aMessageThatCannotBeTranslatedIsRefusedWithItsPlace(String message, String pointer) {
        String json = "{\"messages\":[" + USER + "," + message + "]}";

        assertThat(request(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, json))
                .isInstanceOfSatisfying(
                        Untranslatable.class,
                        refused -> assertThat(refused.pointer()).isEqualTo(pointer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "MESSAGES|CHAT_COMPLETIONS|\"max_tokens\":9,\"container\":\"c\"|/container",
                "MESSAGES|CHAT_COMPLETIONS|\"max_tokens\":9,\"stop_sequences\":[\"1\",\"2\",\"3\",\"4\",\"5\"]|/stop_sequences/4",
                "MESSAGES|CHAT_COMPLETIONS|\"max_tokens\":9,\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]|/tools/0",
                "MESSAGES|CHAT_COMPLETIONS|\"top_p\":1|``",
                "MESSAGES|GENERATE_CONTENT|\"max_tokens\":9,\"tools\":[{\"name\":\"a b\",\"input_schema\":{}}]|/tools/0",
                "RESPONSES|CHAT_COMPLETIONS|\"previous_response_id\":\"r\"|/previous_response_id",
                "RESPONSES|CHAT_COMPLETIONS|\"conversation\":\"c\"|/conversation",
                "RESPONSES|CHAT_COMPLETIONS|\"background\":true|/background",
                "RESPONSES|CHAT_COMPLETIONS|\"store\":true|/store",
                "RESPONSES|CHAT_COMPLETIONS|\"prompt\":{\"id\":\"p\"}|/prompt",
                "RESPONSES|MESSAGES|\"truncation\":\"auto\"|/truncation",
                "RESPONSES|MESSAGES|\"tools\":[{\"type\":\"mcp\",\"server_label\":\"x\"}]|/tools/0",
                "RESPONSES|CHAT_COMPLETIONS|\"text\":{\"format\":{\"type\":\"json_object\"}}|/text/format"
            })
    void theOtherProtocolsRefuseLikewise(ModelApi ingress, ModelApi upstream, String member, String pointer) {
        String conversation = ingress == ModelApi.RESPONSES ? "\"input\":[" : "\"messages\":[";
        String json = "{" + conversation + USER + "]," + member + "}";

        assertThat(request(ingress, upstream, json))
                .isInstanceOfSatisfying(
                        Untranslatable.class,
                        refused -> assertThat(refused.pointer()).isEqualTo(pointer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "RESPONSES|web_search|only function tools can be translated, not web_search",
                "RESPONSES|namespace|only function tools can be translated, not namespace",
                "RESPONSES|two words|only function tools can be translated",
                "CHAT_COMPLETIONS|custom|only function tools can be translated, not custom"
            })
    void aToolThatOneProtocolAloneHasIsSaidByItsTypeWhereThatIsAWord(ModelApi ingress, String type, String reason) {
        String conversation = ingress == ModelApi.RESPONSES ? "\"input\":[" : "\"messages\":[";
        String json = "{" + conversation + USER + "],\"tools\":[{\"type\":\"" + type + "\",\"name\":\"x\"}]}";

        assertThat(request(ingress, ModelApi.MESSAGES, json)).isEqualTo(new Untranslatable("/tools/0", reason));
    }

    @Test
    void aResultWhoseCallIsNotInTheConversationCannotGoToGemini() {
        String json = "{\"messages\":[" + USER + ",{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"x\"}]}";

        assertThat(request(ModelApi.CHAT_COMPLETIONS, ModelApi.GENERATE_CONTENT, json))
                .isInstanceOf(Untranslatable.class);
        assertThat(request(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, json)).isNotInstanceOf(Untranslatable.class);
    }

    @Test
    void anIdItemReferenceIsRefused() {
        String json = "{\"input\":[{\"type\":\"item_reference\",\"id\":\"x\"}]}";

        assertThat(request(ModelApi.RESPONSES, ModelApi.CHAT_COMPLETIONS, json)).isInstanceOf(Untranslatable.class);
    }

    @Test
    void aRouteMayRefuseWhatAnotherDrops() {
        byte[] json = bytes("{\"max_tokens\":9,\"seed\":1,\"messages\":[" + USER + "]}");
        Target strict = new Target("m", "anthropic", 9, true, Set.of());

        assertThat(CHAT_TO_MESSAGES.request(json, strict))
                .isEqualTo(new Untranslatable("/seed", "unknown to the other protocol"));
        RequestTranslation.Translated lenient = (RequestTranslation.Translated) CHAT_TO_MESSAGES.request(json, BARE);
        assertThat(lenient.told()).containsExactly(new Told("/seed", "unknown to the other protocol"));
        assertThat(new String(lenient.body(), StandardCharsets.UTF_8)).doesNotContain("seed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT_COMPLETIONS|MESSAGES|\"reasoning_effort\":\"low\"|/reasoning_effort|the target cannot be told how much to think",
                "RESPONSES|MESSAGES|\"reasoning\":{\"summary\":\"auto\"}|/reasoning/summary|the target cannot be asked to show its thoughts",
                "RESPONSES|CHAT_COMPLETIONS|\"reasoning\":{\"summary\":\"auto\"}|/reasoning/summary|the target cannot be asked to show its thoughts",
                "RESPONSES|CONVERSE|\"reasoning\":{\"summary\":\"auto\"}|/reasoning/summary|the target cannot be asked to show its thoughts",
                "MESSAGES|CHAT_COMPLETIONS|\"max_tokens\":9,\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"}|/thinking/display|the target cannot be asked to show its thoughts"
            })
    void aWishAboutThinkingThatTheTargetDoesNotKnowIsRefusedOrTold(
            ModelApi ingress, ModelApi upstream, String member, String pointer, String reason) {
        String conversation = ingress == ModelApi.RESPONSES ? "\"input\":[" : "\"messages\":[";
        String json = "{" + conversation + USER + "]," + member + "}";
        Target strict = new Target("m", "anthropic", 9, true, Set.of());

        assertThat(Translator.between(ingress, upstream, Transcripts.KEY).request(bytes(json), strict))
                .isEqualTo(new Untranslatable(pointer, reason));
        assertThat(request(ingress, upstream, json))
                .isInstanceOfSatisfying(
                        RequestTranslation.Translated.class,
                        translated -> assertThat(translated.told()).contains(new Told(pointer, reason)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"MESSAGES|\"thinking\":{\"type\":\"disabled\"}", "CHAT_COMPLETIONS|\"reasoning_effort\":\"none\""})
    void whoWantsNoThoughtsMissesNone(ModelApi upstream, String written) {
        String json = "{\"max_output_tokens\":9,\"reasoning\":{\"effort\":\"none\",\"summary\":\"auto\"},\"input\":["
                + USER + "]}";
        Target strict = new Target("m", "anthropic", 9, true, Set.of(Feature.REASONING_EFFORT, Feature.REASONING_OFF));

        assertThat(Translator.between(ModelApi.RESPONSES, upstream, Transcripts.KEY)
                        .request(bytes(json), strict))
                .isInstanceOfSatisfying(
                        RequestTranslation.Translated.class,
                        translated -> assertThat(new String(translated.body(), StandardCharsets.UTF_8))
                                .contains(written));
    }

    @Test
    void everyUnknownMemberIsToldAndTheListIsBounded() {
        StringBuilder json = new StringBuilder("{\"max_tokens\":9");
        for (int i = 0; i < 1000; i++) {
            json.append(",\"x").append(i).append("\":").append(i);
        }
        json.append(",\"messages\":[").append(USER).append("]}");

        RequestTranslation.Translated translated =
                (RequestTranslation.Translated) CHAT_TO_MESSAGES.request(bytes(json.toString()), BARE);

        assertThat(translated.told()).hasSize(Losses.TOLD_MAX + 1);
        assertThat(translated.told().getLast()).isEqualTo(new Told("", "and others"));
    }

    @Test
    void numbersKeepTheirDigits() {
        String schema = "{\"type\":\"object\",\"maximum\":123456789012345678901234567890.10}";
        String json = "{\"max_tokens\":9,\"temperature\":0.10,\"messages\":[" + USER
                + ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":"
                + "{\"name\":\"f\",\"arguments\":\"{\\\"n\\\":1E400}\"}}]}],"
                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":" + schema + "}}]}";

        RequestTranslation.Translated translated =
                (RequestTranslation.Translated) CHAT_TO_MESSAGES.request(bytes(json), BARE);

        assertThat(new String(translated.body(), StandardCharsets.UTF_8))
                .contains(schema, "\"temperature\":0.10", "\"input\":{\"n\":1E400}");
    }

    @ParameterizedTest
    @EnumSource(
            value = ModelApi.class,
            names = {"CHAT_COMPLETIONS", "MESSAGES", "RESPONSES"})
    void whatIsNoJsonObjectIsRefused(ModelApi ingress) {
        for (String body : List.of("", "x", "[]", "{} {}", "{\"a\":1,\"a\":2}", "[".repeat(100_000), "\"\\ud800\"")) {
            assertThat(request(ingress, ModelApi.GENERATE_CONTENT, body)).isInstanceOf(Untranslatable.class);
        }
    }

    private static StreamTranslation stream(ModelApi ingress, ModelApi upstream) {
        return Translator.between(ingress, upstream, Transcripts.KEY).stream(Transcripts.served(upstream));
    }

    private static List<Event> events(ModelApi upstream, String name) {
        return Transcripts.events(Transcripts.read("replies/" + Transcripts.folder(upstream) + "/" + name + ".sse"));
    }

    private static String last(List<Event> events) {
        Event last = events.getLast();
        return last.type() + " " + new String(last.data(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "CHAT_COMPLETIONS, 'message {\"error\":{\"message\":\"The model provider is overloaded.\",\"type\":\"server_error\",\"param\":null,\"code\":\"overloaded\"}}'",
        "RESPONSES, response.failed"
    })
    void anErrorInTheStreamOfMessagesIsToldWithoutTheProvidersWords(ModelApi ingress, String expected) {
        StreamTranslation stream = stream(ingress, ModelApi.MESSAGES);
        stream.next(events(ModelApi.MESSAGES, "text").getFirst());

        List<Event> events = stream.next(new Event(
                "error",
                bytes("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"sk-secret\"}}")));

        assertThat(last(events))
                .startsWith(expected)
                .doesNotContain("sk-secret")
                .contains("overloaded");
        assertThat(stream.state()).isEqualTo(StreamTranslation.State.FAILED);
        assertThat(stream.failure()).doesNotContain("sk-secret");
        assertThat(stream.end()).isEmpty();
    }

    @Test
    void anErrorInTheStreamOfChatIsToldToAnAgentOfMessages() {
        StreamTranslation stream = stream(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS);

        List<Event> events = stream.next(
                new Event("message", bytes("{\"error\":{\"type\":\"rate_limit_exceeded\",\"message\":\"org-1\"}}")));

        assertThat(last(events))
                .isEqualTo("error {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":"
                        + "\"The model provider's rate limit is reached.\"}}");
        assertThat(events).hasSize(1);
    }

    @Test
    void anErrorInPlaceOfAReplyIsNoReply() {
        Served served = Transcripts.SERVED;

        assertThat(MESSAGES_TO_CHAT.reply(bytes("{\"error\":{\"message\":\"x\"}}"), served))
                .isInstanceOf(ReplyTranslation.Erred.class);
        assertThat(CHAT_TO_MESSAGES.reply(bytes("{\"type\":\"error\",\"error\":{\"type\":\"x\"}}"), served))
                .isInstanceOf(ReplyTranslation.Erred.class);
        assertThat(Translator.between(ModelApi.CHAT_COMPLETIONS, ModelApi.GENERATE_CONTENT, Transcripts.KEY)
                        .reply(bytes("{\"error\":{\"status\":\"UNAVAILABLE\"}}"), served))
                .isInstanceOf(ReplyTranslation.Erred.class);
    }

    private static byte[] chatReply(String message, String finish, String usage) {
        return bytes("{\"id\":\"i\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":" + message
                + ",\"finish_reason\":\"" + finish + "\"}],\"usage\":" + usage + "}");
    }

    @Test
    void argumentsThatAreNoObjectBreakTheReplyUnlessTheyWereCut() {
        String call = "{\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":"
                + "{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":\"}}]}";

        assertThat(MESSAGES_TO_CHAT.reply(chatReply(call, "tool_calls", "null"), Transcripts.SERVED))
                .isInstanceOf(ReplyTranslation.Malformed.class);
        assertThat(MESSAGES_TO_CHAT.reply(chatReply(call, "length", "null"), Transcripts.SERVED))
                .isInstanceOfSatisfying(ReplyTranslation.Translated.class, cut -> {
                    assertThat(cut.stop()).isEqualTo(StopReason.LENGTH);
                    assertThat(new String(cut.body(), StandardCharsets.UTF_8))
                            .doesNotContain("tool_use")
                            .contains("max_tokens");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"prompt_tokens\":-1}",
                "{\"prompt_tokens\":1.5}",
                "{\"prompt_tokens\":\"1\"}",
                "{\"prompt_tokens\":1e3}",
                "{\"prompt_tokens\":9999999999999999999999}",
                "[1]"
            })
    void countsThatCannotBeTrueAreNotRead(String usage) {
        assertThat(MESSAGES_TO_CHAT.reply(chatReply("{\"content\":\"x\"}", "stop", usage), Transcripts.SERVED))
                .isInstanceOfSatisfying(
                        ReplyTranslation.Translated.class,
                        translated -> assertThat(translated.usage()).isEmpty());
    }

    @Test
    void aPartThatIsCountedBesideTheWholeIsAddedToIt() {
        String usage = "{\"prompt_tokens\":1,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":30},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":400}}";

        ReplyTranslation reply =
                MESSAGES_TO_CHAT.reply(chatReply("{\"content\":\"x\"}", "stop", usage), Transcripts.SERVED);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        ReplyTranslation.Translated.class,
                        translated -> assertThat(translated.usage()).contains(new ModelUsage(31, 30, 0, 0, 402, 400)));
    }

    @Test
    void aReplyWithoutUsageHasNone() {
        ReplyTranslation reply =
                MESSAGES_TO_CHAT.reply(chatReply("{\"content\":\"x\"}", "stop", "null"), Transcripts.SERVED);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        ReplyTranslation.Translated.class,
                        translated -> assertThat(translated.usage()).isEmpty());
    }

    @Test
    void theNormalFormOfUsageCountsCachedTokensOnce() {
        ModelUsage expected = new ModelUsage(2530, 2000, 500, 100, 87, 20);
        ReplyTranslation.Translated messages = (ReplyTranslation.Translated)
                CHAT_TO_MESSAGES.reply(Transcripts.read("replies/messages/tools.json"), Transcripts.SERVED);
        ReplyTranslation.Translated chat = (ReplyTranslation.Translated)
                MESSAGES_TO_CHAT.reply(Transcripts.read("replies/chat/tools.json"), Transcripts.SERVED);

        assertThat(messages.usage()).contains(expected);
        assertThat(expected.inputPlain()).isEqualTo(30);
        assertThat(chat.usage()).contains(new ModelUsage(2530, 2000, 500, 0, 87, 20));
        assertThat(new String(chat.body(), StandardCharsets.UTF_8))
                .contains("\"input_tokens\":30,\"cache_creation_input_tokens\":500,\"cache_read_input_tokens\":2000");
    }

    @Test
    void callsThatWaitAreBounded() {
        StreamTranslation many = stream(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS);
        feed(many, 0, "f", "{}");
        for (int i = 1; i <= Sequence.CALLS_MAX; i++) {
            feed(many, i, "f", "{}");
        }
        assertThat(many.state()).isEqualTo(StreamTranslation.State.FAILED);

        StreamTranslation large = stream(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS);
        feed(large, 0, "f", "{");
        feed(large, 1, "f", "{");
        String much = " ".repeat(1 << 20);
        for (int i = 0; i < 5; i++) {
            feed(large, 1, "", much);
        }
        assertThat(large.state()).isEqualTo(StreamTranslation.State.FAILED);

        StreamTranslation nameless = stream(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS);
        for (int i = 0; i < 5; i++) {
            feed(nameless, i, "", much);
        }
        assertThat(nameless.state()).isEqualTo(StreamTranslation.State.FAILED);
    }

    private static List<Event> feed(StreamTranslation stream, int index, String name, String arguments) {
        return stream.next(new Event(
                "message",
                bytes("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":" + index + ",\"function\":{\"name\":\""
                        + name + "\",\"arguments\":\"" + arguments + "\"}}]}}]}")));
    }

    @Test
    void aSecondCallIsHeldUntilTheFirstHasEnded() {
        StreamTranslation stream = stream(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS);

        assertThat(feed(stream, 0, "f", "{}")).isNotEmpty();
        assertThat(feed(stream, 1, "g", "{}")).isEmpty();
    }

    private static StreamTranslation failed(Translator translator, String... events) {
        StreamTranslation stream = translator.stream(Transcripts.SERVED);
        for (String event : events) {
            stream.next(new Event("message", bytes(event)));
        }
        return stream;
    }

    @Test
    void anEventOutOfPlaceBreaksTheStream() {
        String start = "{\"type\":\"message_start\",\"message\":{\"id\":\"i\",\"model\":\"m\"}}";
        String block =
                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}";
        String stop =
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}";
        String end = "{\"type\":\"message_stop\"}";

        assertThat(failed(CHAT_TO_MESSAGES, block).failure()).contains("before message_start");
        assertThat(failed(CHAT_TO_MESSAGES, start, start).failure()).contains("second message_start");
        assertThat(failed(CHAT_TO_MESSAGES, start, block, block).failure()).contains("open already");
        assertThat(failed(CHAT_TO_MESSAGES, start, end).failure()).contains("in the middle");
        assertThat(failed(CHAT_TO_MESSAGES, start, block, stop, end).failure()).contains("in the middle");
        assertThat(failed(CHAT_TO_MESSAGES, start, stop, end).state()).isEqualTo(StreamTranslation.State.COMPLETE);
        assertThat(failed(MESSAGES_TO_CHAT, "[DONE]").failure()).contains("before the answer's end");
        assertThat(failed(MESSAGES_TO_CHAT, "{\"choices\":[{\"index\":1,\"delta\":{}}]}")
                        .failure())
                .contains("not one answer");
    }

    @Test
    void usageIsAskedForByTheAgentOfChatAlone() {
        Served unasked = new Served("c", "anthropic", "m", 1, false);
        StreamTranslation stream = CHAT_TO_MESSAGES.stream(unasked);
        List<Event> events = new ArrayList<>();
        events(ModelApi.MESSAGES, "text").forEach(event -> events.addAll(stream.next(event)));

        assertThat(events).noneMatch(event -> new String(event.data(), StandardCharsets.UTF_8).contains("\"usage\""));
        assertThat(stream.usage()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "400, 400, invalid_request_error, invalid_request_error",
        "401, 502, provider_denied, api_error",
        "402, 502, provider_denied, api_error",
        "403, 502, provider_denied, api_error",
        "404, 404, model_not_found, not_found_error",
        "413, 413, invalid_request_error, request_too_large",
        "418, 418, invalid_request_error, invalid_request_error",
        "429, 429, rate_limit_exceeded, rate_limit_error",
        "500, 502, server_error, api_error",
        "504, 504, timeout, timeout_error",
        "529, 503, overloaded, overloaded_error",
        "999, 502, server_error, api_error"
    })
    void aProvidersErrorHasTheAgentsShape(int status, int expected, String chat, String messages) {
        TranslatedError toChat = CHAT_TO_MESSAGES.error(status);
        TranslatedError toMessages = MESSAGES_TO_CHAT.error(status);

        assertThat(toChat.status()).isEqualTo(expected);
        assertThat(toMessages.status()).isEqualTo(expected);
        assertThat(new String(toChat.body(), StandardCharsets.UTF_8)).contains("\"" + chat + "\"");
        assertThat(new String(toMessages.body(), StandardCharsets.UTF_8))
                .startsWith("{\"type\":\"error\",\"error\":{\"type\":\"" + messages + "\"");
    }
}
