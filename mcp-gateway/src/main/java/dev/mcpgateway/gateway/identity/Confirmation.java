package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What the sender of a token must prove (the claim {@code cnf}, RFC 7800).
 *
 * @param keyThumbprint {@code jkt}: of the key that signs DPoP proofs (RFC 9449), or {@code null}
 * @param certificateThumbprint {@code x5t#S256}: of the client certificate (RFC 8705), or {@code null}
 */
record Confirmation(
        @Nullable String keyThumbprint, @Nullable String certificateThumbprint) {
    /** Whoever holds the token may use it. */
    static final Confirmation NONE = new Confirmation(null, null);

    /** 32 bytes in base64url. */
    private static final int THUMBPRINT_CHARS = 43;

    /** Reads {@code cnf}; a method that cannot be checked here is refused, because ignoring it would drop the binding. */
    static Confirmation of(JsonDocument payload, int cnf) throws BadToken {
        if (cnf == JsonDocument.NONE) {
            return NONE;
        }
        if (!payload.is(cnf, Kind.OBJECT)) {
            throw new BadToken(TokenStep.BINDING, "cnf is no object");
        }
        String key = null;
        String certificate = null;
        for (int member = payload.first(cnf); member != JsonDocument.NONE; member = payload.next(cnf, member)) {
            String thumbprint = payload.is(member, Kind.STRING) ? payload.string(member) : "";
            if (thumbprint.length() != THUMBPRINT_CHARS) {
                throw new BadToken(TokenStep.BINDING, "cnf has no SHA-256 thumbprint");
            }
            switch (payload.name(member)) {
                case "jkt" -> key = thumbprint;
                case "x5t#S256" -> certificate = thumbprint;
                default -> throw new BadToken(TokenStep.BINDING, "cnf has a method that is not supported");
            }
        }
        if (key == null && certificate == null) {
            throw new BadToken(TokenStep.BINDING, "cnf names no key");
        }
        return new Confirmation(key, certificate);
    }
}
