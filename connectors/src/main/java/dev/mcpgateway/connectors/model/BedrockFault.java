package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An error of Bedrock: a name and a sentence, of which the agent gets what Anthropic's protocol says in its place. Names
 * that are not known count by their status.
 *
 * @param cause what callers tell apart
 * @param status the HTTP status that the error has, also where it comes as an event
 * @param type Anthropic's word for it
 * @param message Bedrock's sentence
 */
record BedrockFault(Cause cause, int status, String type, String message) {
    private static final Name MESSAGE = Name.of("message");
    private static final Name MESSAGE_OF_THE_FRONT = Name.of("Message");
    private static final Name ERROR = Name.of("error");
    private static final String OVERLOADED = "overloaded_error";
    private static final String API = "api_error";

    /** A sentence; longer ones are cut. */
    private static final int MESSAGE_CHARS_MAX = 2000;

    /** Bounds the sentence, and says so where there is none. */
    BedrockFault {
        if (message.isEmpty()) {
            message = "The provider gave no reason.";
        } else if (message.length() > MESSAGE_CHARS_MAX) {
            message = message.substring(0, MESSAGE_CHARS_MAX);
        }
    }

    /**
     * The error of this name; its status counts where the name is not known.
     *
     * @param name as in {@code x-amzn-errortype} (where more may follow behind a colon) or {@code :exception-type}
     * @param message what {@link #sentence} reads
     */
    static BedrockFault of(String name, int status, String message) {
        int end = name.indexOf(':');
        return switch ((end < 0 ? name : name.substring(0, end)).strip().toLowerCase(Locale.ROOT)) {
            case "throttlingexception" -> new BedrockFault(Cause.RATE_LIMITED, 429, "rate_limit_error", message);
            case "modelnotreadyexception" -> new BedrockFault(Cause.RATE_LIMITED, 429, OVERLOADED, message);
            case "validationexception" ->
                new BedrockFault(
                        isTooLong(message) ? Cause.TOO_LONG : Cause.REJECTED, 400, "invalid_request_error", message);
            case "resourcenotfoundexception" -> new BedrockFault(Cause.REJECTED, 404, "not_found_error", message);
            case "serviceunavailableexception" -> new BedrockFault(Cause.PROVIDER_ERROR, 503, OVERLOADED, message);
            case "internalserverexception" -> new BedrockFault(Cause.PROVIDER_ERROR, 500, API, message);
            case "modeltimeoutexception" -> new BedrockFault(Cause.TIMED_OUT, 408, "timeout_error", message);
            case "modelerrorexception", "modelstreamerrorexception" ->
                new BedrockFault(Cause.PROVIDER_ERROR, 424, API, message);
            case "accessdeniedexception" -> new BedrockFault(Cause.NOT_ENTITLED, status, "permission_error", "");
            case "unrecognizedclientexception",
                    "invalidsignatureexception",
                    "incompletesignatureexception",
                    "signaturedoesnotmatchexception",
                    "invalidclienttokenidexception",
                    "missingauthenticationtokenexception",
                    "requestexpiredexception",
                    "expiredtokenexception" ->
                new BedrockFault(Cause.CREDENTIAL_REFUSED, status, "authentication_error", "");
            default ->
                new BedrockFault(
                        ContextOverflow.isStatus(status) && isTooLong(message)
                                ? Cause.TOO_LONG
                                : HttpModelProvider.cause(status),
                        status,
                        type(status),
                        message);
        };
    }

    private static boolean isTooLong(String message) {
        return ContextOverflow.isSaidIn(message);
    }

    /** Whether it is about who the gateway is, and what it may do. */
    private boolean isOfTheGateway() {
        return cause == Cause.CREDENTIAL_REFUSED || cause == Cause.NOT_ENTITLED;
    }

    private static String type(int status) {
        return switch (status) {
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> OVERLOADED;
            default -> status >= 500 ? API : "invalid_request_error";
        };
    }

    /**
     * Whether the agent reads the sentence. Not of what concerns the gateway's keys and rights; nor of a model's own failure, whose
     * statuses 408 and 424 mean something else to SDKs: the gateway answers those in its own words.
     */
    boolean isForTheAgent() {
        return !isOfTheGateway() && status != 408 && status != 424;
    }

    /**
     * The error as Anthropic says it, whole and as the data of an event. An agent that read of a refused credential would
     * throw its own away.
     */
    byte[] json() {
        String said = isOfTheGateway() ? API : type;
        return ("{\"type\":\"error\",\"error\":{\"type\":\"" + said + "\",\"message\":"
                        + new String(JsonText.quote(message), StandardCharsets.UTF_8) + "}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** What an error's body says, also in the shape of the model's own maker; what cannot be read says nothing. */
    static String sentence(byte[] json, int depthMax) {
        try {
            JsonDocument body = StrictJson.parse(json, JsonLimits.forReplies(BedrockFrames.FRAME_BYTES_MAX, depthMax));
            for (int said : new int[] {body.at(MESSAGE), body.at(MESSAGE_OF_THE_FRONT), body.at(ERROR, MESSAGE)}) {
                if (body.is(said, Kind.STRING)) {
                    return body.string(said);
                }
            }
            return "";
        } catch (JsonRefused unreadable) {
            return "";
        }
    }
}
