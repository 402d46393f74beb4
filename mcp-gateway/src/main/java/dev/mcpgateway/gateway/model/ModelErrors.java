package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Refusals in the shapes of the agents' protocols: one row for each that a call of a model can end in. */
final class ModelErrors {
    private ModelErrors() {}

    /**
     * One row.
     *
     * @param status HTTP status
     * @param type OpenAI's {@code type}
     * @param code OpenAI's {@code code}
     * @param anthropicType Anthropic's {@code type}
     */
    private record Row(int status, String type, String code, String anthropicType) {}

    private static final String INVALID = "invalid_request_error";
    private static final String API = "api_error";

    /** Anthropic has a status of its own for money. */
    static int status(ModelProtocol protocol, Refusal refusal) {
        return protocol == ModelProtocol.ANTHROPIC && refusal.reason() == Reason.OVER_BUDGET
                ? 402
                : row(refusal.reason()).status();
    }

    /** The error as the body of an answer, where a path or its spelling is one of models; empty elsewhere. */
    static byte[] edge(Exchange exchange, Refusal refusal) {
        return spoken(exchange.path(), exchange.headers().contains(ModelEndpoint.ANTHROPIC_VERSION))
                .map(protocol -> body(protocol, refusal, exchange.id()))
                .orElse(new byte[0]);
    }

    /** What whoever asks at a path speaks, also where nothing is at the path; agents may have left out its version. */
    private static Optional<ModelProtocol> spoken(String path, boolean isAnthropics) {
        int end = path.indexOf('/', 1);
        return switch (end < 0 ? path : path.substring(0, end)) {
            case "/anthropic" -> Optional.of(ModelProtocol.ANTHROPIC);
            case "/openai" -> Optional.of(ModelProtocol.OPENAI);
            case "/gemini", GeminiPath.VERSION -> Optional.of(ModelProtocol.GEMINI);
            case "/v1" ->
                Optional.of(
                        isAnthropics || path.startsWith("/v1/messages")
                                ? ModelProtocol.ANTHROPIC
                                : ModelProtocol.OPENAI);
            default ->
                Arrays.stream(ModelApi.values())
                        .filter(api -> api.isAskedAtItsPath() && path.equals(api.path()))
                        .map(ModelApi::protocol)
                        .findFirst();
        };
    }

    /** The error as the body of an answer. */
    static byte[] body(ModelProtocol protocol, Refusal refusal, String callId) {
        return body(protocol, row(refusal.reason()), refusal, callId);
    }

    /**
     * What a provider said, as the body of an answer with its status. Where it said nothing that can be passed on, its refusal
     * of the request in the gateway's words; empty where the answer is to be the gateway's own.
     */
    static byte[] providers(ModelProtocol protocol, ModelFailure failure, Refusal refusal, String callId) {
        return failure.body().length == 0 && ModelOutcomes.isOfTheRequest(failure)
                ? body(protocol, refusedWith(failure.status(), refusal.reason()), refusal, callId)
                : failure.body();
    }

    private static Row refusedWith(int status, Reason reason) {
        return switch (status) {
            case 404 -> row(Reason.UNKNOWN_KEPT);
            case 413 -> row(Reason.TOO_LARGE);
            case 429 -> row(Reason.RATE_LIMITED);
            default -> new Row(status, INVALID, reason.code(), INVALID);
        };
    }

    private static byte[] body(ModelProtocol protocol, Row row, Refusal refusal, String callId) {
        String says = quoted(refusal.says());
        return bytes(
                switch (protocol) {
                    case OPENAI ->
                        "{\"error\":{\"message\":" + says + ",\"type\":\"" + row.type()
                                + "\",\"param\":null,\"code\":\"" + row.code() + "\"}}";
                    case ANTHROPIC ->
                        "{\"type\":\"error\",\"error\":{\"type\":\"" + row.anthropicType() + "\",\"message\":" + says
                                + "},\"request_id\":\"" + callId + "\"}";
                    case GEMINI ->
                        "{\"error\":{\"code\":" + row.status() + ",\"message\":" + says + ",\"status\":\""
                                + word(row.status()) + "\"}}";
                    case CONVERSE -> throw new IllegalArgumentException("no agent speaks it");
                });
    }

