package dev.mcpgateway.policy.arguments;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptArgumentCheckTest {

    private static final PromptArgumentCheck REVIEW = new PromptArgumentCheck(
            List.of(new PromptArgument("code", true), new PromptArgument("style", false)), PayloadLimits.STANDARD);

    private static String words(PromptArgumentCheck check, String json) {
        byte[] bytes = Json.bytes(json);
        return Json.words(check.check(bytes, 0, bytes.length));
    }

    @Test
    void stringsAreProvenByteForByte() {
        byte[] body = Json.bytes("{\"a\":{\"code\": \"x\\u0041\"}}");

        ArgumentVerdict verdict = REVIEW.check(body, 5, body.length - 1);

        CheckedArguments checked = ((ArgumentVerdict.Valid) verdict).arguments();
        assertThat(new String(checked.bytes(), StandardCharsets.UTF_8)).isEqualTo("{\"code\": \"x\\u0041\"}");
        assertThat(checked.tree().get("code").stringValue()).isEqualTo("xA");
        assertThat(checked.isSameAs(body, 5, body.length - 1)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"code\":\"x\"} | valid",
                "{\"code\":\"\",\"style\":\"s\"} | valid",
                "{\"code\":\"x\",\"undeclared\":\"y\"} | valid",
                "{} | : must have the member 'code'",
                "{\"style\":\"s\"} | : must have the member 'code'",
                "{\"code\":7} | /code: must be a string",
                "{\"code\":null} | /code: must be a string",
                "{\"code\":[\"x\"]} | /code: must be a string",
                "{\"code\":{\"a\":\"x\"}} | /code: must be a string",
                "{\"a/b~c\":true} | /a~1b~0c: must be a string",
                "[\"x\"] | : must be a JSON object",
                "{\"code\":\"x\",\"code\":\"y\"} | : must not repeat a member name",
                "{\"code\":\"\\ud800\"} | /code: must not hold a lone surrogate",
                "{\"code\":\"x\"} {} | : must be one JSON value with nothing after it"
            })
    void argumentsAreAnObjectOfStringsWithAllThatIsRequired(String json, String verdict) {
        assertThat(words(REVIEW, json)).isEqualTo(verdict);
    }

    @Test
    void noArgumentsCountAsAnEmptyObject() {
        PromptArgumentCheck free = new PromptArgumentCheck(List.of(), PayloadLimits.STANDARD);

        assertThat(words(free, "")).isEqualTo("valid");
        assertThat(words(REVIEW, "")).isEqualTo(": must have the member 'code'");
    }

    @Test
    void bytesAreCountedBeforeAnythingIsParsed() {
        PromptArgumentCheck small = new PromptArgumentCheck(List.of(), PayloadLimits.STANDARD.bytesMax(10));

        assertThat(words(small, "{\"a\":\"12\"}")).isEqualTo("valid");
        assertThat(words(small, "{{{{{{{{{{{")).isEqualTo("11 bytes, at most 10");
    }

    @Test
    void messagesEchoNoValueAndAreBounded() {
        assertThat(words(REVIEW, "{\"code\":[\"s3cret\"]}")).doesNotContain("s3cret");
        assertThat(words(REVIEW, "{\"" + "n".repeat(250) + "\\n\":1}"))
                .hasSizeLessThan(250)
                .doesNotContain("\n");
        assertThat(words(
                        new PromptArgumentCheck(
                                List.of(new PromptArgument("n".repeat(5000), true)), PayloadLimits.STANDARD),
                        "{}"))
                .hasSizeLessThan(200);
    }

    @Test
    void aReadOfAResourceHasNoArguments() {
        CheckedArguments none = CheckedArguments.none();

        assertThat(new String(none.bytes(), StandardCharsets.UTF_8)).isEqualTo("{}");
        assertThat(none.tree().isEmpty()).isTrue();
    }
}
