package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.IssuerProfile;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Verifies JWT access tokens (RFC 9068 with RFC 8725's advice). The checks stand in the order of their cost and of what
 * they may reveal: form, header, issuer, times and audience, key, signature, remaining claims. A library verifies the
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
    private final InstantSource clock;

    /** An issuer's profile and keys. */
    record Issuer(IssuerProfile profile, KeySet keys) {}

    JwtVerifier(List<Issuer> issuers, InstantSource clock) {
        for (Issuer issuer : issuers) {
            byIdentifier.put(issuer.profile().issuer(), issuer);
        }
        this.clock = clock;
    }

    /**
     * The caller whom a token names.
     *
     * @throws BadToken if any check fails
     * @throws KeysUnavailable if the issuer's keys cannot be had
     */
    Caller verify(String compact, String audience) throws BadToken, KeysUnavailable {
        TokenText token = TokenText.of(compact);
        Issuer issuer = issuer(token);
        IssuerProfile profile = issuer.profile();
        JWSAlgorithm algorithm = header(token.header(), profile);
        TokenClaims claims = new TokenClaims(token.payload());
        claims.checkTimes(clock.instant(), profile);
        claims.checkAudience(profile.audience().isEmpty() ? audience : profile.audience());
        JWK key = key(token.header(), issuer, algorithm);
        checkSignature(token, algorithm, key);
        return claims.caller(profile).provedBy(key.getKeyID());
    }

    private Issuer issuer(TokenText token) throws BadToken {
        int iss = token.payload().at(ISS);
        // not believed yet: it only selects among the configured issuers
        Issuer issuer = token.payload().is(iss, Kind.STRING)
                ? byIdentifier.get(token.payload().string(iss))
                : null;
        if (issuer == null) {
            throw new BadToken("iss is not a configured issuer");
        }
        return issuer;
    }

    private static JWSAlgorithm header(JsonDocument header, IssuerProfile profile) throws BadToken {
        for (int member = header.first(JsonDocument.ROOT);
                member != JsonDocument.NONE;
                member = header.next(JsonDocument.ROOT, member)) {
            String name = header.name(member);
            if (!HEADER_MEMBERS.contains(name) && !profile.headerMembers().contains(name)) {
                throw new BadToken("header member is not accepted from this issuer");
            }
            if (!header.is(member, Kind.STRING)) {
                throw new BadToken("header member is not a string");
            }
        }
        int alg = header.at(ALG);
        if (alg == JsonDocument.NONE || !profile.algorithms().contains(header.string(alg))) {
            throw new BadToken("alg is not accepted from this issuer");
        }
        int typ = header.at(TYP);
        if (typ == JsonDocument.NONE || !profile.typ().contains(mediaType(header.string(typ)))) {
            throw new BadToken("typ is not accepted from this issuer");
        }
        return JWSAlgorithm.parse(header.string(alg));
    }

    private static String mediaType(String typ) {
        String lower = typ.toLowerCase(Locale.ROOT);
        return lower.startsWith("application/") ? lower.substring("application/".length()) : lower;
    }

    private static JWK key(JsonDocument header, Issuer issuer, JWSAlgorithm algorithm)
            throws BadToken, KeysUnavailable {
        int kid = header.at(KID);
        return issuer.keys()
                .find(kid == JsonDocument.NONE ? null : header.string(kid), algorithm)
                .orElseThrow(() -> new BadToken("no key of the issuer fits kid and alg"));
    }

    private static void checkSignature(TokenText token, JWSAlgorithm algorithm, JWK key) throws BadToken {
        try {
            JWSVerifier verifier = switch (key) {
                case ECKey ec -> new ECDSAVerifier(ec);
                case RSAKey rsa -> new RSASSAVerifier(rsa);
                default -> throw new BadToken("key type is not supported");
            };
            String compact = token.compact();
            Base64URL signature = new Base64URL(compact.substring(compact.lastIndexOf('.') + 1));
            JWSHeader header = JWSHeader.parse(new Base64URL(compact.substring(0, compact.indexOf('.'))));
            if (!header.getAlgorithm().equals(algorithm) || !verifier.verify(header, token.signingInput(), signature)) {
                throw new BadToken("signature does not verify");
            }
        } catch (JOSEException | ParseException failure) {
            throw new BadToken(
                    "signature cannot be verified: " + failure.getClass().getSimpleName());
        }
    }
}
