package dev.mcpgateway.gateway.config;

import java.time.Duration;
import java.util.Set;

/**
 * What tokens of one issuer must look like.
 *
 * @param alias the issuer's name in {@code gateway.yaml} and in policy rules
 * @param issuer exact value of {@code iss}
 * @param audience exact value that {@code aud} must be or contain; empty to take the canonical URI of the view asked
 * @param algorithms accepted {@code alg} values
 * @param typ accepted {@code typ} header values in lower case, without {@code application/}
 * @param headerMembers header members accepted beside {@code alg}, {@code kid} and {@code typ}
 * @param clientIdClaim claim with the client, {@code client_id} (RFC 9068) or for example {@code azp}
 * @param scopeClaim claim with the scopes: a space-separated string or an array
 * @param groupsClaim claim with the groups: an array of strings or one string; need not be there
 * @param maxLifetime longest accepted {@code exp - iat}
 * @param skew tolerated difference of clocks
 */
public record IssuerProfile(
        String alias,
        String issuer,
        String audience,
        Set<String> algorithms,
        Set<String> typ,
        Set<String> headerMembers,
        String clientIdClaim,
        String scopeClaim,
        String groupsClaim,
        Duration maxLifetime,
        Duration skew) {

    /** Algorithms accepted unless configured otherwise. */
    public static final Set<String> ALGORITHMS_DEFAULT = Set.of("RS256", "ES256");

    /** Algorithms that can be configured: asymmetric ones only, so that a public key is never a shared secret. */
    public static final Set<String> ALGORITHMS = Set.of("RS256", "PS256", "ES256");

    /** Token types accepted unless configured otherwise (RFC 9068). */
    public static final Set<String> TYP_DEFAULT = Set.of("at+jwt");

    /** Longest lifetime unless configured otherwise. */
    public static final Duration MAX_LIFETIME_DEFAULT = Duration.ofHours(24);

    /** Tolerated difference of clocks. */
    public static final Duration SKEW_DEFAULT = Duration.ofSeconds(30);

    /** Copies the sets. */
    public IssuerProfile {
        algorithms = Set.copyOf(algorithms);
        typ = Set.copyOf(typ);
        headerMembers = Set.copyOf(headerMembers);
    }
}
