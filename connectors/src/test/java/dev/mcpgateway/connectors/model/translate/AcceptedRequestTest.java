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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What agents may say and another provider would refuse the whole request for. */
class AcceptedRequestTest {
    private static final String CALL = "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":"
            + "{\"name\":\"f\",\"arguments\":\"{}\"}}]";

    private static RequestTranslation ask(ModelApi ingress, ModelApi upstream, String owner, String json) {
        return Translator.between(ingress, upstream, Transcripts.KEY)
                .request(json.getBytes(StandardCharsets.UTF_8), new Target("m", owner, 9, true, Set.of()));
    }

    private static Translated translated(ModelApi ingress, ModelApi upstream, String owner, String json) {
        RequestTranslation asked = ask(ingress, upstream, owner, json);
        assertThat(asked).isInstanceOf(Translated.class);
        return (Translated) asked;
    }

    private static Translated ofChat(ModelApi upstream, String json) {
        return translated(ModelApi.CHAT_COMPLETIONS, upstream, "owner", json);
    }

    private static String text(Translated request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }

    /** A conversation with a text in every place where one may stand, and nothing but a call in one message. */
    private static String withTexts(String text) {
        return "{\"max_tokens\":9,\"messages\":[{\"role\":\"system\",\"content\":\"" + text
                + "\"},{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"" + text + "\","
                + CALL
                + "},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"" + text
                + "\"},{\"role\":\"assistant\",\"content\":\"" + text
                + "\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" + text
                + "\"},{\"type\":\"text\",\"text\":\"y\"}]}]}";
    }

    @Test
    void noTextForGeminiIsEmpty() {
        Translated request = ofChat(ModelApi.GENERATE_CONTENT, withTexts(""));

        assertThat(text(request))
                .startsWith("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]},"
                        + "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"c\",\"name\":\"f\",\"args\":{}}}]},"
                        + "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c\",\"name\":\"f\",\"response\":"
                        + "{\"result\":\"\"}}}]},{\"role\":\"user\",\"parts\":[{\"text\":\"y\"}]}],");
        assertThat(request.told()).containsExactly(new Told("/messages/4/content", "an empty message; dropped"));
    }

