package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.translate.RequestTranslation.Translated;
import dev.mcpgateway.connectors.model.translate.RequestTranslation.Untranslatable;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Converse wants of a conversation that other protocols do not, and how its streams end. */
class ConverseTest {
    private static final String CALLED = "{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"tool_calls\":"
            + "[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
            + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}";
    private static final String TOOL =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true}}]";
    private static final String NO_TOOL =
            "\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"gateway_no_tool\",\"description\":"
                    + "\"There is no tool to call.\",\"inputSchema\":{\"json\":{\"type\":\"object\",\"properties\":{}}}}}]}";

    private static RequestTranslation ask(String model, boolean lossesRefused, String json) {
        return Translator.between(ModelApi.CHAT_COMPLETIONS, ModelApi.CONVERSE, Transcripts.KEY)
                .request(
                        json.getBytes(StandardCharsets.UTF_8),
                        new Target(model, "bedrock-amazon", 9, lossesRefused, Set.of(Feature.CACHE_POINTS)));
    }

    private static Translated translated(String messages, String more) {
        RequestTranslation asked = ask("meta.llama-x", false, "{\"messages\":[" + messages + "]" + more + "}");
        assertThat(asked).isInstanceOf(Translated.class);
        return (Translated) asked;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void aConversationWithCallsGoesOnWithoutTheToolsThatWereCalled() {
        Translated translated = translated(CALLED, "");

        assertThat(text(translated.body())).contains(NO_TOOL).doesNotContain("\"toolSpec\":{\"name\":\"f\"");
        assertThat(translated.told()).anySatisfy(told -> assertThat(told.why()).contains("one that says it is none"));
    }

    @Test
    void toolsThatAreNotToBeCalledAreNotOffered() {
        Translated plain =
                translated("{\"role\":\"user\",\"content\":\"x\"}", "," + TOOL + ",\"tool_choice\":\"none\"");
        Translated called = translated(CALLED, "," + TOOL + ",\"tool_choice\":\"none\"");

        assertThat(text(plain.body())).doesNotContain("toolConfig");
        assertThat(plain.told()).containsExactly(new Told("/tools/0", "not to be called; dropped"));
        assertThat(text(called.body())).contains(NO_TOOL).doesNotContain("\"toolSpec\":{\"name\":\"f\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "eu.amazon.nova-pro-v1:0 | \"additionalModelRequestFields\":{\"inferenceConfig\":{\"topK\":7}}",
                "anthropic.claude-x      | \"additionalModelRequestFields\":{\"top_k\":7}"
            })
    void howManyTokensAreSampledIsSaidInTheWordsOfTheMaker(String model, String member) {
        String json = "{\"top_k\":7,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

        assertThat(text(((Translated) ask(model, true, json)).body())).contains(member);
        for (String other : List.of("amazon.titan-x", "meta.llama-x", "arn:x")) {
            assertThat(ask(other, true, json)).isEqualTo(new Untranslatable("/top_k", "unknown to the target"));
            assertThat(((Translated) ask(other, false, json)).told())
                    .containsExactly(new Told("/top_k", "unknown to the target"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"x\"}||/messages/0/content",
                "{\"role\":\"user\",\"content\":\" \"}||/messages/0/content",
                "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a.example/b\"}}]}||/messages/0/content/0",
                "{\"role\":\"user\",\"content\":\"x\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"2h\"}}||/messages/0/cache_control/ttl",
                "{\"role\":\"user\",\"content\":\"x\"}|,\"response_format\":{\"type\":\"json_object\"}|/response_format",
                "{\"role\":\"user\",\"content\":\"x\"}|,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a.b\"}}]|/tools/0",
                "{\"role\":\"user\",\"content\":\"x\"}|,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"gateway_no_tool\"}}]|/tools/0"
            })
    void whatCannotBeAskedThereIsRefusedWithItsPlace(String messages, String more, String pointer) {
        String json = "{\"messages\":[" + messages + "]" + (more == null ? "" : more) + "}";

        assertThat(ask("meta.llama-x", false, json))
                .isInstanceOfSatisfying(
                        Untranslatable.class,
                        refused -> assertThat(refused.pointer()).isEqualTo(pointer));
    }

    @Test
    void speakersTakeTurnsAndBlanksAreLeftOut() {
        Translated translated = translated(
                "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"},"
                        + "{\"role\":\"assistant\",\"content\":\"\\n\"},{\"role\":\"user\",\"content\":\"c\"}",
                "");

        assertThat(text(translated.body()))
                .contains("\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"},{\"text\":\"b\"},"
                        + "{\"text\":\"c\"}]}]");
        assertThat(translated.told()).contains(new Told("/messages/2/content", "a text of blanks; dropped"));
    }

    @Test
    void aCallOfTheToolThatIsNoneReachesNoAgent() {
        String content =
                "{\"text\":\"Well.\"},{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"gateway_no_tool\",\"input\":{}}}";
        for (ModelApi ingress : List.of(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, ModelApi.RESPONSES)) {
            ReplyTranslation whole = Translator.between(ingress, ModelApi.CONVERSE, Transcripts.KEY)
                    .reply(
                            ("{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[" + content
                                            + "]}},\"stopReason\":\"tool_use\",\"usage\":{\"inputTokens\":1}}")
                                    .getBytes(StandardCharsets.UTF_8),
                            Transcripts.served(ModelApi.CONVERSE));
            List<Event> out = new ArrayList<>();
            StreamTranslation stream = streamed(
                    ingress,
                    out,
                    "messageStart {}",
                    "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"Well.\"}}",
                    "contentBlockStart {\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":"
                            + "\"gateway_no_tool\"}}}",
                    "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"{}\"}}}",
                    "contentBlockStop {\"contentBlockIndex\":1}",
                    "messageStop {\"stopReason\":\"tool_use\"}",
                    "metadata {\"usage\":{\"inputTokens\":1}}");

            assertThat(whole).isInstanceOfSatisfying(ReplyTranslation.Translated.class, translated -> {
                assertThat(text(translated.body())).contains("Well.").doesNotContain("gateway_no_tool");
                assertThat(translated.stop()).isEqualTo(StopReason.END);
                assertThat(translated.told())
                        .containsExactly(new Told(
                                "/output/message/content/1/toolUse",
                                "a call of the tool that says it is none; dropped"));
            });
            assertThat(stream.state()).isEqualTo(StreamTranslation.State.COMPLETE);
            assertThat(stream.stop()).contains(StopReason.END);
            assertThat(out).noneMatch(event -> text(event.data()).contains("gateway_no_tool"));
        }
    }

    private static StreamTranslation streamed(ModelApi ingress, List<Event> out, String... events) {
        StreamTranslation stream = Translator.between(ingress, ModelApi.CONVERSE, Transcripts.KEY).stream(
                Transcripts.served(ModelApi.CONVERSE));
        for (String event : events) {
            String[] parts = event.split(" ", 2);
            out.addAll(stream.next(new Event(parts[0], parts[1].getBytes(StandardCharsets.UTF_8))));
        }
        return stream;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rate_limit_error | Slow down | The model provider's rate limit is reached.",
                "api_error | It stumbled | The model provider failed.",
                "invalid_request_error | Number of input tokens exceeds maximum length | The prompt is too long"
            })
    void anExceptionInTheMiddleIsToldInTheAgentsWords(String type, String says, String told) {
        for (ModelApi ingress : List.of(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, ModelApi.RESPONSES)) {
            List<Event> out = new ArrayList<>();
            StreamTranslation stream = streamed(
                    ingress,
                    out,
                    "messageStart {\"role\":\"assistant\"}",
                    "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"Half\"}}",
                    "error {\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + says + "\"}}");

            assertThat(stream.state()).isEqualTo(StreamTranslation.State.FAILED);
            assertThat(stream.isProvidersFailure()).isTrue();
            assertThat(text(out.getLast().data())).contains(told);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"malformed_tool_use", "malformed_model_output"})
    void anAnswerThatTheModelCouldNotWriteIsNoEnd(String reason) {
        List<Event> out = new ArrayList<>();
        StreamTranslation stream = streamed(
                ModelApi.MESSAGES,
                out,
                "messageStart {\"role\":\"assistant\"}",
                "messageStop {\"stopReason\":\"" + reason + "\"}");

        assertThat(stream.state()).isEqualTo(StreamTranslation.State.FAILED);
        assertThat(out.getLast().type()).isEqualTo("error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"x\"}}",
                "messageStart {}\nmessageStart {}",
                "messageStart {}\nmessageStop {\"stopReason\":\"end_turn\"}\nmessageStop {\"stopReason\":\"end_turn\"}",
                "messageStart {}\nmessageStop {\"stopReason\":\"end_turn\"}\ncontentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"x\"}}",
                "messageStart {}\ncontentBlockDelta {\"delta\":{\"text\":\"x\"}}",
                "messageStart {}\ncontentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"redactedContent\":\"%\"}}}"
            })
    void anEventOutOfPlaceBreaksTheStream(String events) {
        StreamTranslation stream = streamed(ModelApi.MESSAGES, new ArrayList<>(), events.split("\n"));

        assertThat(stream.state()).isEqualTo(StreamTranslation.State.FAILED);
        assertThat(stream.isProvidersFailure()).isFalse();
    }

    private static String[] open(int blocks) {
        return Stream.concat(
                        Stream.of("messageStart {}"),
                        IntStream.range(0, blocks)
                                .mapToObj(i -> "contentBlockDelta {\"contentBlockIndex\":" + i
                                        + ",\"delta\":{\"text\":\"x\"}}"))
                .toArray(String[]::new);
    }

    private static String[] thought(int chars) {
        return new String[] {
            "messageStart {}",
            "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\""
                    + "x".repeat(chars) + "\"}}}",
            "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"s\"}}}"
        };
    }

    @Test
    void whatIsHeldOfAStreamIsBounded() {
        for (ModelApi ingress : List.of(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, ModelApi.RESPONSES)) {
            assertThat(streamed(ingress, new ArrayList<>(), open(Sequence.CALLS_MAX))
                            .state())
                    .isEqualTo(StreamTranslation.State.OPEN);
            assertThat(streamed(ingress, new ArrayList<>(), open(Sequence.CALLS_MAX + 1))
                            .state())
                    .isEqualTo(StreamTranslation.State.FAILED);
            assertThat(streamed(ingress, new ArrayList<>(), thought(Sequence.HELD_CHARS_MAX - 1))
                            .state())
                    .isEqualTo(StreamTranslation.State.OPEN);
            assertThat(streamed(ingress, new ArrayList<>(), thought(Sequence.HELD_CHARS_MAX))
                            .state())
                    .isEqualTo(StreamTranslation.State.FAILED);
        }
    }
}
