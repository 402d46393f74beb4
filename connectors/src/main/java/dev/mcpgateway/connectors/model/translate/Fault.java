package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFailure;
import java.nio.charset.StandardCharsets;

/**
 * A failure that the agent is told, without a word that the provider chose.
 *
 * @param status of the answer where no stream has begun
 * @param chatType {@code error.type} of the OpenAI protocols
 * @param chatCode {@code error.code} of the OpenAI protocols; empty for none
 * @param messagesType {@code error.type} of the messages protocol
 * @param message in the gateway's words
 */
record Fault(int status, String chatType, String chatCode, String messagesType, String message) {

    static final Fault BROKEN = new Fault(
            502, "server_error", "bad_gateway", "api_error", "The model provider's reply was cut or malformed.");

    /** With the code by which agents know that they must shorten their conversation. */
    static final Fault TOO_LONG = new Fault(
            400,
            "invalid_request_error",
            "context_length_exceeded",
            "invalid_request_error",
            "The prompt is too long: it does not fit into the model's context.");

    /** From the status of the provider's answer. */
    static Fault ofStatus(int status) {
        return switch (status) {
            case 400, 422 -> invalid(400, "The model provider did not accept the request.");
            case 401, 402, 403 ->
                // neither the key that was refused nor the bill is the agent's
                new Fault(502, "server_error", "provider_denied", "api_error", "The model provider denied access.");
            case 404 -> new Fault(404, "invalid_request_error", "model_not_found", "not_found_error", "No such model.");
            case 408, 504 ->
                new Fault(504, "server_error", "timeout", "timeout_error", "The model provider timed out.");
            case 413 -> new Fault(413, "invalid_request_error", "", "request_too_large", "The request is too large.");
            case 429 ->
                new Fault(
                        429,
                        "rate_limit_error",
                        "rate_limit_exceeded",
                        "rate_limit_error",
                        "The model provider's rate limit is reached.");
            case 503, 529 ->
                new Fault(503, "server_error", "overloaded", "overloaded_error", "The model provider is overloaded.");
            default ->
                status >= 400 && status < 500
                        ? invalid(status, "The model provider did not accept the request.")
                        : new Fault(502, "server_error", "", "api_error", "The model provider failed.");
        };
    }

    private static Fault invalid(int status, String message) {
        return new Fault(status, "invalid_request_error", "", "invalid_request_error", message);
    }

    /**
     * From an error inside a stream, or in the place of an answer.
     *
     * @param type the member that has its type or status word
     */
    static Fault of(Node error, String type) {
        ModelFailure said = ModelFailure.saidIn(error.raw().getBytes(StandardCharsets.UTF_8), "");
        return switch (said.cause()) {
            case TOO_LONG -> TOO_LONG;
            case RATE_LIMITED, OVER_QUOTA, REJECTED -> ofStatus(said.status());
            default -> ofType(error.isObject() ? error.textOf(type) : "");
        };
    }

    /** From the type or the status word of an error that is none of the agent's and none of a limit. */
    static Fault ofType(String type) {
        return ofStatus(
                switch (type) {
                    case "authentication_error", "permission_error", "UNAUTHENTICATED", "PERMISSION_DENIED" -> 403;
                    case "timeout_error", "DEADLINE_EXCEEDED" -> 504;
                    case "overloaded_error", "overloaded", "UNAVAILABLE" -> 503;
                    default -> 500;
                });
    }

    /** The body of an answer, or the data of an event, in the agent's protocol. */
    byte[] toBytes(ModelApi protocol) {
        JsonOut out = new JsonOut().open();
        if (protocol == ModelApi.MESSAGES) {
            out.text("type", "error").open("error").text("type", messagesType).text("message", message);
        } else {
            out.open("error").text("message", message).text("type", chatType).nothing("param");
            if (chatCode.isEmpty()) {
                out.nothing("code");
            } else {
                out.text("code", chatCode);
            }
        }
        return out.close().close().toBytes();
    }
}
