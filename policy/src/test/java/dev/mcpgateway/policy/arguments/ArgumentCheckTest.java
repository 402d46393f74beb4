package dev.mcpgateway.policy.arguments;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentCheckTest {

    private static final String OPEN = "{\"type\":\"object\"}";

    @Test
    void validArgumentsAreProvenByteForByte() {
        byte[] body = Json.bytes("{\"a\":{\"amount\": 1.10}}");

        ArgumentVerdict verdict = new ArgumentCheck(Json.schema(OPEN), PayloadLimits.STANDARD).check(body, 5, 21);

        CheckedArguments checked = ((ArgumentVerdict.Valid) verdict).arguments();
        assertThat(new String(checked.bytes(), StandardCharsets.UTF_8)).isEqualTo("{\"amount\": 1.10}");
        assertThat(checked.size()).isEqualTo(16);
        assertThat(checked.tree().get("amount").decimalValue()).isEqualTo("1.10");
        assertThat(checked.isSameAs(body, 5, 21)).isTrue();
        assertThat(checked.isSameAs(body, 5, 20)).isFalse();
    }

    @Test
    void theProofDoesNotChangeWithTheBuffer() {
        byte[] body = Json.bytes("{\"to\":\"a\"}");
        ArgumentVerdict verdict =
                new ArgumentCheck(Json.schema(OPEN), PayloadLimits.STANDARD).check(body, 0, body.length);

        body[7] = 'b';

        CheckedArguments checked = ((ArgumentVerdict.Valid) verdict).arguments();
        checked.bytes()[7] = 'c';
        assertThat(new String(checked.bytes(), StandardCharsets.UTF_8)).isEqualTo("{\"to\":\"a\"}");
        assertThat(checked.isSameAs(body, 0, body.length)).isFalse();
    }

    @Test
    void absentArgumentsCountAsAnEmptyObject() {
        ArgumentCheck open = new ArgumentCheck(Json.schema(OPEN), PayloadLimits.STANDARD);
        ArgumentCheck needsPath = new ArgumentCheck(Json.schema("{\"required\":[\"path\"]}"), PayloadLimits.STANDARD);

        assertThat(open.check(new byte[0], 0, 0)).isInstanceOf(ArgumentVerdict.Valid.class);
        assertThat(Json.words(needsPath.check(new byte[9], 4, 4))).isEqualTo(": must have the member 'path'");
    }

    @Test
    void bytesAreCountedBeforeAnythingIsParsed() {
        ArgumentCheck check = new ArgumentCheck(Json.schema(OPEN), PayloadLimits.STANDARD.bytesMax(10));

        assertThat(Json.words(check.check(Json.bytes("{\"a\":\"12\"}"), 0, 10))).isEqualTo("valid");
        assertThat(Json.words(check.check(Json.bytes("{{{{{{{{{{{"), 0, 11))).isEqualTo("11 bytes, at most 10");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "\"{}\"",
                "null",
                "7",
                "true",
                "",
                " ",
                "{",
                "{\"a\":1}}",
                "{}{}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":1,}",
                "{\"a\":\"\t\"}",
                "{\"a\":1}// c",
                "{\"a\":tru}"
            })
    void whatIsNotOneWellFormedObjectIsRefused(String json) {
        byte[] bytes = Json.bytes(json + (json.isEmpty() ? " " : ""));

        assertThat(Json.check(OPEN, bytes)).isInstanceOf(ArgumentVerdict.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":1}", "{\"name\":1,\"n\\u0061me\":2}", "{\"x\":[{\"k\":1,\"k\":2}]}"})
    void repeatedMembersAreRefusedAtEveryLevel(String json) {
        assertThat(Json.verdict(OPEN, json)).isEqualTo(": must not repeat a member name");
    }

    @Test
    void otherEncodingsThanUtf8AreRefused() {
        for (Charset charset : new Charset[] {
            StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16, Charset.forName("UTF-32LE")
        }) {
            assertThat(Json.check(OPEN, "{\"a\":1}".getBytes(charset))).isInstanceOf(ArgumentVerdict.Invalid.class);
        }
        assertThat(Json.words(Json.check(OPEN, Json.bytes("\uFEFF{}"))))
                .isEqualTo(": must not start with a byte order mark");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C0AF", "E080AF", "C080", "C0A2", "F5808080", "EDA080", "80", "C3"})
    void malformedUtf8InAStringIsRefused(String hex) {
        byte[] bad = java.util.HexFormat.of().parseHex(hex);
        byte[] json = new byte[8 + bad.length];
        System.arraycopy(Json.bytes("{\"a\":\""), 0, json, 0, 6);
        System.arraycopy(bad, 0, json, 6, bad.length);
        System.arraycopy(Json.bytes("\"}"), 0, json, 6 + bad.length, 2);

        assertThat(Json.words(Json.check(OPEN, json))).isEqualTo(": must be well-formed JSON in UTF-8");
    }

    @Test
    void wellFormedUnicodeIsAccepted() {
        assertThat(Json.verdict(OPEN, "{\"naïve\":\"日本語 😀 \\ud83d\\ude00\"}")).isEqualTo("valid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\udc00x\"}",
                "{\"a\":[\"\\ud800\\ud800\"]}",
                "{\"\\udfff\":1}",
                "{\"a\\u0000\":1}"
            })
    void loneSurrogatesAndNulNamesAreRefused(String json) {
        assertThat(Json.check(OPEN, json)).isInstanceOf(ArgumentVerdict.Invalid.class);
    }

    @Test
    void depthIsBounded() {
        assertThat(Json.verdict(OPEN, nested(63))).isEqualTo("valid");
        assertThat(Json.verdict(OPEN, nested(64))).contains("exceeds a limit: depth 64");
        assertThat(Json.verdict(OPEN, nested(100_000))).contains("exceeds a limit: depth 64");
    }

    private static String nested(int arrays) {
        return "{\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}";
    }

    @Test
    void tokensItemsNamesAndNumbersAreBounded() {
        PayloadLimits limits = new PayloadLimits(100_000, 8, 20, 5, 10, 12, 400);
        ArgumentCheck check = new ArgumentCheck(Json.schema(OPEN), limits);

        assertThat(verdict(check, "{\"a\":[1,2,3,4,5]}")).isEqualTo("valid");
        assertThat(verdict(check, "{\"a\":[1,2,3,4,5,6]}")).contains("more than 5 items");
        assertThat(verdict(check, "{\"a\":[[1,2,3,4],[1,2,3,4],[1,2,3,4],[1,2]]}"))
                .contains("tokens 20");
        assertThat(verdict(check, "{\"abcdefghij\":1}")).isEqualTo("valid");
        assertThat(verdict(check, "{\"" + "n".repeat(5000) + "\":1}")).contains("a name 10");
        assertThat(verdict(check, "{\"a\":123456789012}")).isEqualTo("valid");
        assertThat(verdict(check, "{\"a\":1234567890123}")).contains("a number 12");
    }

    private static String verdict(ArgumentCheck check, String json) {
        byte[] bytes = Json.bytes(json);
        return Json.words(check.check(bytes, 0, bytes.length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1e401", "-1e401", "1e-402", "1e1000000000", "1e-1000000000", "1e99999999999", "0e1000000000"})
    void numbersOutOfRangeAreRefusedBeforeArithmeticTouchesThem(String number) {
        String schema = "{\"properties\":{\"n\":{\"type\":\"number\",\"multipleOf\":0.01,\"maximum\":5}}}";

        assertThat(Json.verdict(schema, "{\"n\":" + number + "}")).isEqualTo("/n: must be a number within 1e±400");
    }

    @Test
    void manyNamesCostLittle() {
        StringBuilder json = new StringBuilder("{\"k0\":0");
        for (int i = 1; i < 45_000; i++) {
            json.append(",\"k").append(i).append("\":").append(i);
        }

        assertThat(Json.verdict(OPEN, json.append('}').toString())).isEqualTo("valid");
    }

    @Test
    void noValueOfTheArgumentsIsEchoed() {
        String schema = "{\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":3,\"pattern\":\"^[0-9]+$\"},"
                + "\"b\":{\"enum\":[\"x\",\"y\"]},\"c\":{\"type\":\"integer\"},\"d\":{\"const\":1}}}";

        for (String name : new String[] {"a", "b", "c", "d"}) {
            assertThat(Json.verdict(schema, "{\"" + name + "\":\"s3cret-canary\"}"))
                    .startsWith("/" + name + ": must")
                    .doesNotContain("canary");
        }
    }

    @Test
    void aNameInAMessageIsBoundedAndOnOneLine() {
        String name = "x".repeat(150) + "\\n\\u001b[2J";
        String verdict = Json.verdict("{\"additionalProperties\":false}", "{\"" + name + "\":1}");

        assertThat(verdict)
                .hasSizeLessThan(200)
                .contains("must not have the member 'xxx")
                .doesNotContain("\n", "\u001b");
    }
}
