package dev.mcpgateway.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Price;
import dev.mcpgateway.gateway.model.money.Rates;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request can cost at most is never less than what it can cost. */
class AskedTokensTest {
    private static final Money.Assumed ASSUMED = new Money.Assumed(1_000_000, 5_000, 20);
    private static final Price UNBOUNDED = price(OptionalLong.empty(), OptionalLong.empty());

    private static Price price(OptionalLong input, OptionalLong output) {
        return new Price(new Rates(1, 1, 1, 1, 1, 1), List.of(), 0, Map.of(), input, output);
    }

    private static AskedTokens asked(ModelApi api, String more) {
        try {
            byte[] body = ("{\"model\":\"m\"," + more + "}").getBytes(StandardCharsets.UTF_8);
            return AskedTokens.of(ModelRequest.read(api, StrictJson.parse(body, JsonLimits.forRequests(100_000, 64))));
        } catch (Exception unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "max_tokens":7                                  | 7
            "max_completion_tokens":7,"max_tokens":9        | 9
            "max_tokens":7,"n":3                            | 21
            "max_tokens":6.5                                | 7
            "max_tokens":1e9999999                          | 1000000000
            "max_tokens":1e-9999999                         | 1
            "max_tokens":1e99999999999                      | 1000000000
            "max_tokens":-1                                 | 5000
            "max_tokens":"7"                                | 5000
            "n":2                                           | 10000
            "x":1                                           | 5000
            """)
    void theOutputIsBoundedByWhatTheRequestSays(String members, long most) {
        assertThat(asked(ModelApi.CHAT_COMPLETIONS, members).outputMost(UNBOUNDED, ASSUMED))
                .isEqualTo(most);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS | "max_output_tokens":7                    | 5000
            CHAT_COMPLETIONS | "generationConfig":{"maxOutputTokens":7} | 5000
            RESPONSES        | "max_output_tokens":7,"max_tokens":1     | 7
            RESPONSES        | "max_tokens":7                           | 5000
            MESSAGES         | "max_tokens":7                           | 7
            MESSAGES         | "max_completion_tokens":7                | 5000
            GENERATE_CONTENT | "generationConfig":{"maxOutputTokens":7} | 7
            GENERATE_CONTENT | "max_tokens":7                           | 5000
            """)
    void aLimitThatTheProtocolDoesNotHaveBoundsNothing(ModelApi api, String members, long most) {
        assertThat(asked(api, members).outputMost(UNBOUNDED, ASSUMED)).isEqualTo(most);
    }

    @Test
    void aBoundOfTheTableGoesBeforeTheAssumedOne() {
        Price bounded = price(OptionalLong.of(2_000), OptionalLong.of(300));

        assertThat(asked(ModelApi.MESSAGES, "\"x\":1").outputMost(bounded, ASSUMED))
                .isEqualTo(300);
        assertThat(asked(ModelApi.RESPONSES, "\"previous_response_id\":\"r\"").inputMost(bounded, ASSUMED))
                .isEqualTo(2_000);
        assertThat(asked(ModelApi.EMBEDDINGS, "\"input\":[1,2]").outputMost(bounded, ASSUMED))
                .isZero();
    }

    @Test
    void aTextHasNoMoreTokensThanBytes() {
        AskedTokens asked = asked(
                ModelApi.MESSAGES,
                "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"é\",\"cache_control\":"
                        + "{\"type\":\"ephemeral\"}}]}],\"tools\":[{\"name\":\"t\",\"input_schema\":{\"type\":\"object\"}}]");

        assertThat(asked.isWhole()).isTrue();
        assertThat(asked.inputMost(UNBOUNDED, ASSUMED)).isEqualTo(asked.bytes() + 1024);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"messages\":[{\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x\"}}]}]",
                "\"messages\":[{\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://x\"}}]}]",
                "\"messages\":[{\"content\":[{\"type\":\"something_new\"}]}]",
                "\"previous_response_id\":\"resp_1\"",
                "\"conversation\":\"conv_1\"",
                "\"prompt\":{\"id\":\"pmpt_1\"}",
                "\"input\":[{\"type\":\"item_reference\",\"id\":\"i\"}]",
                "\"tools\":[{\"type\":\"web_search\"}]",
                "\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]}",
                "\"tools\":[{\"enterpriseWebSearch\":{}}]",
                "\"tools\":[{\"retrieval\":{\"vertexAiSearch\":{}}}]",
                "\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\"gs://x\"}}]}]"
            })
    void whatIsElsewhereIsTakenForAsMuchAsTheModelReads(String members) {
        assertThat(asked(ModelApi.RESPONSES, members).inputMost(UNBOUNDED, ASSUMED))
                .isEqualTo(1_000_000);
    }

    @Test
    void textOfAStreamIsCountedWithoutItsEnvelope() {
        CountedText text = new CountedText();
        for (String event : List.of(
                "{\"id\":\"chatcmpl-1\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"four\"}}]}",
                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\": \"a\\\"b\"}}",
                "{\"type\":\"response.output_text.delta\",\"delta\":\"xy\"}",
                "{\"choices\":[{\"delta\":{\"content\":null,\"tool_calls\":[{\"function\":{\"arguments\":\"{}\"}}]}}]}",
                "{\"text\":\"cut",
                "\"",
                "")) {
            text.add(event.getBytes(StandardCharsets.UTF_8));
        }

        assertThat(text.sum()).isBetween(4L + 4 + 2 + 2, 4L + 4 + 2 + 2 + 3);
    }
}
