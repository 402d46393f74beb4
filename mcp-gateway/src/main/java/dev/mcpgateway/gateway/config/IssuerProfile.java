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
 * @param scopeClaim claim with the scopes: a space-separated string or an array; with a leading slash a JSON Pointer
 * @param groupsClaim claim with the groups: an array of strings or one string; need not be there; with a leading slash
 *     a JSON Pointer
 * @param tenantClaim claim with the tenant, one string; need not be there; with a leading slash a JSON Pointer
 * @param maxLifetime longest accepted {@code exp - iat}
 * @param skew tolerated difference of clocks
 * @param audienceAlone whether {@code aud} must name nobody else
 * @param requiredClaims claims that must be there and not empty, beside {@code iss}, {@code aud}, {@code sub}, {@code exp},
 *     {@code iat} and the client
 * @param sender to what its tokens must be bound
 * @param dpopNonce whether DPoP proofs must hold a nonce of the gateway
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
        String tenantClaim,
        Duration maxLifetime,
        Duration skew,
        boolean audienceAlone,
        Set<String> requiredClaims,
        SenderConstraint sender,
        boolean dpopNonce) {

    /** Algorithms accepted unless configured otherwise. */
    public static final Set<String> ALGORITHMS_DEFAULT = Set.of("RS256", "ES256");

    /** Algorithms that can be configured: asymmetric ones only, so that a public key is never a shared secret. */
    public static final Set<String> ALGORITHMS = Set.of("RS256", "PS256", "ES256", "EdDSA", "Ed25519");

    /** Token types accepted unless configured otherwise (RFC 9068). */
    public static final Set<String> TYP_DEFAULT = Set.of("at+jwt");

    /** In {@code typ}: a header without a type. */
    public static final String TYP_ABSENT = "absent";

    /** Claims required unless configured otherwise: with RFC 9068 every token can be named, and so refused. */
    public static final Set<String> REQUIRED_DEFAULT = Set.of("jti");

    /** Longest lifetime unless configured otherwise. */
    public static final Duration MAX_LIFETIME_DEFAULT = Duration.ofHours(24);

    /** Tolerated difference of clocks. */
    public static final Duration SKEW_DEFAULT = Duration.ofSeconds(30);

    /** Copies the sets. */
    public IssuerProfile {
        algorithms = Set.copyOf(algorithms);
        typ = Set.copyOf(typ);
        headerMembers = Set.copyOf(headerMembers);
        requiredClaims = Set.copyOf(requiredClaims);
    }
}
