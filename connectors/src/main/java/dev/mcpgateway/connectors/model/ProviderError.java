package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a provider's error is about: its status alone does not tell a refused key from a refused model or file, and an error in
 * a stream has none. What is not known counts as its status says, so that a key that is refused in new words still counts as
 * refused, and without one as the provider's own failure.
 *
 * @param document the object that can be passed on, byte for byte; empty when there is none
 * @param words the error as it came
 * @param codes its type, code and status, and the reasons in its details
 * @param message its sentence, in lower case
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record ProviderError(byte[] document, String words, List<String> codes, String message) {
    private static final Name ERROR = Name.of("error");
    private static final Name TYPE = Name.of("type");
    private static final Name CODE = Name.of("code");
    private static final Name STATUS = Name.of("status");
    private static final Name MESSAGE = Name.of("message");
    private static final Name DETAILS = Name.of("details");
    private static final Name REASON = Name.of("reason");
    private static final Name RESPONSE = Name.of("response");
    private static final int DETAILS_MAX = 16;
    private static final int EVENT_DEPTH_MAX = 64;

    /** What OpenAI's 403 are about that are none of the key: the model, and where the gateway is. */
    private static final Set<String> OPENAI_NOT_SERVED =
            Set.of("model_not_found", "unsupported_country_region_territory", "unsupported_region");

    /** Google's reasons that concern the key, or the project that it belongs to. */
    private static final List<String> GOOGLE_KEY =
            List.of("API_KEY_", "ACCESS_TOKEN_", "CREDENTIALS_", "CONSUMER_", "SERVICE_DISABLED", "BILLING_DISABLED");

    /** A 429 of OpenAI's that is about the account's money, and no limit of a model. */
    private static final String QUOTA = "insufficient_quota";

    /** What stands for 429, in the words of all protocols; a bare number is a status. */
    private static final Set<String> LIMITED =
            Set.of("rate_limit_exceeded", "rate_limit_error", "too_many_requests", QUOTA, "RESOURCE_EXHAUSTED", "429");

    private static final Set<String> NOT_FOUND = Set.of("model_not_found", "not_found_error", "NOT_FOUND", "404");

    /** What stands for 400; of OpenAI's {@code ResponseError} those that are about what the agent sent. */
    private static final Set<String> INVALID = Set.of(
            "invalid_request_error",
            "INVALID_ARGUMENT",
            "FAILED_PRECONDITION",
            "400",
            "413",
            "422",
            "content_filter",
            "content_policy_violation",
            "bio_policy",
            "invalid_prompt",
            "invalid_image",
            "invalid_image_format",
            "invalid_image_mode",
            "invalid_image_url",
            "invalid_base64_image",
            "image_content_policy_violation",
            "image_file_not_found",
            "image_file_too_large",
            "image_parse_error",
            "image_too_large",
            "image_too_small",
            "empty_image_file",
            "failed_to_download_image",
            "unsupported_image_media_type");

    /** OpenAI says of a key that it refuses that the request is invalid; what is refused, its code says. */
    private static final Set<String> OF_THE_GATEWAY = Set.of("invalid_api_key", "401", "402", "403");

    /** Reads the body of an answer that is an error; of what cannot be read nothing is known but its words. */
    static ProviderError of(byte[] body, int depthMax) {
        String words = new String(body, StandardCharsets.UTF_8);
        try {
            JsonDocument said = parsed(body, depthMax);
            if (said.is(JsonDocument.ROOT, Kind.OBJECT)) {
                return read(body, words, said, said.at(ERROR));
            }
            // Google's endpoint for OpenAI's protocol puts its error into a list
            int only = said.is(JsonDocument.ROOT, Kind.ARRAY) ? said.first(JsonDocument.ROOT) : JsonDocument.NONE;
            if (said.is(only, Kind.OBJECT) && said.next(JsonDocument.ROOT, only) == JsonDocument.NONE) {
                return read(said.rawBytes(only), words, said, said.member(only, ERROR));
            }
        } catch (JsonRefused unreadable) {
            // a sentence, or a proxy's page
        }
        return new ProviderError(new byte[0], words, List.of(), "");
    }

    /**
     * Reads an error that came in an event, or in the place of an answer. What the model wrote before it, which some events
     * repeat, is not looked at.
     */
    static ProviderError in(byte[] document) {
        try {
            JsonDocument said = parsed(document, EVENT_DEPTH_MAX);
            int error = said.at(ERROR);
            if (error == JsonDocument.NONE) {
                error = said.at(RESPONSE, ERROR);
            }
            if (error == JsonDocument.NONE) {
                error = JsonDocument.ROOT;
            }
            return read(new byte[0], said.raw(error), said, error);
        } catch (JsonRefused unreadable) {
            return new ProviderError(new byte[0], "", List.of(), "");
        }
    }

    private static JsonDocument parsed(byte[] json, int depthMax) throws JsonRefused {
        return StrictJson.parse(json, JsonLimits.forReplies(Math.max(1, json.length), depthMax));
    }

    private static ProviderError read(byte[] document, String words, JsonDocument said, int error) {
        List<String> codes = new ArrayList<>();
        for (Name each : new Name[] {TYPE, CODE, STATUS}) {
            add(codes, said, said.member(error, each));
        }
        int details = said.member(error, DETAILS);
        if (said.is(details, Kind.ARRAY)) {
            int count = 0;
            for (int each = said.first(details);
                    each != JsonDocument.NONE && count < DETAILS_MAX;
                    each = said.next(details, each)) {
                add(codes, said, said.member(each, REASON));
                count++;
            }
        }
        int message = said.member(error, MESSAGE);
        return new ProviderError(
                document,
                words,
                codes,
                said.is(message, Kind.STRING) ? said.string(message).toLowerCase(Locale.ROOT) : "");
    }

    private static void add(List<String> codes, JsonDocument document, int node) {
        if (document.is(node, Kind.STRING)) {
            codes.add(document.string(node));
        } else if (document.is(node, Kind.NUMBER)) {
            codes.add(document.raw(node));
        }
    }

    /** What it is to callers, where it has the status of an error. */
    Cause cause(ProviderKind kind, int status) {
        if ((ContextOverflow.isStatus(status) && ContextOverflow.isSaidIn(words))
                || ContextOverflow.isBeyondTheLimit(status, words)) {
            return Cause.TOO_LONG;
        }
        Cause byStatus = byStatus(status);
        return switch (kind) {
            case OPENAI -> openAi(status, byStatus);
            case OPENAI_COMPATIBLE ->
                status == 400 && isOfGooglesKey() ? Cause.CREDENTIAL_REFUSED : openAi(status, byStatus);
            case AZURE_OPENAI -> status == 403 && isOfTheNetwork() ? Cause.NOT_ENTITLED : byStatus;
            case ANTHROPIC -> status == 403 && isOfPermissions() ? Cause.NOT_ENTITLED : byStatus;
            case GEMINI -> google(status, byStatus);
            case BEDROCK -> byStatus;
        };
    }

    /** What it is to callers, where it came with the status of an answer. */
    ModelFailure failure(String detail) {
        if (ContextOverflow.isSaidIn(words)) {
            return ModelFailure.of(Cause.TOO_LONG, detail);
        }
        int status = statusSaid();
        return status == 0
                ? ModelFailure.of(Cause.PROVIDER_ERROR, detail)
                : new ModelFailure(byStatus(status), status, new byte[0], 0, "", detail);
    }

    private Cause byStatus(int status) {
        Cause cause = HttpModelProvider.cause(status);
        return cause == Cause.RATE_LIMITED && codes.contains(QUOTA) ? Cause.OVER_QUOTA : cause;
    }

    /** The status that its codes stand for, where they tell of a limit or of the agent's request; else 0. */
    private int statusSaid() {
        if (isOneOf(OF_THE_GATEWAY) || isOfGooglesKey()) {
            return 0;
        }
        if (isOneOf(LIMITED)) {
            return 429;
        }
        if (isOneOf(NOT_FOUND)) {
            return 404;
        }
        return isOneOf(INVALID) ? 400 : 0;
    }

    private boolean isOneOf(Set<String> known) {
        return codes.stream().anyMatch(known::contains);
    }

    private Cause openAi(int status, Cause byStatus) {
        return status == 403 && isOneOf(OPENAI_NOT_SERVED) ? Cause.NOT_ENTITLED : byStatus;
    }

    /** Azure looks at where a request comes from before it looks at its key. */
    private boolean isOfTheNetwork() {
        return isOneOf(OPENAI_NOT_SERVED)
                || says("virtual network")
                || says("firewall")
                || says("public access is disabled");
    }

    /** A key that Anthropic does not take at all is an {@code authentication_error}; a revoked token of OAuth is not. */
    private boolean isOfPermissions() {
        return codes.contains("permission_error") && !says("revoked") && !says("expired") && !says("disabled");
    }

    /** Google says 400 of a key that it does not know, and 403 of files and caches of which it does not know the asker. */
    private Cause google(int status, Cause byStatus) {
        if (status != 400 && status != 403) {
            return byStatus;
        }
        if (isOfGooglesKey()) {
            return Cause.CREDENTIAL_REFUSED;
        }
        boolean isOfAResource = says("access the file") || says("cachedcontent") || says("cached content");
        return status == 403 && isOfAResource ? Cause.REJECTED : byStatus;
    }

    private boolean isOfGooglesKey() {
        return codes.stream().anyMatch(code -> GOOGLE_KEY.stream().anyMatch(code::startsWith))
                || says("pass a valid api key");
    }

    private boolean says(String words) {
        return message.contains(words);
    }
}
