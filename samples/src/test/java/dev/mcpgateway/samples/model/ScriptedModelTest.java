package dev.mcpgateway.samples.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.samples.testing.Http;
import dev.mcpgateway.samples.testing.HttpAnswer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The stand-in for a provider, over HTTP. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScriptedModelTest {
    private static final String KEY = "sk-scripted-test";
    private static final String QUESTION =
            "{\"role\":\"user\",\"content\":\"What has customer C-1001 said about an invoice?\"}";
    private static final String TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"crm__get_customer\"}},"
                    + "{\"type\":\"function\",\"function\":{\"name\":\"crm__search_tickets\"}}]";

    private final Http http = new Http();
    private ScriptedModel model;

    @TempDir
    private Path folder;

    private Path keys;

    @BeforeEach
    void start() throws IOException {
        keys = Files.writeString(folder.resolve("model.key"), KEY + "\n");
        model = ScriptedModel.start(0, keys);
    }

    @AfterEach
    void stop() {
        http.close();
        model.close();
    }

    @Test
    void aQuestionIsAnsweredWithCallsOfTheToolsThatFit() {
        JsonNode answer = json(ask(KEY, "{\"model\":\"m\",\"messages\":[" + QUESTION + "]," + TOOLS + "}"));

        JsonNode calls = answer.at("/choices/0/message/tool_calls");
        assertThat(calls.valueStream().map(call -> call.at("/function/name").asString()))
                .containsExactly("crm__get_customer", "crm__search_tickets");
        assertThat(calls.valueStream()
                        .map(call -> call.at("/function/arguments").asString()))
                .containsExactly("{\"customer_id\":\"C-1001\"}", "{\"query\":\"invoice\"}");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
    }

    @Test
    void aToolThatIsNotOfferedIsNotCalled() {
        JsonNode answer = json(ask(KEY, "{\"model\":\"m\",\"messages\":[" + QUESTION + "]}"));

        assertThat(answer.at("/choices/0/message/content").asString()).isEqualTo("I have no tool for this.");
    }

    @Test
    void whatTheToolsSaidIsRepeatedAndCounted() {
        String results = ",{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"Harbour Books\"}"
                + ",{\"role\":\"tool\",\"tool_call_id\":\"call_2\",\"content\":\"T-2001\"}";
        JsonNode answer = json(ask(KEY, "{\"model\":\"m\",\"messages\":[" + QUESTION + results + "]," + TOOLS + "}"));

        assertThat(answer.at("/choices/0/message/content").asString())
                .isEqualTo("The tools say: Harbour Books | T-2001");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertThat(answer.at("/usage/total_tokens").asInt())
                .isPositive()
                .isEqualTo(answer.at("/usage/prompt_tokens").asInt()
                        + answer.at("/usage/completion_tokens").asInt());
    }

    @Test
    void aStreamHasTheSameAnswerAndItsCountsForWhoAsks() {
        String asked = "{\"model\":\"m\",\"messages\":[" + QUESTION + "]," + TOOLS + "}";
        String streamed = asked.replace("{\"model\"", "{\"stream\":true,\"model\"");
        JsonNode whole = json(ask(KEY, asked)).at("/choices/0");

        List<String> events = events(ask(KEY, streamed));

        assertThat(events).hasSize(3).last().isEqualTo("[DONE]");
        JsonNode delta = JsonMapper.shared().readTree(events.getFirst()).at("/choices/0/delta");
        assertThat(delta.at("/tool_calls/1/index").asInt()).isEqualTo(1);
        assertThat(delta.at("/tool_calls/1/function")).isEqualTo(whole.at("/message/tool_calls/1/function"));
        assertThat(JsonMapper.shared().readTree(events.get(1)).at("/choices/0/finish_reason"))
                .isEqualTo(whole.at("/finish_reason"));
        List<String> counted = events(ask(
                KEY,
                streamed.replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}")));
        assertThat(counted).hasSize(4);
        JsonNode last = JsonMapper.shared().readTree(counted.get(2));
        assertThat(last.path("choices").size()).isZero();
        assertThat(last.at("/usage/total_tokens").asInt()).isPositive();
    }

    private static List<String> events(HttpAnswer answer) {
        assertThat(answer.status()).isEqualTo(200);
        return answer.body()
                .lines()
                .filter(line -> !line.isEmpty())
                .map(line -> line.replaceFirst("^data: ", ""))
                .toList();
    }

    @Test
    void whatItCannotDoIsRefused() {
        assertThat(ask("another", "{}").status()).isEqualTo(401);
        assertThat(ask(KEY, "no JSON").status()).isEqualTo(400);
        assertThat(send(URI.create(model.url() + "/embeddings"), KEY, "{}").status())
                .isEqualTo(404);
    }

    @Test
    void keysComeAndGoWithTheLinesOfTheFile() throws IOException {
        Files.writeString(keys, KEY + "\nsk-scripted-next\n\n");

        assertThat(models(KEY)).isEqualTo(200);
        assertThat(models("sk-scripted-next")).isEqualTo(200);
        assertThat(models("")).isEqualTo(401);

        Files.writeString(keys, "sk-scripted-next\n");

        assertThat(models(KEY)).isEqualTo(401);
        assertThat(ask(KEY, "{}").status()).isEqualTo(401);
        assertThat(models("sk-scripted-next")).isEqualTo(200);
    }

    @Test
    void aRequestThatIsTooLongIsRefusedBeforeItIsRead() throws IOException {
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Length: " + (1024 * 1024 + 1) + "\r\n\r\n";

        assertThat(Http.rawStatus(model.url(), head)).contains(" 413 ");
    }

    private int models(String key) {
        URI url = URI.create(model.url() + "/models");
        return http.send("GET", url, Map.of("Authorization", "Bearer " + key), new byte[0])
                .status();
    }

    private HttpAnswer ask(String key, String body) {
        return send(URI.create(model.url() + "/chat/completions"), key, body);
    }

    private HttpAnswer send(URI url, String key, String body) {
        return http.send("POST", url, Map.of("Authorization", "Bearer " + key), body.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode json(HttpAnswer answer) {
        assertThat(answer.status()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }
}