    @Test
    void blanksThatGeminiTakesReachIt() {
        Translated request = ofChat(ModelApi.GENERATE_CONTENT, withTexts(" "));

        assertThat(text(request)).contains("\"systemInstruction\":{\"parts\":[{\"text\":\" \"}]}");
        assertThat(request.told()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''|0", "' '|5", "\\n\\n|5"})
    void noTextForMessagesIsOfBlanks(String blanks, int toldPlaces) {
        Translated request = ofChat(ModelApi.MESSAGES, withTexts(blanks));

        assertThat(text(request))
                .isEqualTo(
                        "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"x\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"c\","
                                + "\"name\":\"f\",\"input\":{}}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
                                + "\"tool_use_id\":\"c\",\"content\":[]}]},{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"y\"}]}]}");
        assertThat(request.told()).contains(new Told("/messages/4/content", "an empty message; dropped"));
        assertThat(request.told().stream().filter(told -> told.why().equals("a text of blanks; dropped")))
                .hasSize(toldPlaces);
    }

    @Test
    void lateInstructionsOfBlanksAreToldOnce() {
        String json = "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"},"
                + "{\"role\":\"system\",\"content\":\" \"},{\"role\":\"user\",\"content\":\"y\"}]}";

        Translated request = ofChat(ModelApi.MESSAGES, json);

        assertThat(text(request)).doesNotContain("system");
        assertThat(request.told())
                .containsExactly(
                        new Told("/messages/1/content", "late instructions; moved to the beginning"),
                        new Told("/messages/1/content", "a text of blanks; dropped"));
    }

    @ParameterizedTest
    @CsvSource({"MESSAGES, ' '", "GENERATE_CONTENT, ''", "CONVERSE, ' '"})
    void aConversationInWhichNothingIsSaidIsRefusedHere(ModelApi upstream, String text) {
        String json = "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";

        assertThat(ask(ModelApi.CHAT_COMPLETIONS, upstream, "owner", json))
                .isInstanceOfSatisfying(
                        Untranslatable.class,
                        refused -> assertThat(refused.pointer()).isEqualTo("/messages/0/content"));
    }

    private static String calling(String id) {
        return "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"tool_calls\":"
                + "[{\"id\":\"" + id + "\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"" + id + "\",\"content\":\"r\"}]}";
    }

    private static String callingByMessages(String id) {
        return "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":"
                + "[{\"type\":\"tool_use\",\"id\":\"" + id
                + "\",\"name\":\"f\",\"input\":{}}]},{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"tool_result\",\"tool_use_id\":\"" + id + "\",\"content\":\"r\"}]}]}";
    }

    @ParameterizedTest
    @CsvSource({"toolu_01-A, toolu_01-A", "functions.bash:0, gwid_ZnVuY3Rpb25zLmJhc2g6MA", "'', gwid_"})
    void aCallAndItsResultHaveOneIdThatTheProviderTakes(String id, String sent) {
        assertThat(text(ofChat(ModelApi.MESSAGES, calling(id))))
                .contains("\"type\":\"tool_use\",\"id\":\"" + sent + "\"", "\"tool_use_id\":\"" + sent + "\"");
        assertThat(text(ofChat(ModelApi.CONVERSE, calling(id))))
                .contains(
                        "\"toolUse\":{\"toolUseId\":\"" + sent + "\"",
                        "\"toolResult\":{\"toolUseId\":\"" + sent + "\"");
    }

    @Test
    void anIdThatIsTooLongIsSentAsItsHash() {
        String longest = "x".repeat(64);
        assertThat(text(ofChat(ModelApi.CONVERSE, calling(longest)))).contains("\"" + longest + "\"");
        assertThat(text(ofChat(ModelApi.CONVERSE, calling(longest + "y"))))
                .containsPattern("\"toolUse\":\\{\"toolUseId\":\"(gwcut_[0-9a-f]{32})\".*\"toolUseId\":\"\\1\"")
                .isNotEqualTo(text(ofChat(ModelApi.CONVERSE, calling(longest + "z"))));

        String forty = "x".repeat(40);
        assertThat(text(translated(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS, "openai", callingByMessages(forty))))
                .contains("\"id\":\"" + forty + "\"", "\"tool_call_id\":\"" + forty + "\"");
        assertThat(text(translated(
                        ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS, "openai", callingByMessages(forty + "y"))))
                .containsPattern("\"tool_call_id\":\"(gwcut_[0-9a-f]{32})\"")
                .doesNotContain(forty);
        assertThat(text(translated(
                        ModelApi.MESSAGES,
                        ModelApi.CHAT_COMPLETIONS,
                        Translation.ANY_CHAT,
                        callingByMessages(forty + "y"))))
                .as("another server may keep its state in it")
                .contains("\"tool_call_id\":\"" + forty + "y\"");
    }

    @Test
    void anIdThatMessagesDoNotTakeComesBackToItsServerAsItWas() {
        Translator translator = Translator.between(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS, Transcripts.KEY);
        Served served = Transcripts.served(ModelApi.CHAT_COMPLETIONS);
        ReplyTranslation.Translated whole =
                (ReplyTranslation.Translated) translator.reply(Transcripts.read("replies/chat/named-ids.json"), served);
        List<Event> streamed = new ArrayList<>();
        StreamTranslation stream = translator.stream(served);
        Transcripts.events(Transcripts.read("replies/chat/named-ids.sse"))
                .forEach(event -> streamed.addAll(stream.next(event)));
        String id = Node.ofReply(whole.body())
                .need("content")
                .elements()
                .getFirst()
                .need("id")
                .text();

        assertThat(id).matches("[a-zA-Z0-9_-]+");
        assertThat(streamed)
                .anySatisfy(event -> assertThat(new String(event.data(), StandardCharsets.UTF_8))
                        .contains("\"type\":\"tool_use\",\"id\":\"" + id + "\""));
        assertThat(text(translated(
                        ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS, Translation.ANY_CHAT, callingByMessages(id))))
                .contains("\"id\":\"functions.bash:0\"", "\"tool_call_id\":\"functions.bash:0\"");
    }

    @Test
    void whoTheUserIsReachesAnotherProviderAsAHash() {
        String hash = "ebb18a030bf15174f5714e24d63af1a81355c951ea7389bd2a9bd18e3d0c2477";
        String messages = "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

        Translated toMessages = ofChat(ModelApi.MESSAGES, "{\"user\":\"a@b.example\"," + messages);
        Translated toChat = translated(
                ModelApi.MESSAGES,
                ModelApi.CHAT_COMPLETIONS,
                "openai",
                "{\"metadata\":{\"user_id\":\"a@b.example\"}," + messages);

        assertThat(text(toMessages)).contains("\"metadata\":{\"user_id\":\"" + hash + "\"}");
        assertThat(toMessages.told()).containsExactly(new Told("/user", "who the user is; sent as a hash"));
        assertThat(text(toChat)).contains("\"user\":\"" + hash + "\"");
        assertThat(toChat.told()).containsExactly(new Told("/metadata/user_id", "who the user is; sent as a hash"));
    }

    @Test
    void whatTheTwoProtocolsOfOpenAiShareStaysAsItIs() {
        assertThat(text(translated(
                        ModelApi.RESPONSES,
                        ModelApi.CHAT_COMPLETIONS,
                        Translation.ANY_CHAT,
                        "{\"user\":\"a@b.example\",\"input\":\"x\"}")))
                .contains("\"user\":\"a@b.example\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|{\"type\":\"object\"}",
                "{\"type\":null}|{\"type\":\"object\"}",
                "{\"properties\":{\"a\":{\"maximum\":1E400,\"default\":null}}, \"required\":[\"a\"]}"
                        + "|{\"type\":\"object\",\"properties\":{\"a\":{\"maximum\":1E400,\"default\":null}},\"required\":[\"a\"]}",
                "{\"properties\":{}, \"type\":\"object\"}|{\"properties\":{}, \"type\":\"object\"}"
            })
    void aSchemaOfArgumentsSaysThatTheyAreAnObject(String schema, String sent) {
        String json =
                "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{\"type\":\"function\","
                        + "\"function\":{\"name\":\"f\",\"parameters\":" + schema + "}}]}";

        Translated toMessages = ofChat(ModelApi.MESSAGES, json);
        assertThat(text(toMessages)).contains("\"input_schema\":" + sent + "}");
        assertThat(toMessages.told()).isEmpty();
        assertThat(text(ofChat(ModelApi.CONVERSE, json))).contains("\"inputSchema\":{\"json\":" + sent + "}");
    }
}
