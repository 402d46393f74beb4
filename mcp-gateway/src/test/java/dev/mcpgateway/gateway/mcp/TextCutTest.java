package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TextCutTest {
    private static JsonNode cut(String result, int bytesMax) throws Exception {
        byte[] message = ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + result + "}").getBytes(StandardCharsets.UTF_8);
        byte[] cut =
                TextCut.cut(Envelope.read(StrictJson.parse(message, JsonLimits.forReplies(1 << 22, 64))), bytesMax);
        StrictJson.parse(cut, JsonLimits.forReplies(1 << 22, 64));
        assertThat(cut.length).as("at most so many bytes").isLessThanOrEqualTo(Math.max(bytesMax, 1024));
        return JsonMapper.shared().readTree(cut).path("result");
    }

    private static String textResult(String text) {
        return "{\"content\":[{\"type\":\"text\",\"text\":"
                + JsonMapper.shared().writeValueAsString(text) + "}]}";
    }

    private static String head(JsonNode result) {
        return result.at("/content/0/text").stringValue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "ä", "字", "😀", "\u0000", "\n", "\"", "\\", "\u007f", "\u2028", "a\u0301", "😀a字\u0001"})
    void theHeadIsABeginningOfTheTextAndFits(String unit) throws Exception {
        String text = unit.repeat(20_000 / unit.length());
        for (int bytes : new int[] {2048, 2049, 2050, 2051, 2052, 2053, 2054, 4096}) {
            JsonNode result = cut(textResult(text), bytes);

            assertThat(text).startsWith(head(result));
            assertThat(head(result)).isNotEmpty();
            assertThat(Character.isHighSurrogate(
                            head(result).charAt(head(result).length() - 1)))
                    .as("half a pair")
                    .isFalse();
            assertThat(result.at("/content/1/text").stringValue())
                    .startsWith(
                            "[Cut by the gateway: the first " + head(result).length() + " of " + text.length() + " ");
        }
    }

    @Test
    void textsAreJoinedAndOtherBlocksDropped() throws Exception {
        JsonNode result = cut(
                "{\"content\":[{\"type\":\"text\",\"text\":\"one\"},{\"type\":\"image\",\"data\":\"AAAA\",\"mimeType\":\"image/png\"},"
                        + "{\"type\":\"text\",\"text\":7},{\"type\":\"novel\",\"text\":\"no\"},{\"type\":\"text\",\"text\":\"two\"}],"
                        + "\"structuredContent\":{\"a\":1},\"isError\":true,\"hint\":{\"n\":1}}",
                4096);

        assertThat(head(result)).isEqualTo("one\ntwo");
        assertThat(result.path("content")).hasSize(2);
        assertThat(result.has("structuredContent")).isFalse();
        assertThat(result.path("isError").booleanValue()).isTrue();
        assertThat(result.at("/hint/n").intValue()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"content\":[]}",
                "{\"content\":\"text\"}",
                "{\"content\":{\"a\":[1]}}",
                "{\"structuredContent\":{\"a\":1}}"
            })
    void aResultWithoutTextBecomesANote(String json) throws Exception {
        JsonNode result = cut(json, 4096);

        assertThat(head(result)).isEmpty();
        assertThat(result.path("content")).hasSize(2);
        assertThat(result.has("structuredContent")).isFalse();
    }

    @Test
    void aBoundBelowTheNoteLeavesTheNote() throws Exception {
        assertThat(head(cut(textResult("a".repeat(5000)), 1))).isEmpty();
    }
}
