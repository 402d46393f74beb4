package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.gateway.config.SenderConstraint;
import java.time.Duration;
import java.util.Set;

/** The profile of {@link TestIssuer}; each change gives another one. */
record TestProfile(IssuerProfile profile) {
    /** All algorithms, RFC 9068, {@code x5t} in the header. */
    static TestProfile plain() {
        return new TestProfile(new IssuerProfile(
                "corp",
                TestIssuer.ISSUER,
                "",
                Set.of("ES256", "RS256", "EdDSA", "Ed25519"),
                Set.of("at+jwt"),
                Set.of("x5t"),
                "client_id",
                "scope",
                "groups",
                "tenant",
                Duration.ofHours(24),
                Duration.ofSeconds(30),
                false,
                Set.of("jti"),
                SenderConstraint.NONE,
                false));
    }

    TestProfile tenants(String claim) {
        return new TestProfile(new IssuerProfile(
                profile.alias(),
                profile.issuer(),
                profile.audience(),
                profile.algorithms(),
                profile.typ(),
                profile.headerMembers(),
                profile.clientIdClaim(),
                profile.scopeClaim(),
                profile.groupsClaim(),
                claim,
                profile.maxLifetime(),
                profile.skew(),
                profile.audienceAlone(),
                profile.requiredClaims(),
                profile.sender(),
                profile.dpopNonce()));
    }

    TestProfile named(String alias, String issuer) {
        return new TestProfile(new IssuerProfile(
                alias,
                issuer,
                profile.audience(),
                profile.algorithms(),
                profile.typ(),
                profile.headerMembers(),
                profile.clientIdClaim(),
                profile.scopeClaim(),
                profile.groupsClaim(),
                profile.tenantClaim(),
                profile.maxLifetime(),
                profile.skew(),
                profile.audienceAlone(),
                profile.requiredClaims(),
                profile.sender(),
                profile.dpopNonce()));
    }

    TestProfile form(Set<String> algorithms, Set<String> typ, String clientIdClaim) {
        return new TestProfile(new IssuerProfile(
                profile.alias(),
                profile.issuer(),
                profile.audience(),
                algorithms,
                typ,
                profile.headerMembers(),
                clientIdClaim,
                profile.scopeClaim(),
                profile.groupsClaim(),
                profile.tenantClaim(),
                profile.maxLifetime(),
                profile.skew(),
                profile.audienceAlone(),
                profile.requiredClaims(),
                profile.sender(),
                profile.dpopNonce()));
    }

    TestProfile typ(String... typ) {
        return form(profile.algorithms(), Set.of(typ), profile.clientIdClaim());
    }

    TestProfile strict(boolean audienceAlone, Set<String> requiredClaims) {
        return new TestProfile(new IssuerProfile(
                profile.alias(),
                profile.issuer(),
                profile.audience(),
                profile.algorithms(),
                profile.typ(),
                profile.headerMembers(),
                profile.clientIdClaim(),
                profile.scopeClaim(),
                profile.groupsClaim(),
                profile.tenantClaim(),
                profile.maxLifetime(),
                profile.skew(),
                audienceAlone,
                requiredClaims,
                profile.sender(),
                profile.dpopNonce()));
    }

    TestProfile places(String scopeClaim, String groupsClaim) {
        return new TestProfile(new IssuerProfile(
                profile.alias(),
                profile.issuer(),
                profile.audience(),
                profile.algorithms(),
                profile.typ(),
                profile.headerMembers(),
                profile.clientIdClaim(),
                scopeClaim,
                groupsClaim,
                profile.tenantClaim(),
                profile.maxLifetime(),
                profile.skew(),
                profile.audienceAlone(),
                profile.requiredClaims(),
                profile.sender(),
                profile.dpopNonce()));
    }

    TestProfile bound(SenderConstraint sender, boolean dpopNonce) {
        return new TestProfile(new IssuerProfile(
                profile.alias(),
                profile.issuer(),
                profile.audience(),
                profile.algorithms(),
                profile.typ(),
                profile.headerMembers(),
                profile.clientIdClaim(),
                profile.scopeClaim(),
                profile.groupsClaim(),
                profile.tenantClaim(),
                profile.maxLifetime(),
                profile.skew(),
                profile.audienceAlone(),
                profile.requiredClaims(),
                sender,
                dpopNonce));
    }
}
