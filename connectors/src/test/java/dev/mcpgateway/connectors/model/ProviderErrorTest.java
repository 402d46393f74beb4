package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that is refused is told from a model, a file or a place that is. */
class ProviderErrorTest {
    private static Cause cause(ProviderKind kind, int status, String body) {
        return ProviderError.of(body.getBytes(StandardCharsets.UTF_8), 64).cause(kind, status);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GEMINI | 400 | {"error":{"status":"INVALID_ARGUMENT","details":[{"x":1},{"reason":"API_KEY_INVALID"}]}} | CREDENTIAL_REFUSED
            GEMINI | 403 | {"error":{"status":"PERMISSION_DENIED","details":[{"reason":"API_KEY_SERVICE_BLOCKED"}]}} | CREDENTIAL_REFUSED
            GEMINI | 403 | {"error":{"status":"PERMISSION_DENIED","message":"Your API key was reported as leaked."}} | CREDENTIAL_REFUSED
            GEMINI | 403 | {"error":{"status":"PERMISSION_DENIED","message":"You do not have permission to access the File f-1 or it may not exist."}} | REJECTED
            GEMINI | 403 | {"error":{"status":"PERMISSION_DENIED","message":"CachedContent not found (or permission denied)"}} | REJECTED
            GEMINI | 403 | {"error":{"message":"You do not have permission to access the File f-1","details":[{"reason":"CONSUMER_SUSPENDED"}]}} | CREDENTIAL_REFUSED
            GEMINI | 401 | {"error":{"status":"UNAUTHENTICATED"}} | CREDENTIAL_REFUSED
            GEMINI | 400 | {"error":{"status":"INVALID_ARGUMENT","message":"bad"}} | REJECTED
            OPENAI | 401 | {"error":{"code":"invalid_api_key"}} | CREDENTIAL_REFUSED
            OPENAI | 403 | {"error":{"code":"model_not_found","message":"Project `proj_1` does not have access to model `m`"}} | NOT_ENTITLED
            OPENAI | 403 | {"error":{"code":"unsupported_country_region_territory"}} | NOT_ENTITLED
            OPENAI | 403 | {"error":{"code":"insufficient_permissions"}} | CREDENTIAL_REFUSED
            OPENAI | 404 | {"error":{"code":"model_not_found"}} | REJECTED
            OPENAI | 429 | {"error":{"message":"Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 36278. The input or output tokens must be reduced in order to run successfully.","type":"tokens","code":"rate_limit_exceeded"}} | TOO_LONG
            OPENAI | 429 | {"error":{"message":"Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 6278. Please try again in 10s.","type":"tokens","code":"rate_limit_exceeded"}} | RATE_LIMITED
            OPENAI | 429 | {"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}} | OVER_QUOTA
            OPENAI | 403 | {"error":{"type":"insufficient_quota","code":"insufficient_quota"}} | CREDENTIAL_REFUSED
            OPENAI_COMPATIBLE | 429 | {"error":{"code":"insufficient_quota"}} | OVER_QUOTA
            AZURE_OPENAI | 429 | {"error":{"code":"insufficient_quota"}} | OVER_QUOTA
            AZURE_OPENAI | 429 | {"error":{"code":"429","message":"Requests to the deployment have exceeded its rate limit."}} | RATE_LIMITED
            ANTHROPIC | 429 | {"type":"error","error":{"type":"rate_limit_error"}} | RATE_LIMITED
            GEMINI | 429 | {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}} | RATE_LIMITED
            OPENAI_COMPATIBLE | 403 | forbidden | CREDENTIAL_REFUSED
            OPENAI_COMPATIBLE | 400 | [{"error":{"code":400,"message":"Bad key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}] | CREDENTIAL_REFUSED
            OPENAI_COMPATIBLE | 400 | [{"error":{"code":400,"message":"Please pass a valid API key.","status":"INVALID_ARGUMENT"}}] | CREDENTIAL_REFUSED
            OPENAI_COMPATIBLE | 400 | [{"error":{"code":400,"message":"Invalid value","status":"INVALID_ARGUMENT"}}] | REJECTED
            OPENAI_COMPATIBLE | 400 | [{"error":{"message":"The input token count exceeds the maximum number of tokens allowed."}}] | TOO_LONG
            OPENAI_COMPATIBLE | 413 | prompt is too long | TOO_LONG
            ANTHROPIC | 401 | {"error":{"type":"authentication_error"}} | CREDENTIAL_REFUSED
            ANTHROPIC | 403 | {"error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource."}} | NOT_ENTITLED
            ANTHROPIC | 403 | {"error":{"type":"permission_error","message":"OAuth token has been revoked."}} | CREDENTIAL_REFUSED
            ANTHROPIC | 403 | {"error":{"type":"forbidden","message":"Request not allowed"}} | CREDENTIAL_REFUSED
            AZURE_OPENAI | 401 | {"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}} | CREDENTIAL_REFUSED
            AZURE_OPENAI | 403 | {"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}} | NOT_ENTITLED
            AZURE_OPENAI | 403 | {"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}} | CREDENTIAL_REFUSED
            """)
    void whatIsRefusedIsRead(ProviderKind kind, int status, String body, Cause cause) {
        assertThat(cause(kind, status, body)).isEqualTo(cause);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"error\":null}",
                "{\"error\":[]}",
                "{\"error\":{\"details\":{}}}",
                "{\"error\":{\"details\":[null,[],{\"reason\":1}]}}",
                "{\"error\":{\"message\":7,\"code\":{}}}"
            })
    void whatCannotBeReadCountsByItsStatus(String body) {
        for (ProviderKind kind : ProviderKind.values()) {
            assertThat(cause(kind, 403, body)).isEqualTo(Cause.CREDENTIAL_REFUSED);
            assertThat(cause(kind, 400, body)).isEqualTo(Cause.REJECTED);
            assertThat(cause(kind, 429, body)).isEqualTo(Cause.RATE_LIMITED);
            assertThat(cause(kind, 500, body)).isEqualTo(Cause.PROVIDER_ERROR);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"error","code":"rate_limit_exceeded","message":"x"} | RATE_LIMITED | 429
            {"type":"error","error":{"type":"requests","code":"rate_limit_exceeded"}} | RATE_LIMITED | 429
            {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded"}}} | RATE_LIMITED | 429
            {"type":"error","error":{"type":"rate_limit_error"}} | RATE_LIMITED | 429
            {"error":{"type":"insufficient_quota","code":"insufficient_quota"}} | OVER_QUOTA | 429
            {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}} | RATE_LIMITED | 429
            {"error":{"code":"429","message":"x"}} | RATE_LIMITED | 429
            {"type":"response.failed","response":{"error":{"code":"invalid_prompt"}}} | REJECTED | 400
            {"type":"error","code":"failed_to_download_image"} | REJECTED | 400
            {"type":"error","error":{"type":"invalid_request_error"}} | REJECTED | 400
            {"error":{"code":400,"status":"INVALID_ARGUMENT"}} | REJECTED | 400
            {"error":{"code":400,"type":"BadRequestError"}} | REJECTED | 400
            {"error":{"code":"content_filter","type":null}} | REJECTED | 400
            {"type":"error","error":{"type":"not_found_error"}} | REJECTED | 404
            {"type":"response.failed","response":{"error":{"code":"context_length_exceeded"}}} | TOO_LONG | 0
            {"type":"response.failed","response":{"error":{"code":"server_error"},"output":["prompt is too long"]}} | PROVIDER_ERROR | 0
            {"type":"response.failed","response":{"error":{"code":"data_residency_mismatch"}}} | PROVIDER_ERROR | 0
            {"type":"error","error":{"type":"overloaded_error"}} | PROVIDER_ERROR | 0
            {"error":{"type":"invalid_request_error","code":"invalid_api_key"}} | PROVIDER_ERROR | 0
            {"error":{"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}} | PROVIDER_ERROR | 0
            {"error":{"type":"invalid_request_error","code":403}} | PROVIDER_ERROR | 0
            {"error":{"code":"invalid_by_a_new_name"}} | PROVIDER_ERROR | 0
            {"error":{"code":503,"status":"UNAVAILABLE"}} | PROVIDER_ERROR | 0
            {"error":"rate_limit_exceeded"} | PROVIDER_ERROR | 0
            {"error":null} | PROVIDER_ERROR | 0
            [] | PROVIDER_ERROR | 0
            no JSON | PROVIDER_ERROR | 0
            """)
    void whoseFaultAnErrorWithoutAStatusIsItsCodesSay(String document, Cause cause, int status) {
        ModelFailure failure = ModelFailure.saidIn(document.getBytes(StandardCharsets.UTF_8), "in a stream");

        assertThat(failure.cause()).isEqualTo(cause);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.body()).isEmpty();
        assertThat(failure.detail()).isEqualTo("in a stream");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"error":{"message":"a"} }  | {"error":{"message":"a"} }
            {}                          | {}
            [ {"error":{"code": 1}} ]   | {"error":{"code": 1}}
            [{"error":{}},{"error":{}}] | ''
            [[{"error":{}}]]            | ''
            []                          | ''
            "a"                         | ''
            <html>                      | ''
            """)
    void onlyAnObjectIsPassedOnAlsoOneThatStandsAloneInAList(String body, String document) {
        byte[] passed =
                ProviderError.of(body.getBytes(StandardCharsets.UTF_8), 64).document();

        assertThat(new String(passed, StandardCharsets.UTF_8)).isEqualTo(document);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "context_length_exceeded",
                "This model's maximum context length is 4096 tokens.",
                "You passed 9 input tokens and requested 1 output tokens. However, the model's context length is only 8 tokens",
                "prompt too long; exceeded max context length by 12 tokens",
                "the input length exceeds the context length",
                "the request exceeds the available context size",
                "The input (9 tokens) is longer than the model's context length (8 tokens)."
            })
    void selfHostedServersSayThatAPromptIsTooLongInManyWays(String says) {
        String body = "{\"error\":{\"message\":\"" + says + "\"}}";

        assertThat(cause(ProviderKind.OPENAI_COMPATIBLE, 400, body)).isEqualTo(Cause.TOO_LONG);
        assertThat(cause(ProviderKind.OPENAI_COMPATIBLE, 404, body)).isEqualTo(Cause.REJECTED);
    }
}
