package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mcpgateway.gateway.config.IssuerProfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Each hostile token is good but for one thing, and is refused for that thing at its own step. */
class JwtVerifierTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final TestIssuer ISSUER = new TestIssuer();

    @TempDir
    Path folder;

    private JwtVerifier verifier;

    @BeforeEach
    void wire() throws Exception {
        ISSUER.publish(ISSUER.ec(), ISSUER.rsa());
        verifier = verifier(profile(Set.of("at+jwt")));
    }

    private JwtVerifier verifier(IssuerProfile profile) throws Exception {
        KeySet keys = new FileKeySet(ISSUER.writeTo(folder.resolve("jwks.json")), () -> 0L);
        return new JwtVerifier(List.of(new JwtVerifier.Issuer(profile, keys)), InstantSource.fixed(NOW));
    }

    private static IssuerProfile profile(Set<String> typ) {
        return new IssuerProfile(
                "corp",
                TestIssuer.ISSUER,
                "",
                Set.of("ES256", "RS256"),
                typ,
                Set.of("x5t"),
                "client_id",
                "scope",
                "groups",
                Duration.ofHours(24),
                Duration.ofSeconds(30));
    }

    @Test
    void aGoodTokenNamesItsCaller() throws Exception {
        Caller caller = verifier.verify(ISSUER.token(NOW), TestIssuer.AUDIENCE);

        assertThat(caller.subject().issuer()).isEqualTo("corp");
        assertThat(caller.subject().subject()).isEqualTo("alice");
        assertThat(caller.subject().clientId()).isEqualTo("desk-agent");
        assertThat(caller.subject().groups()).containsExactlyInAnyOrder("support", "readers");
        assertThat(caller.subject().scopes()).containsExactlyInAnyOrder("mcp:crm:read", "mcp:files:read");
        assertThat(caller.tokenId()).isEqualTo("token-1");
        assertThat(caller.expiresAt()).isEqualTo(NOW.plusSeconds(300));
    }

    @Test
    void goodTokensOfOtherShapesAreAccepted() throws Exception {
        List<String> good = List.of(
                ISSUER.sign(TestIssuer.header(JWSAlgorithm.RS256, ISSUER.rsa()), TestIssuer.claims(NOW)),
                ISSUER.token(NOW, claims -> claims.put("aud", List.of("account", TestIssuer.AUDIENCE))),
                ISSUER.token(NOW, claims -> claims.put("scope", List.of("a", "b"))),
                ISSUER.token(NOW, claims -> claims.remove("groups")),
                ISSUER.token(NOW, claims -> claims.put("groups", "one")),
                ISSUER.token(NOW, claims -> claims.put("exp", NOW.getEpochSecond() - 29)),
                ISSUER.token(NOW, claims -> claims.put("iat", NOW.getEpochSecond() + 30)),
                ISSUER.token(NOW, claims -> claims.put("nbf", NOW.getEpochSecond() + 30)),
                signed(header -> header.put("typ", "application/at+jwt")),
                signed(header -> header.put("x5t", "thumbprint")));

        for (String token : good) {
            assertThat(verifier.verify(token, TestIssuer.AUDIENCE).subject().subject())
                    .isEqualTo("alice");
        }
    }

    @Test
    void withoutKeyIdTheOnlyKeyOfTheAlgorithmIsTaken() throws Exception {
        String token = signed(header -> header.remove("kid"));

        assertThat(verifier.verify(token, TestIssuer.AUDIENCE).subject().subject())
                .isEqualTo("alice");
    }

    private static String signed(Consumer<Map<String, Object>> change) {
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        change.accept(header);
        return ISSUER.sign(header, TestIssuer.claims(NOW));
    }

    /** A token and a word of the reason for which it must be refused. */
    record Hostile(String name, String token, String reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Hostile> hostileTokens() throws Exception {
        List<Hostile> all = new ArrayList<>();
        forms(all);
        headers(all);
        claims(all);
        return all.stream();
    }

    private static void forms(List<Hostile> all) throws Exception {
        String good = ISSUER.token(NOW);
        String[] parts = good.split("\\.", -1);
        all.add(new Hostile("two parts", parts[0] + "." + parts[1], "three parts"));
        all.add(new Hostile("signature stripped", parts[0] + "." + parts[1] + ".", "three parts"));
        all.add(new Hostile("four parts", good + ".x", "three parts"));
        all.add(new Hostile("five parts", good + ".x.y", "three parts"));
        all.add(new Hostile("empty payload", parts[0] + ".." + parts[2], "three parts"));
        all.add(new Hostile("padded signature", good + "=", "base64url"));
        all.add(new Hostile(
                "last character of the signature has other unused bits", flipUnusedBits(good), "canonical"));
        all.add(new Hostile("header is not base64url", "e+/" + good, "base64url"));
        all.add(new Hostile(
                "signature of another token",
                parts[0] + "." + parts[1] + "."
                        + ISSUER.token(NOW, claims -> claims.put("sub", "bob")).split("\\.", -1)[2],
                "signature"));
        all.add(new Hostile(
                "payload changed",
                parts[0] + "." + TestIssuer.encode(JsonMapper.shared().writeValueAsString(with("sub", "admin"))) + "."
                        + parts[2],
                "signature"));
        all.add(new Hostile(
                "longer than the limit", ISSUER.token(NOW, c -> c.put("x", "y".repeat(17_000))), "longer than"));
        all.add(new Hostile("payload is an array", ISSUER.signRaw(headerJson(), "[]"), "object"));
        all.add(new Hostile("payload is not JSON", ISSUER.signRaw(headerJson(), "{sub:1}"), "strict JSON"));
        all.add(new Hostile(
                "payload has two subjects",
                ISSUER.signRaw(headerJson(), claimsJson().replace("\"sub\":", "\"sub\":\"root\",\"sub\":")),
                "strict JSON"));
        all.add(new Hostile(
                "payload has an escaped second subject",
                ISSUER.signRaw(headerJson(), claimsJson().replace("\"sub\":", "\"s\\u0075b\":\"root\",\"sub\":")),
                "strict JSON"));
        all.add(new Hostile(
                "payload nested deeply",
                ISSUER.signRaw(
                        headerJson(),
                        claimsJson().replace("{\"iss\"", "{\"x\":" + "[".repeat(40) + "]".repeat(40) + ",\"iss\"")),
                "strict JSON"));
        all.add(new Hostile(
                "lone surrogate in the subject",
                ISSUER.signRaw(headerJson(), claimsJson().replace("alice", "ali\\ud800ce")),
                "strict JSON"));
        all.add(new Hostile(
                "header has two algorithms",
                ISSUER.signRaw(headerJson().replace("{", "{\"alg\":\"none\","), claimsJson()),
                "strict JSON"));
    }

    private static void headers(List<Hostile> all) throws Exception {
        all.add(new Hostile("alg none, unsigned", unsigned("none"), "three parts"));
        all.add(new Hostile("alg none with a signature", signed(header -> header.put("alg", "none")), "alg"));
        all.add(new Hostile("alg None", signed(header -> header.put("alg", "None")), "alg"));
        all.add(new Hostile("alg missing", signed(header -> header.remove("alg")), "alg"));
        all.add(new Hostile("HS256 keyed with the public key", hmacWithPublicKey(), "alg"));
        all.add(new Hostile("ES384 is not configured", signed(header -> header.put("alg", "ES384")), "alg"));
        all.add(new Hostile(
                "PS256 is not configured",
                ISSUER.sign(TestIssuer.header(JWSAlgorithm.PS256, ISSUER.rsa()), TestIssuer.claims(NOW)),
                "alg"));
        all.add(new Hostile("alg of another key type", signed(header -> header.put("kid", "rsa-1")), "kid and alg"));
        all.add(new Hostile("typ JWT", signed(header -> header.put("typ", "JWT")), "typ"));
        all.add(new Hostile("typ missing", signed(header -> header.remove("typ")), "typ"));
        all.add(new Hostile("typ of an ID token", signed(header -> header.put("typ", "id_token+jwt")), "typ"));
        for (String member : List.of("jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "cty")) {
            all.add(new Hostile("header member " + member, signed(header -> header.put(member, "x")), "header member"));
        }
        all.add(new Hostile("kid is a number", signed(header -> header.put("kid", 7)), "header member"));
        all.add(new Hostile("kid unknown", signed(header -> header.put("kid", "ec-2")), "kid and alg"));
        all.add(new Hostile("kid is a path", signed(header -> header.put("kid", "../../etc/passwd")), "kid and alg"));
        all.add(new Hostile("signed by a stranger's key of the same id", stranger(), "signature"));
    }

    private static void claims(List<Hostile> all) {
        claim(all, "iss missing", c -> c.remove("iss"), "iss");
        claim(all, "iss unknown", c -> c.put("iss", "https://evil.example"), "iss");
        claim(all, "iss with a slash more", c -> c.put("iss", TestIssuer.ISSUER + "/"), "iss");
        claim(all, "iss is an array", c -> c.put("iss", List.of(TestIssuer.ISSUER)), "iss");
        claim(all, "exp missing", c -> c.remove("exp"), "exp");
        claim(all, "exp null", c -> c.put("exp", null), "exp");
        claim(all, "exp is text", c -> c.put("exp", "" + (NOW.getEpochSecond() + 300)), "exp");
        claim(all, "exp negative", c -> c.put("exp", -1), "exp");
        claim(all, "exp has an exponent", c -> c.put("exp", 1e12), "exp");
        claim(all, "exp beyond all time", c -> c.put("exp", 99_999_999_999_999_999L), "exp");
        claim(all, "expired", c -> c.put("exp", NOW.getEpochSecond() - 30), "expired");
        claim(all, "lives a year", c -> c.put("exp", NOW.getEpochSecond() + 31_536_000), "lives longer");
        claim(all, "iat missing", c -> c.remove("iat"), "iat");
        claim(all, "iat in the future", c -> c.put("iat", NOW.getEpochSecond() + 31), "future");
        claim(all, "nbf in the future", c -> c.put("nbf", NOW.getEpochSecond() + 31), "not valid yet");
        claim(all, "nbf is text", c -> c.put("nbf", "soon"), "nbf");
        claim(all, "aud missing", c -> c.remove("aud"), "aud");
        claim(all, "aud of another view", c -> c.put("aud", TestIssuer.AUDIENCE + "/admin"), "aud");
        claim(all, "aud with a slash more", c -> c.put("aud", TestIssuer.AUDIENCE + "/"), "aud");
        claim(all, "aud is a number", c -> c.put("aud", 7), "aud");
        claim(all, "aud is an array of others", c -> c.put("aud", List.of("account", 7)), "aud");
        claim(all, "sub missing", c -> c.remove("sub"), "sub");
        claim(all, "sub null", c -> c.put("sub", null), "sub");
        claim(all, "sub empty", c -> c.put("sub", ""), "sub");
        claim(all, "sub is a number", c -> c.put("sub", 7), "sub");
        claim(all, "sub with a line break", c -> c.put("sub", "alice\nadmin"), "sub");
        claim(all, "sub with ESC", c -> c.put("sub", "alice\u001b[0m"), "sub");
        claim(all, "sub too long", c -> c.put("sub", "a".repeat(257)), "sub");
        claim(all, "client_id missing", c -> c.remove("client_id"), "client_id");
        claim(all, "client_id empty", c -> c.put("client_id", ""), "client_id");
        claim(all, "jti missing", c -> c.remove("jti"), "jti");
        claim(all, "scope is an object", c -> c.put("scope", Map.of("a", 1)), "scope");
        claim(all, "groups with a number", c -> c.put("groups", List.of("support", 7)), "groups");
        claim(all, "more groups than allowed", c -> c.put("groups", numbers(501)), "groups");
    }

    private static List<String> numbers(int count) {
        return Stream.iterate(0, i -> i + 1).limit(count).map(i -> "g" + i).toList();
    }

    private static void claim(List<Hostile> all, String name, Consumer<Map<String, Object>> change, String reason) {
        all.add(new Hostile(name, ISSUER.token(NOW, change), reason));
    }

    private static Map<String, Object> with(String claim, Object value) {
        Map<String, Object> claims = TestIssuer.claims(NOW);
        claims.put(claim, value);
        return claims;
    }

    private static String headerJson() {
        return JsonMapper.shared().writeValueAsString(TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec()));
    }

    private static String claimsJson() {
        return JsonMapper.shared().writeValueAsString(TestIssuer.claims(NOW));
    }

    private static String unsigned(String algorithm) {
        return TestIssuer.encode("{\"alg\":\"" + algorithm + "\",\"typ\":\"at+jwt\"}") + "."
                + TestIssuer.encode(claimsJson()) + ".";
    }

    private static String hmacWithPublicKey() throws JOSEException {
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.HS256, ISSUER.rsa());
        String input = TestIssuer.encode(JsonMapper.shared().writeValueAsString(header)) + "."
                + TestIssuer.encode(claimsJson());
        byte[] secret = ISSUER.rsa().toRSAPublicKey().getEncoded();
        return input + "."
                + new MACSigner(secret)
                        .sign(new JWSHeader(JWSAlgorithm.HS256), input.getBytes(StandardCharsets.US_ASCII));
    }

    private static String stranger() throws JOSEException {
        ECKey other = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
        String input = TestIssuer.encode(headerJson()) + "." + TestIssuer.encode(claimsJson());
        return input + "."
                + new ECDSASigner(other)
                        .sign(new JWSHeader(JWSAlgorithm.ES256), input.getBytes(StandardCharsets.US_ASCII));
    }

    /** 64 signature bytes leave two unused bits in the last character. */
    private static String flipUnusedBits(String token) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char last = token.charAt(token.length() - 1);
        return token.substring(0, token.length() - 1) + alphabet.charAt(alphabet.indexOf(last) ^ 1);
    }

    @ParameterizedTest
    @MethodSource("hostileTokens")
    void aHostileTokenIsRefusedForItsFault(Hostile hostile) {
        assertThatThrownBy(() -> verifier.verify(hostile.token(), TestIssuer.AUDIENCE))
                .isInstanceOf(BadToken.class)
                .hasMessageContaining(hostile.reason())
                .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("alice", "eyJ"));
    }

    @Test
    void theMatrixIsLargeEnough() throws Exception {
        assertThat(hostileTokens()).hasSizeGreaterThanOrEqualTo(70);
    }

    @Test
    void whereTypJwtIsAcceptedAnIdTokenIsStillRefused() throws Exception {
        JwtVerifier keycloakLike = verifier(profile(Set.of("jwt")));
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        header.put("typ", "JWT");

        assertThat(keycloakLike.verify(ISSUER.sign(header, TestIssuer.claims(NOW)), TestIssuer.AUDIENCE))
                .isNotNull();
        for (String claim : List.of("nonce", "at_hash", "c_hash", "s_hash")) {
            assertThatThrownBy(() -> keycloakLike.verify(ISSUER.sign(header, with(claim, "x")), TestIssuer.AUDIENCE))
                    .hasMessageContaining("ID token");
        }
        assertThatThrownBy(() -> keycloakLike.verify(ISSUER.sign(header, with("typ", "ID")), TestIssuer.AUDIENCE))
                .hasMessageContaining("access token");
    }

    @Test
    void twoKeysThatFitAreNotTriedOut() throws Exception {
        JWK second = new ECKeyGenerator(Curve.P_256).keyID("ec-9").generate();
        ISSUER.publish(ISSUER.ec(), second);
        JwtVerifier twoKeys = verifier(profile(Set.of("at+jwt")));

        assertThatThrownBy(() -> twoKeys.verify(signed(header -> header.remove("kid")), TestIssuer.AUDIENCE))
                .hasMessageContaining("kid and alg");
    }

    @Test
    void aMissingKeyFileIsNoReasonToBelieveATokenNorToBlameIt() {
        KeySet none = new FileKeySet(folder.resolve("absent.json"), () -> 0L);
        JwtVerifier keyless = new JwtVerifier(
                List.of(new JwtVerifier.Issuer(profile(Set.of("at+jwt")), none)), InstantSource.fixed(NOW));

        assertThatThrownBy(() -> keyless.verify(ISSUER.token(NOW), TestIssuer.AUDIENCE))
                .isInstanceOf(KeysUnavailable.class)
                .hasMessageContaining("absent.json");
    }
}
