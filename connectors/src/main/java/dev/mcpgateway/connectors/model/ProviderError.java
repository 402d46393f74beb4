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
 * What a provider's error is about: its status alone does not tell a refused key from a refused model or file. What is not
 * known counts as its status says, so that a key that is refused in new words still counts as refused.
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
    private static final int DETAILS_MAX = 16;

    /** What OpenAI's 403 are about that are none of the key: the model, and where the gateway is. */
    private static final Set<String> OPENAI_NOT_SERVED =
            Set.of("model_not_found", "unsupported_country_region_territory", "unsupported_region");

    /** Google's reasons that concern the key, or the project that it belongs to. */
    private static final List<String> GOOGLE_KEY =
            List.of("API_KEY_", "ACCESS_TOKEN_", "CREDENTIALS_", "CONSUMER_", "SERVICE_DISABLED", "BILLING_DISABLED");

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
        }
    }

    /** What it is to callers. */
    Cause cause(ProviderKind kind, int status) {
        if (ContextOverflow.isStatus(status) && ContextOverflow.isSaidIn(words.getBytes(StandardCharsets.UTF_8))) {
            return Cause.TOO_LONG;
        }
        Cause byStatus = HttpModelProvider.cause(status);
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