    /** The error as the last event of a stream that has begun; no sign of completion follows it. */
    static byte[] event(ModelApi api, Refusal refusal, String callId, EventNumber number) {
        byte[] body = body(api.protocol(), refusal, callId);
        return switch (api) {
            case MESSAGES, COUNT_TOKENS -> EventFrame.of("error", body);
            case RESPONSES -> {
                Row row = row(refusal.reason());
                yield EventFrame.of(
                        "response.failed",
                        bytes("{\"type\":\"response.failed\",\"sequence_number\":" + number.next()
                                + ",\"response\":{\"id\":\"\",\"object\":\"response\","
                                + "\"status\":\"failed\",\"output\":[],\"error\":{\"code\":\"" + row.code()
                                + "\",\"message\":" + quoted(refusal.says()) + "}}}"));
            }
            case CHAT_COMPLETIONS, EMBEDDINGS, GENERATE_CONTENT, CONVERSE -> EventFrame.of(EventFrame.PLAIN, body);
        };
    }

    /** Google's word for a status. */
    private static String word(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Row row(Reason reason) {
        return switch (reason) {
            case UNKNOWN_MODEL, MODEL_HIDDEN -> new Row(404, INVALID, "model_not_found", "not_found_error");
            case UNKNOWN_KEPT, BAD_PATH -> new Row(404, INVALID, "not_found", "not_found_error");
            case NO_TOKEN, BAD_TOKEN, WRONG_AUDIENCE, STOPPED, BAD_PROOF, PROOF_NEEDS_NONCE ->
                new Row(401, INVALID, "invalid_api_key", "authentication_error");
            case WRONG_SOURCE, NEEDS_SCOPE, DENIED, POLICY_ERROR, GUARDRAIL, SCREENED, NO_PRICE, RESIDENCY ->
                new Row(403, INVALID, "policy_denied", "permission_error");
            // the words by which agents know that they must shorten their conversation
            case PROMPT_TOO_LONG -> new Row(400, INVALID, "context_length_exceeded", INVALID);
            case TOO_LARGE -> new Row(413, INVALID, "request_too_large", "request_too_large");
            case OVER_BUDGET -> new Row(429, "insufficient_quota", "insufficient_quota", "billing_error");
            case RATE_LIMITED,
                    BUDGET_HELD,
                    TOO_MANY_TOKENS,
                    TOO_MANY_MODEL_CALLS,
                    TOO_MANY_BODIES,
                    TOO_MANY_BAD_TOKENS -> new Row(429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error");
            case UPSTREAM_BUSY,
                    NO_ROOM_FOR_BODY,
                    MODELS_RESTING,
                    SAFE_MODE,
                    AUDIT_UNAVAILABLE,
                    LEDGER_UNAVAILABLE,
                    KEYS_UNAVAILABLE -> new Row(503, "server_error", "overloaded", "overloaded_error");
            case UPSTREAM_TIMED_OUT -> new Row(504, "server_error", "timeout", "timeout_error");
            case UPSTREAM_DOWN, CREDENTIAL_UNAVAILABLE -> new Row(502, "server_error", "provider_unavailable", API);
            case UPSTREAM_MALFORMED, STREAM_BROKEN, PROVIDER_REFUSED, PROVIDER_FAILED, MODEL_MISMATCH ->
                new Row(502, "server_error", "provider_error", API);
            case CONTENT_NOT_KEPT -> new Row(503, "server_error", "content_not_kept", API);
            case RESULT_TOO_LARGE -> new Row(502, "server_error", "answer_too_large", API);
            case INTERNAL -> new Row(500, "server_error", "internal_error", API);
            // what is wrong with a request before it is one of a model
            default -> new Row(reason.httpStatus(), INVALID, reason.code(), INVALID);
        };
    }
}
