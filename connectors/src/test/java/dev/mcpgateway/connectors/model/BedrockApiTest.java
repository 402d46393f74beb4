package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose model it is stands in its id. */
class BedrockApiTest {

    @ParameterizedTest
    @CsvSource({
        "anthropic.claude-sonnet-4-5-20250929-v1:0, anthropic, INVOKE_MODEL",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0, anthropic, INVOKE_MODEL",
        "global.anthropic.claude-x, anthropic, INVOKE_MODEL",
        "us-gov.anthropic.claude-x, anthropic, INVOKE_MODEL",
        "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-v2:1, anthropic, INVOKE_MODEL",
        "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-x, anthropic, INVOKE_MODEL",
        "amazon.nova-pro-v1:0, amazon, CONVERSE",
        "apac.amazon.nova-pro-v1:0, amazon, CONVERSE",
        "us.meta.llama3-3-70b-instruct-v1:0, meta, CONVERSE",
        "openai.gpt-5.6, openai, CONVERSE",
        "ai21.jamba-1-5-large-v1:0, ai21, CONVERSE",
        "zai.glm-4.6, zai, CONVERSE",
        "meta.anthropic.claude, meta, CONVERSE",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.deepseek.r1-v1:0, deepseek, CONVERSE"
    })
    void aModelIsAskedAsItsMakersAre(String model, String maker, BedrockApi api) {
        assertThat(BedrockApi.maker(model)).contains(maker);
        assertThat(BedrockApi.of(model)).contains(api);
    }

    @ParameterizedTest
    @CsvSource({
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0, claude-sonnet-4-5-20250929",
        "anthropic.claude-3-haiku-20240307-v1:0:48k, claude-3-haiku-20240307",
        "global.anthropic.claude-opus-5, claude-opus-5",
        "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-instant-v1, claude-instant",
        "us.meta.llama3-3-70b-instruct-v1:0, ",
        "gpt-4.1-mini, ",
        "claude-sonnet-4-5, "
    })
    void whatAnthropicCallsItsModelStandsInTheIdToo(String model, String name) {
        assertThat(BedrockApi.nameAtAnthropic(model)).isEqualTo(Optional.ofNullable(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "claude",
                "us.claude",
                "Anthropic.claude",
                "anthropic.",
                "anthropic.a/b",
                "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/anthropic.claude",
                "arn:aws:bedrock:eu-central-1:123456789012:imported-model/amazon.nova",
                "arn:aws:bedrock:eu-central-1:123456789012:provisioned-model/abc123"
            })
    void whatHoldsNoIdOfAModelDoesNotSay(String model) {
        assertThat(BedrockApi.of(model)).isEmpty();
    }
}
