package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.wire.ParamHeaders.Param;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which arguments are mirrored into header fields, and how (2026-07-28, "Custom Headers from Tool Parameters"). */
class ParamHeadersTest {

    private static JsonDocument read(String json) {
        try {
            return StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(1 << 20, 64));
        } catch (JsonRefused refused) {
            throw new AssertionError(json, refused);
        }
    }

    private static ParamHeaders headers(String schema) {
        try {
            return ParamHeaders.of(read(schema), JsonDocument.ROOT);
        } catch (ParamHeaders.Invalid invalid) {
            throw new AssertionError(schema, invalid);
        }
    }

    private static String property(String annotation) {
        return "{\"properties\":{\"p\":{" + annotation + "}}}";
    }

    @Test
    void annotatedPropertiesAreFoundOnEveryLevel() {
        ParamHeaders headers = headers(
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},"
                        + "\"b\":{\"properties\":{\"c\":{\"type\":\"integer\",\"x-mcp-header\":\"deep-1\"}}},\"d\":{\"type\":\"number\"}}}");

        assertThat(headers.params())
                .extracting(Param::header, param -> param.path().toString())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("Mcp-Param-Region", "[a]"),
                        org.assertj.core.groups.Tuple.tuple("Mcp-Param-deep-1", "[b, c]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "true", "{\"properties\":5}", "[]", "{\"type\":\"object\"}"})
    void aSchemaWithoutAnnotationsMirrorsNothing(String schema) {
        assertThat(headers(schema).params()).isEmpty();
    }

    @Test
    void aSchemaThatIsNotThereMirrorsNothing() throws ParamHeaders.Invalid {
        assertThat(ParamHeaders.of(read("{}"), JsonDocument.NONE).params()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"type\":\"string\",\"x-mcp-header\":\"\"",
                "\"type\":\"string\",\"x-mcp-header\":\"a b\"",
                "\"type\":\"string\",\"x-mcp-header\":\"a:\"",
                "\"type\":\"string\",\"x-mcp-header\":\"a\\r\\nX: y\"",
                "\"type\":\"string\",\"x-mcp-header\":\"é\"",
                "\"type\":\"string\",\"x-mcp-header\":5",
                "\"type\":\"string\",\"x-mcp-header\":null",
                "\"type\":\"number\",\"x-mcp-header\":\"A\"",
                "\"type\":\"object\",\"x-mcp-header\":\"A\"",
                "\"type\":\"array\",\"x-mcp-header\":\"A\"",
                "\"type\":[\"string\",\"integer\"],\"x-mcp-header\":\"A\"",
                "\"type\":[],\"x-mcp-header\":\"A\"",
                "\"x-mcp-header\":\"A\""
            })
    void anAnnotationAgainstTheRulesIsInvalid(String annotation) {
        assertInvalid(property(annotation));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"string\",\"x-mcp-header\":\"A\"}",
                "{\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}",
                "{\"properties\":{\"a\":{\"items\":{\"properties\":{\"b\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}}}",
                "{\"anyOf\":[{\"properties\":{\"b\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}]}",
                "{\"allOf\":[{\"type\":\"string\",\"x-mcp-header\":\"A\"}]}",
                "{\"not\":{\"properties\":{\"b\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}",
                "{\"if\":{\"properties\":{\"b\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}",
                "{\"$defs\":{\"d\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}",
                "{\"patternProperties\":{\".\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}",
                "{\"additionalProperties\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}}}"
            })
    void anAnnotationElsewhereOrTwiceIsInvalid(String schema) {
        assertInvalid(schema);
    }

    private static void assertInvalid(String schema) {
        assertThat(catchThrowableOfType(
                        ParamHeaders.Invalid.class, () -> ParamHeaders.of(read(schema), JsonDocument.ROOT)))
                .as(schema)
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"properties\":{\"x-mcp-header\":{\"type\":\"string\"}}}",
                "{\"default\":{\"x-mcp-header\":\"A\"}}",
                "{\"enum\":[{\"x-mcp-header\":\"A\"}]}",
                "{\"properties\":{\"a\":{\"const\":{\"x-mcp-header\":5}}}}",
                "{\"$defs\":{\"x-mcp-header\":{\"type\":\"string\"}}}"
            })
    void whatOnlyLooksLikeAnAnnotationIsNone(String schema) {
        assertThat(headers(schema).params()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"31, true", "32, true", "33, false"})
    void annotationsAreBounded(int count, boolean valid) {
        StringBuilder schema = new StringBuilder("{\"properties\":{\"p\":{}");
        for (int i = 0; i < count; i++) {
            schema.append(",\"p")
                    .append(i)
                    .append("\":{\"type\":\"string\",\"x-mcp-header\":\"H")
                    .append(i)
                    .append("\"}");
        }
        schema.append("}}");

        if (valid) {
            assertThat(headers(schema.toString()).params()).hasSize(count);
        } else {
            assertInvalid(schema.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"eu\" | eu",
                "\"\" | ''",
                "\"a\\nb\" | =?base64?YQpi?=",
                "\"\\u00e9\" | =?base64?w6k=?=",
                "true | true",
                "false | false",
                "42 | 42",
                "-7 | -7",
                "42.0 | 42",
                "4.2e1 | 42",
                "0e1000000000 | 0",
                "-0.0 | 0",
                "9007199254740991 | 9007199254740991",
                "-9007199254740991 | -9007199254740991"
            })
    void aValueHasOneForm(String json, String header) {
        assertThat(value(json)).hasValue(header);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "[1]",
                "1.5",
                "9007199254740992",
                "-9007199254740992",
                "1e1000000000",
                "1e-1000000000",
                "1e99999999999999999999"
            })
    void aValueWithoutAFormSendsNoHeader(String json) {
        assertThat(value(json)).isEmpty();
    }

    private static java.util.Optional<String> value(String json) {
        JsonDocument document = read("{\"a\":{\"b\":" + json + "}}");
        return ParamHeaders.value(
                document,
                JsonDocument.ROOT,
                new Param("Mcp-Param-X", List.of(JsonDocument.Name.of("a"), JsonDocument.Name.of("b"))));
    }

    @Test
    void anAbsentValueSendsNoHeader() {
        JsonDocument document = read("{\"a\":5}");
        Param deep = new Param("Mcp-Param-X", List.of(JsonDocument.Name.of("a"), JsonDocument.Name.of("b")));

        assertThat(ParamHeaders.value(document, JsonDocument.ROOT, deep)).isEmpty();
        assertThat(ParamHeaders.value(document, JsonDocument.NONE, deep)).isEmpty();
    }
}
