package dev.mcpgateway.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request may use beside tokens of text is seen in it, in whichever words. */
class AskedExtrasTest {
    private static AskedExtras asked(ModelApi api, String members) {
        try {
            byte[] body = ("{\"model\":\"m\"," + members + "}").getBytes(StandardCharsets.UTF_8);
            return AskedTokens.of(ModelRequest.read(api, StrictJson.parse(body, JsonLimits.forRequests(100_000, 64))))
                    .extras();
        } catch (Exception unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MESSAGES         | "tools":[{"type":"web_search_20260318","max_uses":3}]                       | {web_search=3}
            MESSAGES         | "tools":[{"type":"web_search_20260318","max_uses":3},{"type":"web_search_20250305","max_uses":4}] | {web_search=7}
            MESSAGES         | "tools":[{"type":"web_search_20260318"},{"type":"web_search_20250305","max_uses":4}] | {web_search=20}
            MESSAGES         | "tools":[{"type":"web_search_20260318","max_uses":null}]                    | {web_search=20}
            MESSAGES         | "tools":[{"type":"code_execution_20260521"}]                                | {code_execution=20}
            MESSAGES         | "tools":[{"type":"web_search_20260318","max_uses":3}],"max_tool_calls":1    | {web_search=3}
            RESPONSES        | "tools":[{"type":"web_search_preview_2025_03_11"},{"type":"file_search"}]   | {file_search=20, web_search=20}
            RESPONSES        | "tools":[{"type":"web_search"},{"type":"image_generation"}],"max_tool_calls":2 | {image_generation=2, web_search=2}
            RESPONSES        | "tools":[{"type":"shell","environment":{"type":"container_auto"}}]          | {shell=20}
            RESPONSES        | "input":[{"type":"additional_tools","tools":[{"type":"file_search"}]}]      | {file_search=20}
            RESPONSES        | "tools":[{"type":"web_search","max_uses":3}]                                | {web_search=20}
            CHAT_COMPLETIONS | "web_search_options":{}                                                     | {web_search=20}
            CHAT_COMPLETIONS | "plugins":[{"id":"web"}]                                                    | {web_search=20}
            GENERATE_CONTENT | "tools":[{"google_search":{},"enterpriseWebSearch":{}},{"googleMaps":{}}]   | {google_maps=20, web_search=20}
            GENERATE_CONTENT | "tools":[{"newSearch":{}}]                                                  | {new_search=20}
            """)
    void toolsOfTheProviderAreCountedByTheLimitOfTheRequest(ModelApi api, String members, String most) {
        assertThat(new TreeMap<>(asked(api, members).most(20))).hasToString(most);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS | "tools":[{"type":"function","function":{"name":"web_search"}}],"web_search_options":null
            MESSAGES         | "tools":[{"name":"web_search","input_schema":{"type":"object"}},{"type":"custom","name":"x"}]
            MESSAGES         | "tools":[{"type":"bash_20250124"},{"type":"memory_20250818"},{"type":"web_fetch_20250910"},{"type":"tool_search_tool_bm25_20251119"}]
            RESPONSES        | "tools":[{"type":"computer_use_preview"},{"type":"mcp"},{"type":"shell"},{"type":"shell","environment":{"type":"local"}},{"type":"apply_patch"}]
            GENERATE_CONTENT | "tools":[{"functionDeclarations":[]},{"urlContext":{}},{"code_execution":{}},{"fileSearch":{}}]
            """)
    void whatTheAgentRunsOrCostsTokensAloneIsNone(ModelApi api, String members) {
        assertThat(asked(api, members)).isEqualTo(new AskedExtras(Map.of(), false, false, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"messages\":[{\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}]",
                "\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"AUDIO/wav\"}}]}]",
                "\"contents\":[{\"parts\":[{\"file_data\":{\"mime_type\":\"video/mp4\"}}]}]",
                "\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\"files/x\"}}]}]"
            })
    void soundIsFoundInPartsAndWhereNobodySaysWhatAFileIs(String members) {
        assertThat(asked(ModelApi.GENERATE_CONTENT, members).hasSound()).isTrue();
    }

    @Test
    void picturesAndDocumentsAreNoSound() {
        assertThat(asked(
                                ModelApi.GENERATE_CONTENT,
                                "\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\"}},{\"fileData\":"
                                        + "{\"mimeType\":\"application/pdf\"}}]}]")
                        .hasSound())
                .isFalse();
        assertThat(asked(ModelApi.RESPONSES, "\"input\":[{\"type\":\"input_file\",\"file_data\":\"data:\"}]")
                        .hasSound())
                .isFalse();
    }

    @Test
    void answersOtherThanTextAreAskedForInBothForms() {
        assertThat(asked(ModelApi.CHAT_COMPLETIONS, "\"modalities\":[\"text\",\"audio\"]"))
                .isEqualTo(new AskedExtras(Map.of(), false, true, false));
        assertThat(asked(
                        ModelApi.GENERATE_CONTENT,
                        "\"generationConfig\":{\"responseModalities\":[\"TEXT\",\"IMAGE\"]}"))
                .isEqualTo(new AskedExtras(Map.of(), false, false, true));
    }
}
