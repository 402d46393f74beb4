package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestEditTest {
    private static RequestEdit edit(ModelApi api, String body, boolean mayAsk) throws Exception {
        ModelRequest request = ModelRequest.read(
                api, StrictJson.parse(body.getBytes(StandardCharsets.UTF_8), JsonLimits.forRequests(10_000, 64)));
        return RequestEdit.of(request, "target", mayAsk);
    }

    private static String text(RequestEdit edit) {
        return new String(edit.body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"model":"a","stream":true}|{"stream_options":{"include_usage":true},"model":"target","stream":true}|true
            {"model":"a","stream":true,"stream_options":null}|{"model":"target","stream":true,"stream_options":{"include_usage":true}}|true
            {"model":"a","stream":true,"stream_options":{}}|{"model":"target","stream":true,"stream_options":{"include_usage":true}}|true
            {"model":"a","stream":true,"stream_options":{"x":1}}|{"model":"target","stream":true,"stream_options":{"include_usage":true,"x":1}}|true
            {"model":"a","stream":true,"stream_options":{"include_usage":false}}|{"model":"target","stream":true,"stream_options":{"include_usage":true}}|true
            {"model":"a","stream":true,"stream_options":{"include_usage":true}}|{"model":"target","stream":true,"stream_options":{"include_usage":true}}|false
            {"model":"a","stream":true,"stream_options":7}|{"model":"target","stream":true,"stream_options":7}|false
            {"model":"a","stream":false}|{"model":"target","stream":false}|false
            {"model":"a","stream":null}|{"model":"target","stream":null}|false
            """)
    void aStreamOfAChatAsksForItsUsageOnce(String body, String sent, boolean asked) throws Exception {
        RequestEdit edit = edit(ModelApi.CHAT_COMPLETIONS, body, true);

        assertThat(text(edit)).isEqualTo(sent);
        assertThat(edit.asksForUsage()).isEqualTo(asked);
    }

    @Test
    void nobodyElseAsksForUsage() throws Exception {
        String body = "{\"model\":\"a\",\"stream\":true}";

        assertThat(text(edit(ModelApi.CHAT_COMPLETIONS, body, false))).doesNotContain("stream_options");
        assertThat(text(edit(ModelApi.MESSAGES, body, true))).doesNotContain("stream_options");
        assertThat(text(edit(ModelApi.RESPONSES, body, true))).doesNotContain("stream_options");
    }

    @Test
    void everyOtherByteStays() throws Exception {
        String before = "{ \"x\" : [1.10, 12345678901234567890, 1E+2],\n\"m\\u006fdel\": ";
        String after = " ,\"nested\":{\"model\":\"a\"},\"t\":\"\\u00e9\\/é\"}";

        assertThat(text(edit(ModelApi.MESSAGES, before + "\"\\u0061\"" + after, true)))
                .isEqualTo(before + "\"target\"" + after);
    }

    @Test
    void aModelOfTheSameNameIsNotEvenRewritten() throws Exception {
        String body = "{\"model\":\"t\\u0061rget\"}";

        assertThat(text(edit(ModelApi.EMBEDDINGS, body, true))).isEqualTo(body);
    }
}
