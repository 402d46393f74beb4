package dev.mcpgateway.samples.calltoken;

import dev.mcpgateway.samples.calltoken.CallTokenRefused.Step;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Checks a gateway's call tokens: made by that gateway, for this server, now, once, and for exactly the request that they
 * come with. Each check has a name, in {@link CallTokenRefused.Step}; the order is that of their cost. Usable by many
 * threads.
 */
public final class CallTokenVerifier {
    /** Difference of clocks that is tolerated. */
    private static final Duration SKEW = Duration.ofSeconds(5);

    /** No call token lives longer. */
    private static final Duration LIFE_MAX = Duration.ofMinutes(5);

    private static final int TOKEN_CHARS_MAX = 16 * 1024;

    /** Tokens in five minutes that can be told apart from replayed ones. */
    private static final int TOKENS_MAX = 1_000_000;

    private static final Map<String, String> SIGNATURES =
            Map.of("ES256", "SHA256withECDSAinP1363Format", "EdDSA", "Ed25519");

    private final String issuer;
    private final String audience;
    private final KeySource keys;
    private final InstantSource clock;
    private final SeenTokens seen = new SeenTokens(TOKENS_MAX);

    /**
     * A verifier for one server.
     *
     * @param issuer the gateway's {@code public_url}
     * @param audience this server's own name, as the gateway's configuration has it
     */
    public CallTokenVerifier(String issuer, String audience, KeySource keys, InstantSource clock) {
        this.issuer = issuer;
        this.audience = audience;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Checks a token and that it belongs to this request.
     *
     * @param token the token, without {@code Bearer}
     * @param body the request's body; empty for GET and DELETE
     * @throws CallTokenRefused at the first check that fails
     */
    public CallTokenClaims verify(String token, byte[] body) throws CallTokenRefused {
        if (token.isEmpty() || token.length() > TOKEN_CHARS_MAX) {
            throw new CallTokenRefused(Step.FORM, "no token, or one that is too long");
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            throw new CallTokenRefused(Step.FORM, "not a signed token");
        }
        KeySource.Key key = key(json(parts[0]));
        checkSignature(key, parts);
        JsonNode claims = json(parts[1]);
        checkAddress(claims);
        Instant expiresAt = checkTimes(claims);
        checkBinding(claims, body.length == 0 ? Optional.empty() : CalledFeature.read(body));
        String tokenId = text(claims, "jti");
        // last, so that a token shown with a wrong request is still good for the right one
        if (!seen.isFirst(tokenId, expiresAt.plus(SKEW), clock.instant())) {
            throw new CallTokenRefused(Step.REPLAY, "the token was used before");
        }
        return new CallTokenClaims(
                text(claims, "sub"),
                claims.path("act").path("sub").asString(""),
                claims.path("txn").asString(""),
                text(claims, "scope"),
                tokenId,
                expiresAt);
    }

    private static JsonNode json(String part) throws CallTokenRefused {
        try {
            JsonNode node = Json.STRICT.readTree(new String(bytes(part), StandardCharsets.UTF_8));
            if (node.isObject()) {
                return node;
            }
        } catch (JacksonException notJson) {
            // as below
        }
        throw new CallTokenRefused(Step.FORM, "a part of the token is no JSON object");
    }

    /** One spelling only: characters that change nothing would make two tokens of one. */
    private static byte[] bytes(String part) throws CallTokenRefused {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            // as below
        }
        throw new CallTokenRefused(Step.FORM, "a part of the token is not base64url");
    }

    private KeySource.Key key(JsonNode header) throws CallTokenRefused {
        if (!Set.copyOf(header.propertyNames()).equals(Set.of("alg", "kid", "typ"))
                || !text(header, "typ").equals("at+jwt")
                || !SIGNATURES.containsKey(text(header, "alg"))) {
            throw new CallTokenRefused(Step.HEADER, "not the header of a call token");
        }
        KeySource.Key key = keys.find(text(header, "kid"))
                .orElseThrow(() -> new CallTokenRefused(Step.SIGNATURE, "the gateway has no such key"));
        if (!key.algorithm().equals(text(header, "alg"))) {
            throw new CallTokenRefused(Step.HEADER, "the key is for another algorithm");
        }
        return key;
    }

    private static void checkSignature(KeySource.Key key, String[] parts) throws CallTokenRefused {
        try {
            Signature signature = Signature.getInstance(SIGNATURES.get(key.algorithm()));
            signature.initVerify(key.key());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            if (signature.verify(bytes(parts[2]))) {
                return;
            }
        } catch (GeneralSecurityException malformed) {
            // as below
        }
        throw new CallTokenRefused(Step.SIGNATURE, "the signature does not verify");
    }

    private void checkAddress(JsonNode claims) throws CallTokenRefused {
        if (!text(claims, "iss").equals(issuer) || !text(claims, "aud").equals(audience)) {
            throw new CallTokenRefused(Step.ADDRESS, "made by another gateway, or for another server");
        }
    }

    private Instant checkTimes(JsonNode claims) throws CallTokenRefused {
        Instant issued = time(claims, "iat");
        Instant expires = time(claims, "exp");
        Instant now = clock.instant();
        if (issued.isAfter(now.plus(SKEW))
                || !expires.isAfter(now.minus(SKEW))
                || expires.isAfter(issued.plus(LIFE_MAX))) {
            throw new CallTokenRefused(Step.TIME, "expired, not valid yet, or valid for too long");
        }
        return expires;
    }

    private static Instant time(JsonNode claims, String name) throws CallTokenRefused {
        JsonNode node = claims.path(name);
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new CallTokenRefused(Step.TIME, name + " is no number");
        }
        long seconds = node.longValue();
        if (seconds < 0 || seconds > 253_402_300_799L) {
            throw new CallTokenRefused(Step.TIME, name + " is no time");
        }
        return Instant.ofEpochSecond(seconds);
    }

    /** A call needs a token for this call; anything else needs one that is for no call. */
    private static void checkBinding(JsonNode claims, Optional<CalledFeature> called) throws CallTokenRefused {
        if (called.isEmpty()) {
            if (claims.has("method")) {
                throw new CallTokenRefused(Step.BINDING, "a token for a call came with something else");
            }
            return;
        }
        CalledFeature feature = called.get();
        if (!claims.path("method").asString("").equals(feature.method())
                || !text(claims, feature.noun()).equals(feature.name())) {
            throw new CallTokenRefused(Step.BINDING, "the token is for another " + feature.noun());
        }
        if (feature.arguments().isPresent()) {
            Arguments arguments = feature.arguments().get();
            boolean same = claims.has("args_sha256")
                    ? arguments.canonical().equals(Optional.of(text(claims, "args_sha256")))
                    : text(claims, "args_sha256_raw").equals(arguments.raw());
            if (!same) {
                throw new CallTokenRefused(Step.BINDING, "the token is for other arguments");
            }
        }
    }

    private static String text(JsonNode object, String name) throws CallTokenRefused {
        JsonNode node = object.path(name);
        if (!node.isString() || node.stringValue().isEmpty()) {
            throw new CallTokenRefused(Step.FORM, name + " is missing or no text");
        }
        return node.stringValue();
    }
}
