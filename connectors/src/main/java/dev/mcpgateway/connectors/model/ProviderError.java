package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a provider's error is about: its status alone does not tell a refused key from a refused model or file. What is not
 * known counts as its status says, so that a key that is refused in new words still counts as refused.
 *
 * @param body the error as it came
 * @param codes its type, code and status, and the reasons in its details
 * @param message its sentence, in lower case
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record ProviderError(byte[] body, List<String> codes, String message) {
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

    /** Reads an error; of what cannot be read nothing is known. */
    static ProviderError of(byte[] body, int depthMax) {
        if (body.length == 0) {
            return new ProviderError(body, List.of(), "");
        }
        try {
            return read(StrictJson.parse(body, JsonLimits.forReplies(body.length, depthMax)));
        } catch (JsonRefused unreadable) {
            return new ProviderError(body, List.of(), "");
        }
    }

    private static ProviderError read(JsonDocument document) {
        int error = document.at(ERROR);
        List<String> codes = new ArrayList<>();
        for (Name each : new Name[] {TYPE, CODE, STATUS}) {
            add(codes, document, document.member(error, each));
        }
        int details = document.member(error, DETAILS);
        if (document.is(details, Kind.ARRAY)) {
            int count = 0;
            for (int each = document.first(details);
                    each != JsonDocument.NONE && count < DETAILS_MAX;
                    each = document.next(details, each)) {
                add(codes, document, document.member(each, REASON));
                count++;
            }
        }
        int message = document.member(error, MESSAGE);
        return new ProviderError(
                document.bytes(),
                codes,
                document.is(message, Kind.STRING) ? document.string(message).toLowerCase(Locale.ROOT) : "");
    }

    private static void add(List<String> codes, JsonDocument document, int node) {
        if (document.is(node, Kind.STRING)) {
            codes.add(document.string(node));
        }
    }

    /** What it is to callers. */
    Cause cause(ProviderKind kind, int status) {
        if (ContextOverflow.isStatus(status) && ContextOverflow.isSaidIn(body)) {
            return Cause.TOO_LONG;
        }
        Cause byStatus = HttpModelProvider.cause(status);
        return switch (kind) {
            case OPENAI, OPENAI_COMPATIBLE ->
                status == 403 && codes.stream().anyMatch(OPENAI_NOT_SERVED::contains) ? Cause.NOT_ENTITLED : byStatus;
            case AZURE_OPENAI -> status == 403 && isOfTheNetwork() ? Cause.NOT_ENTITLED : byStatus;
            case ANTHROPIC -> status == 403 && isOfPermissions() ? Cause.NOT_ENTITLED : byStatus;
            case GEMINI -> google(status, byStatus);
            case BEDROCK -> byStatus;
        };
    }

    /** Azure looks at where a request comes from before it looks at its key. */
    private boolean isOfTheNetwork() {
        return codes.stream().anyMatch(OPENAI_NOT_SERVED::contains)
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
        if (codes.stream().anyMatch(code -> GOOGLE_KEY.stream().anyMatch(code::startsWith))) {
            return Cause.CREDENTIAL_REFUSED;
        }
        boolean isOfAResource = says("access the file") || says("cachedcontent") || says("cached content");
        return status == 403 && isOfAResource ? Cause.REJECTED : byStatus;
    }

    private boolean says(String words) {
        return message.contains(words);
    }
}
