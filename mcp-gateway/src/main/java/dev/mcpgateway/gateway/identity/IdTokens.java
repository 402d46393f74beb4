package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.IssuerProfile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Who logged in at one issuer, by its ID token (OpenID Connect Core, section 3.1.3.7). It is verified with the same keys
 * and algorithms as the issuer's access tokens, and is none of them: it is made for the login's client and answers one
 * nonce.
 */
public final class IdTokens {
    private static final Name ALG = Name.of("alg");
    private static final Name KID = Name.of("kid");
    private static final Name TYP = Name.of("typ");
    private static final Name ISS = Name.of("iss");
    private static final Name AUD = Name.of("aud");
    private static final Name AZP = Name.of("azp");
    private static final Name EXP = Name.of("exp");
    private static final Name IAT = Name.of("iat");
    private static final Name SUB = Name.of("sub");
    private static final Name NONCE = Name.of("nonce");

    /** ID tokens come from the issuer itself: all of them are of one source. */
    private static final String LOGIN = "";

    private final IssuerProfile profile;
    private final KeySet keys;
    private final SignatureWork work = SignatureWork.ofThisMachine();
    private final InstantSource clock;

    /**
     * Who it was, or why nobody.
     *
     * @param subject the issuer's name of the user; empty for nobody
     * @param problem for log and audit; empty if there is a subject
     */
    public record LoggedIn(String subject, String problem) {}

    /** ID tokens of this issuer. */
    public IdTokens(IssuerSource source, InstantSource clock, LongSupplier nanoClock) {
        this.profile = source.profile();
        this.keys = TokenAuthenticator.keys(source, nanoClock, (_, _) -> {});
        this.clock = clock;
    }

    /** The user whom this token names, if it is good, for that client, and answers that nonce. */
    public LoggedIn verify(String idToken, String clientId, String nonce) {
        try {
            TokenText token = TokenText.of(idToken, TokenStep.FORM);
            JsonDocument payload = token.payload();
            if (!isText(payload, ISS, profile.issuer())) {
                throw new BadToken(TokenStep.ISSUER, "iss is not the issuer that was asked");
            }
            String algorithm = algorithm(token.header());
            checkTimes(new StrictClaims(payload));
            checkAudience(payload, clientId);
            work.check(key(token.header(), algorithm), token, algorithm, TokenStep.SIGNATURE);
            int answered = payload.at(NONCE);
            if (!payload.is(answered, Kind.STRING) || !equal(payload.string(answered), nonce)) {
                throw new BadToken(TokenStep.NONCE, "nonce is not the one that was sent");
            }
            return new LoggedIn(new StrictClaims(payload).text(SUB, TokenStep.CLAIMS), "");
        } catch (BadToken | KeysUnavailable refused) {
            return new LoggedIn("", "ID token: " + refused.getMessage());
        }
    }

    private String algorithm(JsonDocument header) throws BadToken {
        int alg = header.at(ALG);
        if (!header.is(alg, Kind.STRING) || !profile.algorithms().contains(header.string(alg))) {
            throw new BadToken(TokenStep.HEADER, "alg is not accepted from this issuer");
        }
        int typ = header.at(TYP);
        boolean plain = typ == JsonDocument.NONE
                || (header.is(typ, Kind.STRING)
                        && JwtVerifier.mediaType(header.string(typ)).equals("jwt"));
        if (!plain || header.at(Name.of("crit")) != JsonDocument.NONE) {
            throw new BadToken(TokenStep.HEADER, "typ is not that of an ID token");
        }
        return header.string(alg);
    }

    private void checkTimes(StrictClaims claims) throws BadToken {
        Instant now = clock.instant();
        if (!now.isBefore(claims.time(EXP, TokenStep.TIMES).plus(profile.skew()))) {
            throw new BadToken(TokenStep.TIMES, "token has expired");
        }
        if (claims.time(IAT, TokenStep.TIMES).isAfter(now.plus(profile.skew()))) {
            throw new BadToken(TokenStep.TIMES, "iat is in the future");
        }
    }

    private static void checkAudience(JsonDocument payload, String clientId) throws BadToken {
        int aud = payload.at(AUD);
        boolean ours = isText(payload, AUD, clientId);
        int others = 0;
        if (payload.is(aud, Kind.ARRAY)) {
            for (int each = payload.first(aud); each != JsonDocument.NONE; each = payload.next(aud, each)) {
                boolean isOurs =
                        payload.is(each, Kind.STRING) && payload.string(each).equals(clientId);
                ours |= isOurs;
                others += isOurs ? 0 : 1;
            }
        }
        boolean partyNamed = payload.at(AZP) != JsonDocument.NONE;
        if (!ours || (others > 0 && !partyNamed) || (partyNamed && !isText(payload, AZP, clientId))) {
            throw new BadToken(TokenStep.AUDIENCE, "aud is not the login's client alone");
        }
    }

    private VerificationKey key(JsonDocument header, String algorithm) throws BadToken, KeysUnavailable {
        int kid = header.at(KID);
        if (kid != JsonDocument.NONE && !header.is(kid, Kind.STRING)) {
            throw new BadToken(TokenStep.HEADER, "kid is not a string");
        }
        return keys.find(kid == JsonDocument.NONE ? null : header.string(kid), algorithm, LOGIN)
                .orElseThrow(() -> new BadToken(TokenStep.KEY, "no key of the issuer fits kid and alg"));
    }

    private static boolean isText(JsonDocument document, Name name, String text) {
        int node = document.at(name);
        return document.is(node, Kind.STRING) && document.string(node).equals(text);
    }

    private static boolean equal(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
