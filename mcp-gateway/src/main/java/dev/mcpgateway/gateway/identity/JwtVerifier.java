package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.IssuerProfile;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Verifies JWT access tokens (RFC 9068 with RFC 8725's advice). The checks stand in the order of their cost and of what
 * they may reveal: form, issuer, header, times and audience, key, signature, remaining claims. A library verifies the
 * signature; the claims are read from the raw payload, because typed readers accept {@code exp: null}, empty or numeric
 * subjects and unknown header members.
 */
final class JwtVerifier {
    private static final Set<String> HEADER_MEMBERS = Set.of("alg", "kid", "typ");
    private static final Name ALG = Name.of("alg");
    private static final Name KID = Name.of("kid");
    private static final Name TYP = Name.of("typ");
    private static final Name ISS = Name.of("iss");

    private final Map<String, Issuer> byIdentifier = new HashMap<>();
    private final ScopeHierarchy scopes;
    private final SignatureWork work;
    private final InstantSource clock;

    /** An issuer's profile and keys. */
    record Issuer(IssuerProfile profile, KeySet keys) {}

    JwtVerifier(List<Issuer> issuers, ScopeHierarchy scopes, SignatureWork work, InstantSource clock) {
        for (Issuer issuer : issuers) {
            byIdentifier.put(issuer.profile().issuer(), issuer);
        }
        this.scopes = scopes;
        this.work = work;
        this.clock = clock;
    }

    /**
     * What a token says, once it is proved that its issuer says it. Its sender is not looked at.
     *
     * @param source who shows it, as {@link SourceAddress} tells sources apart
     * @throws BadToken if any check fails
     * @throws KeysUnavailable if the issuer's keys cannot be had, or too much is being verified
     */
    VerifiedToken verify(String compact, String audience, String source) throws BadToken, KeysUnavailable {
        TokenText token = TokenText.of(compact, TokenStep.FORM);
        Issuer issuer = issuer(token);
        IssuerProfile profile = issuer.profile();
        String algorithm = algorithm(token.header(), profile);
        TokenClaims claims = new TokenClaims(token.payload(), profile);
        claims.checkTimes(clock.instant());
        claims.checkAudience(profile.audience().isEmpty() ? audience : profile.audience());
        VerificationKey key = key(token.header(), issuer, algorithm, source);
        work.check(key, token, algorithm, TokenStep.SIGNATURE);
        Caller caller = claims.caller(scopes).provedBy(key.keyId());
        return new VerifiedToken(caller, profile, claims.confirmation());
    }

    private Issuer issuer(TokenText token) throws BadToken {
        int iss = token.payload().at(ISS);
        // not believed yet: it only selects among the configured issuers
        Issuer issuer = token.payload().is(iss, Kind.STRING)
                ? byIdentifier.get(token.payload().string(iss))
                : null;
        if (issuer == null) {
            throw new BadToken(TokenStep.ISSUER, "iss is not a configured issuer");
        }
        return issuer;
    }

    private static String algorithm(JsonDocument header, IssuerProfile profile) throws BadToken {
        for (int member = header.first(JsonDocument.ROOT);
                member != JsonDocument.NONE;
                member = header.next(JsonDocument.ROOT, member)) {
            String name = header.name(member);
            if (!HEADER_MEMBERS.contains(name) && !profile.headerMembers().contains(name)) {
                throw new BadToken(TokenStep.HEADER, "header member is not accepted from this issuer");
            }
            if (!header.is(member, Kind.STRING)) {
                throw new BadToken(TokenStep.HEADER, "header member is not a string");
            }
        }
        int alg = header.at(ALG);
        if (alg == JsonDocument.NONE || !profile.algorithms().contains(header.string(alg))) {
            throw new BadToken(TokenStep.HEADER, "alg is not accepted from this issuer");
        }
        int typ = header.at(TYP);
        String type = typ == JsonDocument.NONE ? IssuerProfile.TYP_ABSENT : mediaType(header.string(typ));
        if (!profile.typ().contains(type) || (typ != JsonDocument.NONE && type.equals(IssuerProfile.TYP_ABSENT))) {
            throw new BadToken(TokenStep.HEADER, "typ is not accepted from this issuer");
        }
        return header.string(alg);
    }

    /** A type in lower case and without {@code application/}, which may be left out (RFC 7515, section 4.1.9). */
    static String mediaType(String typ) {
        String lower = typ.toLowerCase(Locale.ROOT);
        return lower.startsWith("application/") ? lower.substring("application/".length()) : lower;
    }

    private static VerificationKey key(JsonDocument header, Issuer issuer, String algorithm, String source)
            throws BadToken, KeysUnavailable {
        int kid = header.at(KID);
        return issuer.keys()
                .find(kid == JsonDocument.NONE ? null : header.string(kid), algorithm, source)
                .orElseThrow(() -> new BadToken(TokenStep.KEY, "no key of the issuer fits kid and alg"));
    }
}
