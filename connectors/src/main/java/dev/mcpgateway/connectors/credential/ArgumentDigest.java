package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.wire.CanonicalJson;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/**
 * What binds a token to the arguments of one call.
 *
 * @param claim {@code args_sha256} over their canonical form (RFC 8785), or {@code args_sha256_raw} over their bytes where
 *     a number would not survive that form
 * @param value base64url
 */
record ArgumentDigest(String claim, String value) {
    private static final Name ARGUMENT = Name.of("argument");
    private static final byte[] NO_ARGUMENTS = "{}".getBytes(StandardCharsets.UTF_8);

    /** The digest of a request's arguments; empty where a request has none by its nature. */
    static Optional<ArgumentDigest> of(Envelope request) {
        return switch (request.method()) {
            case "tools/call", "prompts/get" -> Optional.of(of(request, request.param(McpNames.ARGUMENTS)));
            case "completion/complete" -> Optional.of(of(request, request.param(ARGUMENT)));
            default -> Optional.empty();
        };
    }

    private static ArgumentDigest of(Envelope request, int arguments) {
        if (arguments == JsonDocument.NONE) {
            return new ArgumentDigest("args_sha256", sha256(NO_ARGUMENTS));
        }
        return CanonicalJson.of(request.document(), arguments)
                .map(canonical -> new ArgumentDigest("args_sha256", sha256(canonical)))
                .orElseGet(() -> new ArgumentDigest(
                        "args_sha256_raw", sha256(request.document().rawBytes(arguments))));
    }

    private static String sha256(byte[] bytes) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
