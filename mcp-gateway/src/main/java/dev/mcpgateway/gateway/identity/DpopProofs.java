package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Checks DPoP proofs (RFC 9449, section 4.3): that who sends a token holds the key to which it is bound, for this request
 * and once. Everything that costs little comes first, so that only the holder of the public key gets a signature verified.
 */
final class DpopProofs {
    /** Algorithms of proofs, as the challenge and the metadata name them. */
    static final List<String> ALGORITHMS = List.of("ES256", "PS256", "RS256", "EdDSA", "Ed25519");

    /** Longest proof. */
    static final int BYTES_MAX = 4 * 1024;

    /** How old a proof may be. */
    static final Duration AGE_MAX = Duration.ofSeconds(60);

    /** How far its clock may be ahead. */
    static final Duration AHEAD_MAX = Duration.ofSeconds(30);

    private static final Set<String> HEADER_MEMBERS = Set.of("alg", "typ", "jwk");
    private static final Name ALG = Name.of("alg");
    private static final Name TYP = Name.of("typ");
    private static final Name JWK_NAME = Name.of("jwk");
    private static final Name HTM = Name.of("htm");
    private static final Name HTU = Name.of("htu");
    private static final Name IAT = Name.of("iat");
    private static final Name JTI = Name.of("jti");
    private static final Name ATH = Name.of("ath");
    private static final Name NONCE = Name.of("nonce");

    private final InstantSource clock;
    private final SignatureWork work;
    private final DpopNonces nonces;
    private final ProofMemory memory;

    DpopProofs(InstantSource clock, SignatureWork work, DpopNonces nonces, ProofMemory memory) {
        this.clock = clock;
        this.work = work;
        this.nonces = nonces;
        this.memory = memory;
    }

    /**
     * What a proof must be for.
     *
     * @param method the request's HTTP method
     * @param url the request's URL as the gateway is known to agents
     * @param token the token that it comes with
     * @param keyThumbprint the key to which that token is bound
     * @param withNonce whether it must hold the gateway's nonce
     */
    record Use(String method, URI url, String token, String keyThumbprint, boolean withNonce) {}

    /**
     * Passes if the proof is good for this use and was not seen before.
     *
     * @throws BadToken of the step {@link TokenStep#PROOF}, or {@link TokenStep#NONCE} if only the nonce is missing or old
     * @throws KeysUnavailable if it cannot be verified or remembered now
     */
    void check(String compact, Use use) throws BadToken, KeysUnavailable {
        if (compact.length() > BYTES_MAX) {
            throw bad("longer than " + BYTES_MAX + " bytes");
        }
        TokenText proof = TokenText.of(compact, TokenStep.PROOF);
        String algorithm = algorithm(proof.header());
        JWK key = key(proof.header());
        StrictClaims claims = new StrictClaims(proof.payload());
        if (!claims.text(HTM, TokenStep.PROOF).equals(use.method())) {
            throw bad("htm is not the request's method");
        }
        checkUrl(proof.payload(), use.url());
        checkTime(claims);
        String id = claims.text(JTI, TokenStep.PROOF);
        if (!claims.text(ATH, TokenStep.PROOF).equals(hash(use.token()))) {
            throw bad("ath is not the hash of the token");
        }
        if (!thumbprint(key).equals(use.keyThumbprint())) {
            throw bad("the token is bound to another key");
        }
        if (use.withNonce()) {
            checkNonce(claims);
        }
        VerificationKey usable = KeyRules.usable(key)
                .filter(each -> each.fits(null, algorithm))
                .orElseThrow(() -> bad("jwk cannot be used with this alg"));
        work.check(usable, proof, algorithm, TokenStep.PROOF);
        if (!memory.isNew(use.keyThumbprint(), id)) {
            throw bad("proof was used before");
        }
    }

    private static String algorithm(JsonDocument header) throws BadToken {
        for (int member = header.first(JsonDocument.ROOT);
                member != JsonDocument.NONE;
                member = header.next(JsonDocument.ROOT, member)) {
            if (!HEADER_MEMBERS.contains(header.name(member))) {
                throw bad("header member is not accepted in a proof");
            }
        }
        int typ = header.at(TYP);
        if (!header.is(typ, Kind.STRING)
                || !JwtVerifier.mediaType(header.string(typ)).equals("dpop+jwt")) {
            throw bad("typ is not dpop+jwt");
        }
        int alg = header.at(ALG);
        if (!header.is(alg, Kind.STRING) || !ALGORITHMS.contains(header.string(alg))) {
            throw bad("alg is not accepted");
        }
        return header.string(alg);
    }

    private static JWK key(JsonDocument header) throws BadToken {
        int jwk = header.at(JWK_NAME);
        if (!header.is(jwk, Kind.OBJECT)) {
            throw bad("jwk is missing or no object");
        }
        JWK key = parsed(header.raw(jwk)).orElseThrow(() -> bad("jwk is no key"));
        if (key.isPrivate()) {
            throw bad("jwk holds a private key");
        }
        return key;
    }

    private static Optional<JWK> parsed(String jwk) {
        try {
            return KeyRules.parsed(JSONObjectUtils.parse(jwk));
        } catch (ParseException noObject) {
            return Optional.empty();
        }
    }

    /** Without query and fragment, scheme and host in lower case, the scheme's port left out (RFC 3986, section 6.2). */
    private static void checkUrl(JsonDocument payload, URI wanted) throws BadToken {
        int htu = payload.at(HTU);
        try {
            if (payload.is(htu, Kind.STRING)
                    && normal(URI.create(payload.string(htu))).equals(normal(wanted))) {
                return;
            }
        } catch (IllegalArgumentException noUrl) {
            throw bad("htu is no URL");
        }
        throw bad("htu is not the request's URL");
    }

    private static String normal(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        String host = String.valueOf(url.getHost()).toLowerCase(Locale.ROOT);
        boolean usual = url.getPort() == (scheme.equals("https") ? 443 : 80);
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String user = url.getRawUserInfo() == null ? "" : url.getRawUserInfo() + "@";
        return scheme + "://" + user + host + ":" + (usual ? -1 : url.getPort()) + path;
    }

    private void checkTime(StrictClaims claims) throws BadToken {
        Instant issued = claims.time(IAT, TokenStep.PROOF);
        Instant now = clock.instant();
        if (issued.isBefore(now.minus(AGE_MAX)) || issued.isAfter(now.plus(AHEAD_MAX))) {
            throw bad("iat is not now");
        }
    }

    private void checkNonce(StrictClaims claims) throws BadToken {
        if (!claims.has(NONCE)) {
            throw new BadToken(TokenStep.NONCE, "proof has no nonce");
        }
        if (!nonces.isCurrent(claims.text(NONCE, TokenStep.PROOF))) {
            throw new BadToken(TokenStep.NONCE, "nonce is old or not ours");
        }
    }

    private static String thumbprint(JWK key) throws BadToken {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException failure) {
            throw bad("jwk has no thumbprint");
        }
    }

    /** Base64url of the SHA-256 of a token. */
    static String hash(String token) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(TokenHash.digest().digest(token.getBytes(StandardCharsets.US_ASCII)));
    }

    private static BadToken bad(String message) {
        return new BadToken(TokenStep.PROOF, message);
    }
}
