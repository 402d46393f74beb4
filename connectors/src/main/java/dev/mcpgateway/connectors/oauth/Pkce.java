package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.credential.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * The proof that whoever redeems a code is who asked for it (RFC 7636, S256).
 *
 * @param verifier sent with the code
 * @param challenge its SHA-256, sent with the browser
 */
public record Pkce(Secret verifier, String challenge) {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** A new pair; {@code random} must be cryptographically strong. */
    public static Pkce make(RandomGenerator random) {
        String verifier = unguessable(random);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return new Pkce(Secret.of(verifier), BASE64.encodeToString(digest));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** 256 bits as base64url: what nobody can guess. */
    public static String unguessable(RandomGenerator random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return BASE64.encodeToString(bytes);
    }
}
