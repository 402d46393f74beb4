package dev.mcpgateway.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What agents of each protocol read in each case: SDKs decide by it whether to ask again, to shorten or to give up. */
class ModelErrorsTest {
    private static JsonNode body(ModelProtocol protocol, Reason reason) {
        return JsonMapper.shared().readTree(ModelErrors.body(protocol, Refusal.of(reason), "call-7"));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            UNKNOWN_MODEL,      404, model_not_found,         404, not_found_error
            MODEL_HIDDEN,       404, model_not_found,         404, not_found_error
            RESIDENCY,          403, policy_denied,           403, permission_error
            GUARDRAIL,          403, policy_denied,           403, permission_error
            DENIED,             403, policy_denied,           403, permission_error
            NEEDS_SCOPE,        403, policy_denied,           403, permission_error
            OVER_BUDGET,        429, insufficient_quota,      402, billing_error
            BUDGET_HELD,        429, rate_limit_exceeded,     429, rate_limit_error
            RATE_LIMITED,       429, rate_limit_exceeded,     429, rate_limit_error
            TOO_MANY_TOKENS,    429, rate_limit_exceeded,     429, rate_limit_error
            PROMPT_TOO_LONG,    400, context_length_exceeded, 400, invalid_request_error
            NO_MODEL_FITS,      400, no_model_fits,           400, invalid_request_error
            BAD_TOKEN,          401, invalid_api_key,         401, authentication_error
            UPSTREAM_TIMED_OUT, 504, timeout,                 504, timeout_error
            MODELS_RESTING,     503, overloaded,              503, overloaded_error
            TOO_MANY_BODIES,    429, rate_limit_exceeded,     429, rate_limit_error
            NO_ROOM_FOR_BODY,   503, overloaded,              503, overloaded_error
            UPSTREAM_BUSY,      503, overloaded,              503, overloaded_error
            AUDIT_UNAVAILABLE,  503, overloaded,              503, overloaded_error
            CONTENT_NOT_KEPT,   503, content_not_kept,        503, api_error
            PROVIDER_FAILED,    502, provider_error,          502, api_error
            """)
    void eachCaseHasItsStatusAndItsWord(Reason reason, int openAi, String code, int anthropic, String type) {
        assertThat(ModelErrors.status(ModelProtocol.OPENAI, Refusal.of(reason))).isEqualTo(openAi);
        assertThat(body(ModelProtocol.OPENAI, reason).at("/error/code").asString())
                .isEqualTo(code);
        assertThat(ModelErrors.status(ModelProtocol.ANTHROPIC, Refusal.of(reason)))
                .isEqualTo(anthropic);
        assertThat(body(ModelProtocol.ANTHROPIC, reason).at("/error/type").asString())
                .isEqualTo(type);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyRefusalHasTheMembersThatClientsRead(Reason reason) {
        assertThat(body(ModelProtocol.OPENAI, reason).at("/error").propertyNames())
                .containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(body(ModelProtocol.ANTHROPIC, reason).at("/request_id").asString())
                .isEqualTo("call-7");
        assertThat(body(ModelProtocol.GEMINI, reason).at("/error/code").asInt())
                .isEqualTo(ModelErrors.status(ModelProtocol.GEMINI, Refusal.of(reason)));
    }

    @ParameterizedTest
    @EnumSource(value = ModelApi.class, mode = EnumSource.Mode.EXCLUDE, names = "CONVERSE")
    void anErrorInAStreamIsNoSignOfItsCompletion(ModelApi api) {
        String event = new String(
                ModelErrors.event(api, Refusal.of(Reason.STREAM_BROKEN), "call-7", new EventNumber()),
                StandardCharsets.UTF_8);

        assertThat(event)
                .endsWith("\n\n")
                .contains("broke off")
                .doesNotContain("[DONE]", "message_stop", "response.completed", "response.incomplete");
        assertThat(Arrays.asList(event.strip().split("\n"))).last().asString().startsWith("data: {");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"sequence_number\":7}           | 8",
                "{\"sequence_number\":1234567890}  | 0",
                "{\"sequence_number\":\"7\"}       | 0",
                "{\"sequence_number\":{\"a\":1}}   | 0",
                "{}                                | 0",
                "no JSON                           | 0"
            })
    void theEventThatEndsAResponseHasTheNextNumber(String last, String next) {
        EventNumber number = new EventNumber();
        number.sent(new ModelEvent("", last.getBytes(StandardCharsets.UTF_8), ModelEvent.Mark.OPEN));

        assertThat(new String(
                        ModelErrors.event(
                                ModelApi.RESPONSES,
                                Refusal.of(Reason.STREAM_BROKEN).withData("{\"of\":\"another\"}"),
                                "call-7",
                                number),
                        StandardCharsets.UTF_8))
                .contains("\"type\":\"response.failed\",\"sequence_number\":" + next + ",\"response\"")
                .doesNotContain("another");
    }
}
