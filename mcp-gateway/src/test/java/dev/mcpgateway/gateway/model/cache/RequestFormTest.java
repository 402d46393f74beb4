package dev.mcpgateway.gateway.model.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What makes two requests one. */
class RequestFormTest {
    private static String form(String json) throws Exception {
        return new String(
                RequestForm.of(StrictJson.parse(
                        json.getBytes(StandardCharsets.UTF_8),
                        JsonLimits.forRequests(10_000, JsonLimits.DEPTH_DEFAULT))),
                StandardCharsets.UTF_8);
    }

    @Test
    void blanksBetweenTokensAndTheOrderOfItsOwnMembersMeanNothing() throws Exception {
        assertThat(form("{\"b\":[1, {\"z\" : \"a\\\" b\",\n\"y\":2}],\t\"a\":true}"))
                .isEqualTo(form("{\"a\":true,\"b\":[1,{\"z\":\"a\\\" b\",\"y\":2}]}"))
                .isEqualTo("\"a\":true,\"b\":[1,{\"z\":\"a\\\" b\",\"y\":2}],");
    }

    @Test
    void everythingElseDoes() throws Exception {
        Set<String> forms = new HashSet<>();
        List<String> requests = List.of(
                "{}",
                "{\"a\":{}}",
                "{\"a\":[]}",
                "{\"a\":\"\"}",
                "{\"a\":\" \"}",
                "{\"a\":\"\\\\\"}",
                "{\"a\":\"\\\\ \"}",
                "{\"a\":\"\\\" \"}",
                "{\"a\":null}",
                "{\"a\":1}",
                "{\"a\":1.0}",
                "{\"a\":-0}",
                "{\"a\":\"1\"}",
                "{\"a\":{\"x\":1,\"y\":2}}",
                "{\"a\":{\"y\":2,\"x\":1}}",
                "{\"a\":[1,2]}",
                "{\"a\":[2,1]}",
                "{\"a\":12}",
                "{\"a\":1,\"b\":2}",
                "{\"a\":\"1,\\\"b\\\":2\"}",
                "{\"a\\\":1,\\\"b\":2}",
                "{\"A\":1}");
        for (String request : requests) {
            assertThat(forms.add(form(request))).as(request).isTrue();
        }
    }
}
