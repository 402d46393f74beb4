package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mcpgateway.gateway.config.SenderConstraint;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    private static final String SOURCE = "192.0.2.1";

    @TempDir
    Path folder;

    private JwtVerifier verifier;

    @BeforeEach
    void wire() throws Exception {
        ISSUER.publish(ISSUER.ec(), ISSUER.rsa(), ISSUER.ed());
        verifier = verifier(TestProfile.plain());
    }

    private JwtVerifier verifier(TestProfile profile) throws Exception {
        return verifier(profile, ScopeHierarchy.NONE);
    }

    private JwtVerifier verifier(TestProfile profile, ScopeHierarchy scopes) throws Exception {
        KeySet keys = new FileKeySet(ISSUER.writeTo(folder.resolve("jwks.json")), () -> 0L);
        return verifier(List.of(new JwtVerifier.Issuer(profile.profile(), keys)), scopes);
    }

    private static JwtVerifier verifier(List<JwtVerifier.Issuer> issuers, ScopeHierarchy scopes) {
        return new JwtVerifier(
                issuers, scopes, new SignatureWork(1, 8, Duration.ofMinutes(1)), InstantSource.fixed(NOW));
    }

    @Test
    void aGoodTokenNamesItsCaller() throws Exception {
        Caller caller =
                verifier.verify(ISSUER.token(NOW), TestIssuer.AUDIENCE, SOURCE).caller();

        assertThat(caller.subject().issuer()).isEqualTo("corp");
        assertThat(caller.subject().subject()).isEqualTo("alice");
        assertThat(caller.subject().clientId()).isEqualTo("desk-agent");
        assertThat(caller.subject().groups()).containsExactlyInAnyOrder("support", "readers");
        assertThat(caller.subject().scopes()).containsExactlyInAnyOrder("mcp:crm:read", "mcp:files:read");
        assertThat(caller.subject().claims()).containsKeys("iss", "aud", "jti").hasSize(9);
        assertThat(caller.issuer()).isEqualTo(TestIssuer.ISSUER);
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
            assertThat(verifier.verify(token, TestIssuer.AUDIENCE, SOURCE)
                            .caller()
                            .subject()
                            .subject())
                    .isEqualTo("alice");
        }
    }

    @Test
    void groupsAndScopesMayBeInsideOfOtherClaims() throws Exception {
        JwtVerifier nested = verifier(TestProfile.plain().places("/may/do~1this", "/realm_access/roles"));
        String token = ISSUER.token(NOW, claims -> {
            claims.put("realm_access", Map.of("roles", List.of("auditor", "clerk")));
            claims.put("may", Map.of("do/this", "a b"));
            claims.put("/realm_access/roles", List.of("no place"));
        });

        Caller caller = nested.verify(token, TestIssuer.AUDIENCE, SOURCE).caller();

        assertThat(caller.subject().groups()).containsExactlyInAnyOrder("auditor", "clerk");
        assertThat(caller.subject().scopes()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whatIsNotInsideOfOtherClaimsIsNobodysGroup() throws Exception {
        JwtVerifier nested = verifier(TestProfile.plain().places("scope", "/realm_access/roles"));
        for (Object none : List.of("roles", List.of("auditor"), Map.of("role", List.of("auditor")), 7)) {
            String token = ISSUER.token(NOW, claims -> claims.put("realm_access", none));

            assertThat(nested.verify(token, TestIssuer.AUDIENCE, SOURCE)
                            .caller()
                            .subject()
                            .groups())
                    .as(none.toString())
                    .isEmpty();
        }
        String wrong =
                ISSUER.token(NOW, claims -> claims.put("realm_access", Map.of("roles", List.of(List.of("auditor")))));
        assertThatThrownBy(() -> nested.verify(wrong, TestIssuer.AUDIENCE, SOURCE))
                .isInstanceOf(BadToken.class);
    }

    @Test
    void withoutKeyIdTheOnlyKeyOfTheAlgorithmIsTaken() throws Exception {
        String token = signed(header -> header.remove("kid"));

        assertThat(verifier.verify(token, TestIssuer.AUDIENCE, SOURCE)
                        .caller()
                        .subject()
                        .subject())
                .isEqualTo("alice");
    }

    private static String signed(Consumer<Map<String, Object>> change) {
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        change.accept(header);
        return ISSUER.sign(header, TestIssuer.claims(NOW));
    }

    /** A token and a word of the reason for which it must be refused. */
    record Hostile(String name, String token, TokenStep step, String reason) {
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
        all.add(new Hostile("two parts", parts[0] + "." + parts[1], TokenStep.FORM, "three parts"));
        all.add(new Hostile("signature stripped", parts[0] + "." + parts[1] + ".", TokenStep.FORM, "three parts"));
        all.add(new Hostile("four parts", good + ".x", TokenStep.FORM, "three parts"));
        all.add(new Hostile("five parts", good + ".x.y", TokenStep.FORM, "three parts"));
        all.add(new Hostile("empty header", "." + parts[1] + "." + parts[2], TokenStep.FORM, "three parts"));
        all.add(new Hostile("empty payload", parts[0] + ".." + parts[2], TokenStep.FORM, "three parts"));
        all.add(new Hostile("padded signature", good + "=", TokenStep.FORM, "base64url"));
        all.add(new Hostile(
                "last character of the signature has other unused bits",
                flipUnusedBits(good),
                TokenStep.FORM,
                "canonical"));
        all.add(new Hostile("header is not base64url", "e+/" + good, TokenStep.FORM, "base64url"));
        all.add(new Hostile(
                "signature of another token",
                parts[0] + "." + parts[1] + "."
                        + ISSUER.token(NOW, claims -> claims.put("sub", "bob")).split("\\.", -1)[2],
                TokenStep.SIGNATURE,
                "signature"));
        all.add(new Hostile(
                "payload changed",
                parts[0] + "." + TestIssuer.encode(JsonMapper.shared().writeValueAsString(with("sub", "admin"))) + "."
                        + parts[2],
                TokenStep.SIGNATURE,
                "signature"));
        all.add(new Hostile(
                "longer than the limit",
                ISSUER.token(NOW, c -> c.put("x", "y".repeat(17_000))),
                TokenStep.FORM,
                "longer than"));
        all.add(new Hostile("payload is an array", ISSUER.signRaw(headerJson(), "[]"), TokenStep.FORM, "object"));
        all.add(new Hostile(
                "payload is not JSON", ISSUER.signRaw(headerJson(), "{sub:1}"), TokenStep.FORM, "strict JSON"));
        all.add(new Hostile(
                "payload has two subjects",
                ISSUER.signRaw(headerJson(), claimsJson().replace("\"sub\":", "\"sub\":\"root\",\"sub\":")),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "payload has an escaped second subject",
                ISSUER.signRaw(headerJson(), claimsJson().replace("\"sub\":", "\"s\\u0075b\":\"root\",\"sub\":")),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "payload nested deeply",
                ISSUER.signRaw(
                        headerJson(),
                        claimsJson().replace("{\"iss\"", "{\"x\":" + "[".repeat(40) + "]".repeat(40) + ",\"iss\"")),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "lone surrogate in the subject",
                ISSUER.signRaw(headerJson(), claimsJson().replace("alice", "ali\\ud800ce")),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "payload is not UTF-8",
                ISSUER.signBytes(
                        headerJson(), new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xC0, (byte) 0xAF, '"', '}'}),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "payload begins with a byte order mark",
                ISSUER.signRaw(headerJson(), "\uFEFF" + claimsJson()),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "something stands behind the payload",
                ISSUER.signRaw(headerJson(), claimsJson() + "{}"),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "header nested 1,000 deep",
                ISSUER.signRaw(
                        headerJson().replace("{", "{\"x\":" + "[".repeat(1000) + "]".repeat(1000) + ","), claimsJson()),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile(
                "header longer than 4 KiB",
                ISSUER.signRaw(headerJson().replace("{", "{\"x\":\"" + "y".repeat(4096) + "\","), claimsJson()),
                TokenStep.FORM,
                "strict JSON"));
        all.add(new Hostile("header is null", ISSUER.signRaw("null", claimsJson()), TokenStep.FORM, "object"));
        all.add(new Hostile(
                "line break inside the payload",
                parts[0] + "." + parts[1].substring(0, 20) + "\n" + parts[1].substring(20) + "." + parts[2],
                TokenStep.FORM,
                "base64url"));
        all.add(new Hostile(
                "standard base64 instead of base64url",
                parts[0] + "." + parts[1] + "." + "+" + parts[2].substring(1),
                TokenStep.FORM,
                "base64url"));
        all.add(new Hostile(
                "signature of zeros",
                parts[0] + "." + parts[1] + "." + "A".repeat(86),
                TokenStep.SIGNATURE,
                "signature"));
        all.add(new Hostile(
                "signature of one byte", parts[0] + "." + parts[1] + ".AA", TokenStep.SIGNATURE, "signature"));
        all.add(new Hostile(
                "Ed25519 signature of one byte",
                cut(ISSUER.sign(TestIssuer.header(JWSAlgorithm.EdDSA, ISSUER.ed()), TestIssuer.claims(NOW))) + ".AA",
                TokenStep.SIGNATURE,
                "signature"));
        all.add(new Hostile(
                "Ed25519 signature of zeros",
                cut(ISSUER.sign(TestIssuer.header(JWSAlgorithm.EdDSA, ISSUER.ed()), TestIssuer.claims(NOW)))
                        + "."
                        + "A".repeat(86),
                TokenStep.SIGNATURE,
                "signature"));
        all.add(new Hostile(
                "RS256 signature of zeros",
                cut(ISSUER.sign(TestIssuer.header(JWSAlgorithm.RS256, ISSUER.rsa()), TestIssuer.claims(NOW)))
                        + "."
                        + TestIssuer.encode(new byte[256]),
                TokenStep.SIGNATURE,
                "signature"));
        all.add(new Hostile("PS256 signature under RS256", rsaPssAs("RS256"), TokenStep.SIGNATURE, "signature"));
        all.add(new Hostile(
                "header has two algorithms",
                ISSUER.signRaw(headerJson().replace("{", "{\"alg\":\"none\","), claimsJson()),
                TokenStep.FORM,
                "strict JSON"));
    }

    private static String cut(String token) {
        return token.substring(0, token.lastIndexOf('.'));
    }

    /** The header says one algorithm, the signature was made with RSASSA-PSS. */
    private static String rsaPssAs(String algorithm) throws JOSEException {
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.parse(algorithm), ISSUER.rsa());
        String input = TestIssuer.encode(JsonMapper.shared().writeValueAsString(header)) + "."
                + TestIssuer.encode(claimsJson());
        return input + "."
                + new RSASSASigner(ISSUER.rsa())
                        .sign(new JWSHeader(JWSAlgorithm.PS256), input.getBytes(StandardCharsets.US_ASCII));
    }

    private static void headers(List<Hostile> all) throws Exception {
        all.add(new Hostile("alg none, unsigned", unsigned("none"), TokenStep.FORM, "three parts"));
        all.add(new Hostile(
                "alg none with a signature", signed(header -> header.put("alg", "none")), TokenStep.HEADER, "alg"));
        all.add(new Hostile("alg None", signed(header -> header.put("alg", "None")), TokenStep.HEADER, "alg"));
        all.add(new Hostile("alg missing", signed(header -> header.remove("alg")), TokenStep.HEADER, "alg"));
        all.add(new Hostile("HS256 keyed with the public key", hmacWithPublicKey(), TokenStep.HEADER, "alg"));
        all.add(new Hostile(
                "ES384 is not configured", signed(header -> header.put("alg", "ES384")), TokenStep.HEADER, "alg"));
        all.add(new Hostile(
                "PS256 is not configured",
                ISSUER.sign(TestIssuer.header(JWSAlgorithm.PS256, ISSUER.rsa()), TestIssuer.claims(NOW)),
                TokenStep.HEADER,
                "alg"));
        all.add(new Hostile(
                "alg of another key type", signed(header -> header.put("kid", "rsa-1")), TokenStep.KEY, "kid and alg"));
        all.add(new Hostile("typ JWT", signed(header -> header.put("typ", "JWT")), TokenStep.HEADER, "typ"));
        all.add(new Hostile("typ missing", signed(header -> header.remove("typ")), TokenStep.HEADER, "typ"));
        all.add(new Hostile(
                "typ of an ID token", signed(header -> header.put("typ", "id_token+jwt")), TokenStep.HEADER, "typ"));
        for (String member : List.of("jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "cty")) {
            all.add(new Hostile(
                    "header member " + member,
                    signed(header -> header.put(member, "x")),
                    TokenStep.HEADER,
                    "header member"));
        }
        all.add(new Hostile(
                "alg in lower case", signed(header -> header.put("alg", "es256")), TokenStep.HEADER, "alg"));
        all.add(new Hostile(
                "alg with a blank", signed(header -> header.put("alg", "ES256 ")), TokenStep.HEADER, "alg"));
        all.add(new Hostile("alg empty", signed(header -> header.put("alg", "")), TokenStep.HEADER, "alg"));
        all.add(new Hostile("alg null", signed(header -> header.put("alg", null)), TokenStep.HEADER, "header member"));
        all.add(new Hostile(
                "alg is an array",
                signed(header -> header.put("alg", List.of("ES256"))),
                TokenStep.HEADER,
                "header member"));
        all.add(new Hostile(
                "typ with a blank", signed(header -> header.put("typ", "at+jwt ")), TokenStep.HEADER, "typ"));
        all.add(new Hostile("typ says absent", signed(header -> header.put("typ", "absent")), TokenStep.HEADER, "typ"));
        all.add(new Hostile(
                "typ of a proof", signed(header -> header.put("typ", "dpop+jwt")), TokenStep.HEADER, "typ"));
        all.add(new Hostile(
                "header brings its own key",
                signed(header -> header.put("jwk", ISSUER.ec().toPublicJWK().toJSONObject())),
                TokenStep.HEADER,
                "header member"));
        all.add(new Hostile(
                "crit names an extension",
                signed(header -> header.put("crit", List.of("exp"))),
                TokenStep.HEADER,
                "header member"));
        all.add(new Hostile(
                "b64 is false", signed(header -> header.put("b64", false)), TokenStep.HEADER, "header member"));
        all.add(new Hostile(
                "x5t is a number", signed(header -> header.put("x5t", 7)), TokenStep.HEADER, "header member"));
        all.add(new Hostile("kid empty", signed(header -> header.put("kid", "")), TokenStep.KEY, "kid and alg"));
        all.add(new Hostile(
                "EdDSA with the key id of another type",
                signedEd(header -> header.put("kid", "ec-1")),
                TokenStep.KEY,
                "kid and alg"));
        all.add(new Hostile(
                "kid is a number", signed(header -> header.put("kid", 7)), TokenStep.HEADER, "header member"));
        all.add(new Hostile("kid unknown", signed(header -> header.put("kid", "ec-2")), TokenStep.KEY, "kid and alg"));
        all.add(new Hostile(
                "kid is a path",
                signed(header -> header.put("kid", "../../etc/passwd")),
                TokenStep.KEY,
                "kid and alg"));
        all.add(new Hostile("signed by a stranger's key of the same id", stranger(), TokenStep.SIGNATURE, "signature"));
    }

    private static void claims(List<Hostile> all) {
        claim(all, "iss missing", c -> c.remove("iss"), TokenStep.ISSUER, "iss");
        claim(all, "iss unknown", c -> c.put("iss", "https://evil.example"), TokenStep.ISSUER, "iss");
        claim(all, "iss with a slash more", c -> c.put("iss", TestIssuer.ISSUER + "/"), TokenStep.ISSUER, "iss");
        claim(all, "iss is an array", c -> c.put("iss", List.of(TestIssuer.ISSUER)), TokenStep.ISSUER, "iss");
        claim(all, "exp missing", c -> c.remove("exp"), TokenStep.TIMES, "exp");
        claim(all, "exp null", c -> c.put("exp", null), TokenStep.TIMES, "exp");
        claim(all, "exp is text", c -> c.put("exp", "" + (NOW.getEpochSecond() + 300)), TokenStep.TIMES, "exp");
        raw(all, "exp is 1e400", "\"exp\":1e400", TokenStep.TIMES, "exp");
        raw(all, "exp is the last instant that there is", "\"exp\":31556889864403199", TokenStep.TIMES, "range");
        raw(all, "exp is after the year 9999", "\"exp\":253402300800", TokenStep.TIMES, "range");
        raw(all, "exp is the end of the year 9999", "\"exp\":253402300799", TokenStep.TIMES, "lives longer");
        raw(all, "exp has 18 digits", "\"exp\":1795255500.0000000", TokenStep.TIMES, "no number");
        raw(all, "exp has an upper-case exponent", "\"exp\":1E9", TokenStep.TIMES, "plain");
        raw(all, "exp is minus zero", "\"exp\":-0", TokenStep.TIMES, "exp");
        raw(all, "exp has 40 decimals", "\"exp\":1795255500." + "0".repeat(40), TokenStep.TIMES, "exp");
        raw(all, "exp is true", "\"exp\":true", TokenStep.TIMES, "exp");
        raw(all, "exp is an array", "\"exp\":[1795255500]", TokenStep.TIMES, "exp");
        claim(all, "iat null", c -> c.put("iat", null), TokenStep.TIMES, "iat");
        claim(all, "iat is text", c -> c.put("iat", "now"), TokenStep.TIMES, "iat");
        claim(all, "iat in the year 2286", c -> c.put("iat", 9_999_999_999L), TokenStep.TIMES, "future");
        claim(all, "nbf null", c -> c.put("nbf", null), TokenStep.TIMES, "nbf");
        claim(
                all,
                "lives a second too long",
                c -> {
                    c.put("iat", NOW.getEpochSecond() - 86_400);
                    c.put("exp", NOW.getEpochSecond() + 1);
                },
                TokenStep.TIMES,
                "lives longer");
        claim(all, "iss null", c -> c.put("iss", null), TokenStep.ISSUER, "iss");
        claim(
                all,
                "iss in other case",
                c -> c.put("iss", TestIssuer.ISSUER.toUpperCase(Locale.ROOT)),
                TokenStep.ISSUER,
                "iss");
        claim(all, "aud null", c -> c.put("aud", null), TokenStep.AUDIENCE, "aud");
        claim(all, "aud is an empty array", c -> c.put("aud", List.of()), TokenStep.AUDIENCE, "aud");
        claim(all, "aud is an object", c -> c.put("aud", Map.of("a", TestIssuer.AUDIENCE)), TokenStep.AUDIENCE, "aud");
        claim(
                all,
                "aud in an array of arrays",
                c -> c.put("aud", List.of(List.of(TestIssuer.AUDIENCE))),
                TokenStep.AUDIENCE,
                "aud");
        claim(
                all,
                "aud in other case",
                c -> c.put("aud", TestIssuer.AUDIENCE.toUpperCase(Locale.ROOT)),
                TokenStep.AUDIENCE,
                "aud");
        claim(all, "sub with NUL", c -> c.put("sub", "alice\0"), TokenStep.CLAIMS, "sub");
        claim(all, "sub with a C1 control", c -> c.put("sub", "alice\u0085"), TokenStep.CLAIMS, "sub");
        claim(all, "sub is an array", c -> c.put("sub", List.of("alice")), TokenStep.CLAIMS, "sub");
        claim(all, "client_id is a number", c -> c.put("client_id", 7), TokenStep.CLAIMS, "client_id");
        claim(all, "client_id too long", c -> c.put("client_id", "c".repeat(257)), TokenStep.CLAIMS, "client_id");
        claim(all, "jti null", c -> c.put("jti", null), TokenStep.CLAIMS, "jti");
        claim(all, "jti is a number", c -> c.put("jti", 7), TokenStep.CLAIMS, "jti");
        claim(all, "scope with a line break", c -> c.put("scope", "a\nb"), TokenStep.CLAIMS, "scope");
        claim(all, "scope null", c -> c.put("scope", null), TokenStep.CLAIMS, "scope");
        claim(
                all,
                "more scopes than allowed",
                c -> c.put("scope", String.join(" ", numbers(501))),
                TokenStep.CLAIMS,
                "scope");
        claim(all, "an empty group", c -> c.put("groups", List.of("")), TokenStep.CLAIMS, "groups");
        claim(all, "cnf null", c -> c.put("cnf", null), TokenStep.BINDING, "cnf");
        claim(all, "cnf empty", c -> c.put("cnf", Map.of()), TokenStep.BINDING, "cnf");
        claim(
                all,
                "cnf with a key instead of its thumbprint",
                c -> c.put("cnf", Map.of("jwk", Map.of("kty", "EC"))),
                TokenStep.BINDING,
                "cnf");
        claim(
                all,
                "cnf with an unknown method",
                c -> c.put("cnf", Map.of("kid", "k".repeat(43))),
                TokenStep.BINDING,
                "not supported");
        claim(
                all,
                "cnf with a known and an unknown method",
                c -> c.put("cnf", Map.of("jkt", "k".repeat(43), "osc", "k".repeat(43))),
                TokenStep.BINDING,
                "not supported");
        claim(
                all,
                "cnf with a thumbprint of another length",
                c -> c.put("cnf", Map.of("jkt", "k".repeat(42))),
                TokenStep.BINDING,
                "thumbprint");
        claim(all, "exp negative", c -> c.put("exp", -1), TokenStep.TIMES, "exp");
        claim(all, "exp has an exponent", c -> c.put("exp", 1e12), TokenStep.TIMES, "exp");
        claim(all, "exp beyond all time", c -> c.put("exp", 99_999_999_999_999_999L), TokenStep.TIMES, "exp");
        claim(all, "expired", c -> c.put("exp", NOW.getEpochSecond() - 30), TokenStep.TIMES, "expired");
        claim(
                all,
                "lives a year",
                c -> c.put("exp", NOW.getEpochSecond() + 31_536_000),
                TokenStep.TIMES,
                "lives longer");
        claim(all, "iat missing", c -> c.remove("iat"), TokenStep.TIMES, "iat");
        claim(all, "iat in the future", c -> c.put("iat", NOW.getEpochSecond() + 31), TokenStep.TIMES, "future");
        claim(all, "nbf in the future", c -> c.put("nbf", NOW.getEpochSecond() + 31), TokenStep.TIMES, "not valid yet");
        claim(all, "nbf is text", c -> c.put("nbf", "soon"), TokenStep.TIMES, "nbf");
        claim(all, "aud missing", c -> c.remove("aud"), TokenStep.AUDIENCE, "aud");
        claim(all, "aud of another view", c -> c.put("aud", TestIssuer.AUDIENCE + "/admin"), TokenStep.AUDIENCE, "aud");
        claim(all, "aud with a slash more", c -> c.put("aud", TestIssuer.AUDIENCE + "/"), TokenStep.AUDIENCE, "aud");
        claim(all, "aud is a number", c -> c.put("aud", 7), TokenStep.AUDIENCE, "aud");
        claim(all, "aud is an array of others", c -> c.put("aud", List.of("account", 7)), TokenStep.AUDIENCE, "aud");
        claim(all, "sub missing", c -> c.remove("sub"), TokenStep.CLAIMS, "sub");
        claim(all, "sub null", c -> c.put("sub", null), TokenStep.CLAIMS, "sub");
        claim(all, "sub empty", c -> c.put("sub", ""), TokenStep.CLAIMS, "sub");
        claim(all, "sub is a number", c -> c.put("sub", 7), TokenStep.CLAIMS, "sub");
        claim(all, "sub with a line break", c -> c.put("sub", "alice\nadmin"), TokenStep.CLAIMS, "sub");
        claim(all, "sub with ESC", c -> c.put("sub", "alice\u001b[0m"), TokenStep.CLAIMS, "sub");
        claim(all, "sub too long", c -> c.put("sub", "a".repeat(257)), TokenStep.CLAIMS, "sub");
        claim(all, "client_id missing", c -> c.remove("client_id"), TokenStep.CLAIMS, "client_id");
        claim(all, "client_id empty", c -> c.put("client_id", ""), TokenStep.CLAIMS, "client_id");
        claim(all, "jti missing", c -> c.remove("jti"), TokenStep.CLAIMS, "jti");
        claim(all, "scope is an object", c -> c.put("scope", Map.of("a", 1)), TokenStep.CLAIMS, "scope");
        claim(all, "groups with a number", c -> c.put("groups", List.of("support", 7)), TokenStep.CLAIMS, "groups");
        claim(all, "more groups than allowed", c -> c.put("groups", numbers(501)), TokenStep.CLAIMS, "groups");
    }

    private static List<String> numbers(int count) {
        return Stream.iterate(0, i -> i + 1).limit(count).map(i -> "g" + i).toList();
    }

    private static void claim(
            List<Hostile> all, String name, Consumer<Map<String, Object>> change, TokenStep step, String reason) {
        all.add(new Hostile(name, ISSUER.token(NOW, change), step, reason));
    }

    /** The claims with the text of {@code exp} replaced: numbers that a JSON writer would not write. */
    private static void raw(List<Hostile> all, String name, String member, TokenStep step, String reason) {
        String claims = claimsJson().replaceFirst("\"exp\":[0-9]+", member);
        all.add(new Hostile(name, ISSUER.signRaw(headerJson(), claims), step, reason));
    }

    private static String signedEd(Consumer<Map<String, Object>> change) {
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.EdDSA, ISSUER.ed());
        change.accept(header);
        return ISSUER.sign(header, TestIssuer.claims(NOW));
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
        assertThatThrownBy(() -> verifier.verify(hostile.token(), TestIssuer.AUDIENCE, SOURCE))
                .isInstanceOfSatisfying(
                        BadToken.class, refused -> assertThat(refused.step()).isEqualTo(hostile.step()))
                .hasMessageStartingWith(hostile.step().word() + ": ")
                .hasMessageContaining(hostile.reason())
                .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("alice", "eyJ", "\n"));
    }

    @Test
    void theMatrixIsLargeEnough() throws Exception {
        assertThat(hostileTokens()).hasSizeGreaterThanOrEqualTo(120);
    }

    @Test
    void whereTypJwtIsAcceptedAnIdTokenIsStillRefused() throws Exception {
        JwtVerifier keycloakLike = verifier(TestProfile.plain().typ("jwt"));
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        header.put("typ", "JWT");

        assertThat(keycloakLike.verify(ISSUER.sign(header, TestIssuer.claims(NOW)), TestIssuer.AUDIENCE, SOURCE))
                .isNotNull();
        for (String claim : List.of("nonce", "at_hash", "c_hash", "s_hash")) {
            assertThatThrownBy(() ->
                            keycloakLike.verify(ISSUER.sign(header, with(claim, "x")), TestIssuer.AUDIENCE, SOURCE))
                    .hasMessageContaining("ID token");
        }
        assertThatThrownBy(
                        () -> keycloakLike.verify(ISSUER.sign(header, with("typ", "ID")), TestIssuer.AUDIENCE, SOURCE))
                .hasMessageContaining("access token");
    }

    @Test
    void twoKeysThatFitAreNotTriedOut() throws Exception {
        JWK second = new ECKeyGenerator(Curve.P_256).keyID("ec-9").generate();
        ISSUER.publish(ISSUER.ec(), second);
        JwtVerifier twoKeys = verifier(TestProfile.plain());

        assertThatThrownBy(() -> twoKeys.verify(signed(header -> header.remove("kid")), TestIssuer.AUDIENCE, SOURCE))
                .hasMessageContaining("kid and alg");
    }

    /** A token, the profile under which it is good, and what makes it so. */
    record Twin(String name, TestProfile profile, String token) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Twin> goodTokens() throws JOSEException {
        TestProfile plain = TestProfile.plain();
        Map<String, Object> keycloak = TestIssuer.claims(NOW);
        keycloak.put("azp", keycloak.remove("client_id"));
        keycloak.put("typ", "Bearer");
        keycloak.put("sid", "session");
        keycloak.put("aud", List.of("account", TestIssuer.AUDIENCE));
        Map<String, Object> noType = TestIssuer.header(JWSAlgorithm.RS256, ISSUER.rsa());
        noType.remove("typ");
        Map<String, Object> jwt = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        jwt.put("typ", "JWT");
        return Stream.of(
                new Twin("ES256", plain, ISSUER.token(NOW)),
                new Twin(
                        "RS256",
                        plain,
                        ISSUER.sign(TestIssuer.header(JWSAlgorithm.RS256, ISSUER.rsa()), TestIssuer.claims(NOW))),
                new Twin(
                        "PS256",
                        plain.form(Set.of("PS256"), Set.of("at+jwt"), "client_id"),
                        ISSUER.sign(TestIssuer.header(JWSAlgorithm.PS256, ISSUER.rsa()), TestIssuer.claims(NOW))),
                new Twin("EdDSA", plain, signedEd(header -> {})),
                new Twin("Ed25519", plain, signedEd(header -> header.put("alg", "Ed25519"))),
                new Twin(
                        "Keycloak's shape",
                        plain.form(Set.of("ES256"), Set.of("jwt"), "azp"),
                        ISSUER.sign(jwt, keycloak)),
                new Twin("no type", plain.typ("absent"), ISSUER.sign(noType, TestIssuer.claims(NOW))),
                new Twin("no jti", plain.strict(false, Set.of()), ISSUER.token(NOW, c -> c.remove("jti"))),
                new Twin("the one audience alone", plain.strict(true, Set.of("jti")), ISSUER.token(NOW)),
                new Twin(
                        "an array of the one audience",
                        plain.strict(true, Set.of("jti")),
                        ISSUER.token(NOW, c -> c.put("aud", List.of(TestIssuer.AUDIENCE)))),
                new Twin(
                        "a required claim of each kind",
                        plain.strict(false, Set.of("jti", "org", "level", "roles", "flag")),
                        ISSUER.token(NOW, c -> {
                            c.put("org", Map.of("id", 1));
                            c.put("level", 0);
                            c.put("roles", List.of("a"));
                            c.put("flag", false);
                        })),
                new Twin("256 characters of subject", plain, ISSUER.token(NOW, c -> c.put("sub", "a".repeat(256)))),
                new Twin("500 groups", plain, ISSUER.token(NOW, c -> c.put("groups", numbers(500)))),
                new Twin(
                        "times with decimals",
                        plain,
                        ISSUER.token(NOW, c -> c.put("iat", new BigDecimal(NOW.getEpochSecond() + ".25")))),
                new Twin("lives exactly as long as it may", plain, ISSUER.token(NOW, c -> {
                    c.put("iat", NOW.getEpochSecond() - 86_400);
                    c.put("exp", NOW.getEpochSecond());
                })),
                new Twin("bound to a key", plain.bound(SenderConstraint.DPOP, false), bound("jkt")),
                new Twin("bound to a certificate", plain.bound(SenderConstraint.MTLS, false), bound("x5t#S256")),
                new Twin("bound to one of them", plain.bound(SenderConstraint.ANY, false), bound("x5t#S256")),
                new Twin("bound although it need not be", plain, bound("jkt")));
    }

    private static String bound(String method) {
        return ISSUER.token(NOW, c -> c.put("cnf", Map.of(method, "t".repeat(43))));
    }

    @ParameterizedTest
    @MethodSource("goodTokens")
    void aTokenThatFitsItsProfileIsAccepted(Twin twin) throws Exception {
        VerifiedToken token = verifier(twin.profile()).verify(twin.token(), TestIssuer.AUDIENCE, SOURCE);

        assertThat(token.caller().subject().subject()).matches("alice|a{256}");
        assertThat(token.caller().subject().clientId()).isEqualTo("desk-agent");
        assertThat(token.profile()).isEqualTo(twin.profile().profile());
    }

    @Test
    void theTenantIsWhatTheIssuersClaimSays() throws Exception {
        TestProfile nested = TestProfile.plain().tenants("/org/name");

        assertThat(tenant(TestProfile.plain(), c -> c.put("tenant", "acme"))).isEqualTo("acme");
        assertThat(tenant(nested, c -> c.put("org", Map.of("name", "acme")))).isEqualTo("acme");
        assertThat(tenant(nested, c -> c.put("tenant", "acme"))).isEmpty();
        assertThat(tenant(TestProfile.plain(), c -> c.put("tenant", ""))).isEmpty();
        assertThat(tenant(TestProfile.plain(), c -> c.put("tenant", null))).isEmpty();
        assertThat(tenant(TestProfile.plain(), c -> {})).isEmpty();
    }

    private String tenant(TestProfile profile, Consumer<Map<String, Object>> claims) throws Exception {
        return verifier(profile)
                .verify(ISSUER.token(NOW, claims), TestIssuer.AUDIENCE, SOURCE)
                .caller()
                .tenant();
    }

    /** What fits one profile, or nearly, and not this one. */
    record Misfit(String name, TestProfile profile, String token, TokenStep step, String reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Misfit> misfits() {
        TestProfile plain = TestProfile.plain();
        TestProfile alone = plain.strict(true, Set.of("jti"));
        TestProfile tenants = plain.strict(false, Set.of("tenant"));
        TestProfile dpop = plain.bound(SenderConstraint.DPOP, false);
        TestProfile mtls = plain.bound(SenderConstraint.MTLS, false);
        TestProfile any = plain.bound(SenderConstraint.ANY, false);
        List<Misfit> all = new ArrayList<>(List.of(
                new Misfit(
                        "ours and another audience",
                        alone,
                        ISSUER.token(NOW, c -> c.put("aud", List.of(TestIssuer.AUDIENCE, "account"))),
                        TokenStep.AUDIENCE,
                        "others"),
                new Misfit(
                        "ours and a number as audience",
                        alone,
                        ISSUER.token(NOW, c -> c.put("aud", List.of(7, TestIssuer.AUDIENCE))),
                        TokenStep.AUDIENCE,
                        "others"),
                new Misfit(
                        "a list of tenants",
                        plain,
                        ISSUER.token(NOW, c -> c.put("tenant", List.of("acme"))),
                        TokenStep.CLAIMS,
                        "the tenant, is no string"),
                new Misfit(
                        "a tenant that fits no record",
                        plain,
                        ISSUER.token(NOW, c -> c.put("tenant", "a".repeat(257))),
                        TokenStep.CLAIMS,
                        "tenant is empty, too long"),
                new Misfit("the required claim is missing", tenants, ISSUER.token(NOW), TokenStep.CLAIMS, "tenant"),
                new Misfit(
                        "RS256 where ES256 alone is configured",
                        plain.form(Set.of("ES256"), Set.of("at+jwt"), "client_id"),
                        ISSUER.sign(TestIssuer.header(JWSAlgorithm.RS256, ISSUER.rsa()), TestIssuer.claims(NOW)),
                        TokenStep.HEADER,
                        "alg"),
                new Misfit(
                        "EdDSA where its newer name is configured",
                        plain.form(Set.of("Ed25519"), Set.of("at+jwt"), "client_id"),
                        signedEd(header -> {}),
                        TokenStep.HEADER,
                        "alg"),
                new Misfit(
                        "another claim names the client",
                        plain.form(Set.of("ES256"), Set.of("at+jwt"), "azp"),
                        ISSUER.token(NOW),
                        TokenStep.CLAIMS,
                        "azp"),
                new Misfit("not bound to a key", dpop, ISSUER.token(NOW), TokenStep.BINDING, "not bound"),
                new Misfit(
                        "bound to a certificate, not to a key",
                        dpop,
                        bound("x5t#S256"),
                        TokenStep.BINDING,
                        "not bound"),
                new Misfit("bound to a key, not to a certificate", mtls, bound("jkt"), TokenStep.BINDING, "not bound"),
                new Misfit("bound to nothing", any, ISSUER.token(NOW), TokenStep.BINDING, "not bound")));
        for (Object empty : new Object[] {"", List.of(), Map.of()}) {
            all.add(new Misfit(
                    "the required claim is " + empty.getClass().getSimpleName() + " and empty",
                    tenants,
                    ISSUER.token(NOW, c -> c.put("tenant", empty)),
                    TokenStep.CLAIMS,
                    "tenant"));
        }
        all.add(new Misfit(
                "the required claim is null",
                tenants,
                ISSUER.token(NOW, c -> c.put("tenant", null)),
                TokenStep.CLAIMS,
                "tenant"));
        Map<String, Object> jwt = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        jwt.put("typ", "JWT");
        for (String claim : List.of("nonce", "at_hash", "c_hash", "s_hash", "events")) {
            all.add(new Misfit(
                    "type JWT and " + claim,
                    plain.typ("jwt"),
                    ISSUER.sign(jwt, with(claim, "x")),
                    TokenStep.CLAIMS,
                    claim));
        }
        Map<String, Object> untyped = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        untyped.remove("typ");
        all.add(new Misfit(
                "no type and token_use id",
                plain.typ("absent"),
                ISSUER.sign(untyped, with("token_use", "id")),
                TokenStep.CLAIMS,
                "no access token"));
        all.add(new Misfit(
                "no type where JWT is asked",
                plain.typ("jwt"),
                ISSUER.sign(untyped, TestIssuer.claims(NOW)),
                TokenStep.HEADER,
                "typ"));
        all.add(new Misfit(
                "the type absent, written out",
                plain.typ("absent"),
                signed(header -> header.put("typ", "absent")),
                TokenStep.HEADER,
                "typ"));
        for (String type : List.of("ID", "Refresh", "Offline", "Logout")) {
            all.add(new Misfit(
                    "type JWT and the claim typ " + type,
                    plain.typ("jwt"),
                    ISSUER.sign(jwt, with("typ", type)),
                    TokenStep.CLAIMS,
                    "no access token"));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void aTokenThatDoesNotFitItsProfileIsRefused(Misfit misfit) throws Exception {
        JwtVerifier strict = verifier(misfit.profile());

        assertThatThrownBy(() -> strict.verify(misfit.token(), TestIssuer.AUDIENCE, SOURCE))
                .isInstanceOfSatisfying(
                        BadToken.class, refused -> assertThat(refused.step()).isEqualTo(misfit.step()))
                .hasMessageContaining(misfit.reason());
    }

    @Test
    void whatTheSenderMustProveIsReadFromTheToken() throws Exception {
        assertThat(verifier.verify(ISSUER.token(NOW), TestIssuer.AUDIENCE, SOURCE)
                        .confirmation())
                .isEqualTo(Confirmation.NONE);
        assertThat(verifier.verify(bound("jkt"), TestIssuer.AUDIENCE, SOURCE).confirmation())
                .isEqualTo(new Confirmation("t".repeat(43), null));
        assertThat(verifier.verify(bound("x5t#S256"), TestIssuer.AUDIENCE, SOURCE)
                        .confirmation())
                .isEqualTo(new Confirmation(null, "t".repeat(43)));
    }

    @Test
    void aTokenMayBeExactlyAsLongAsTheLimit() throws Exception {
        String just = ISSUER.token(NOW, c -> c.put("x", ""));
        String longest = "";
        for (int i = (TokenText.BYTES_MAX - just.length()) * 3 / 4 - 4;
                longest.length() < TokenText.BYTES_MAX - 1;
                i++) {
            int fill = i;
            longest = ISSUER.token(NOW, c -> c.put("x", "y".repeat(fill)));
        }

        assertThat(longest.length()).isLessThanOrEqualTo(TokenText.BYTES_MAX);
        assertThat(verifier.verify(longest, TestIssuer.AUDIENCE, SOURCE)).isNotNull();
    }

    @Test
    void issuersNeverShareKeys() throws Exception {
        try (TestIssuer other = new TestIssuer()) {
            KeySet ours = new FileKeySet(ISSUER.writeTo(folder.resolve("ours.json")), () -> 0L);
            KeySet theirs = new FileKeySet(other.writeTo(folder.resolve("theirs.json")), () -> 0L);
            JwtVerifier both = verifier(
                    List.of(
                            new JwtVerifier.Issuer(TestProfile.plain().profile(), ours),
                            new JwtVerifier.Issuer(
                                    TestProfile.plain()
                                            .named("two", "https://two.example")
                                            .profile(),
                                    theirs)),
                    ScopeHierarchy.NONE);
            Consumer<Map<String, Object>> two = claims -> claims.put("iss", "https://two.example");

            assertThat(both.verify(ISSUER.token(NOW), TestIssuer.AUDIENCE, SOURCE)
                            .caller()
                            .subject()
                            .issuer())
                    .isEqualTo("corp");
            assertThat(both.verify(other.token(NOW, two), TestIssuer.AUDIENCE, SOURCE)
                            .caller()
                            .subject()
                            .issuer())
                    .isEqualTo("two");
            assertThatThrownBy(() -> both.verify(ISSUER.token(NOW, two), TestIssuer.AUDIENCE, SOURCE))
                    .hasMessageContaining("signature");
            assertThatThrownBy(() -> both.verify(other.token(NOW), TestIssuer.AUDIENCE, SOURCE))
                    .hasMessageContaining("signature");
        }
    }

    @Test
    void aScopeHoldsThoseThatItImpliesAlsoThroughOthers() throws Exception {
        ScopeHierarchy scopes = new ScopeHierarchy(Map.of(
                "mcp:crm:admin", Set.of("mcp:crm:write"), "mcp:crm:write", Set.of("mcp:crm:read", "mcp:crm:list")));
        JwtVerifier hierarchical = verifier(TestProfile.plain(), scopes);

        assertThat(scopes(hierarchical, "mcp:crm:admin"))
                .containsExactlyInAnyOrder("mcp:crm:admin", "mcp:crm:write", "mcp:crm:read", "mcp:crm:list");
        assertThat(scopes(hierarchical, "mcp:crm:write x"))
                .containsExactlyInAnyOrder("mcp:crm:write", "mcp:crm:read", "mcp:crm:list", "x");
        assertThat(scopes(hierarchical, "mcp:crm:read")).containsExactly("mcp:crm:read");
        assertThat(scopes(hierarchical, "")).isEmpty();
    }

    private static Set<String> scopes(JwtVerifier verifier, String scope) throws Exception {
        return verifier.verify(ISSUER.token(NOW, c -> c.put("scope", scope)), TestIssuer.AUDIENCE, SOURCE)
                .caller()
                .subject()
                .scopes();
    }

    @Test
    void aMissingKeyFileIsNoReasonToBelieveATokenNorToBlameIt() {
        KeySet none = new FileKeySet(folder.resolve("absent.json"), () -> 0L);
        JwtVerifier keyless =
                verifier(List.of(new JwtVerifier.Issuer(TestProfile.plain().profile(), none)), ScopeHierarchy.NONE);

        assertThatThrownBy(() -> keyless.verify(ISSUER.token(NOW), TestIssuer.AUDIENCE, SOURCE))
                .isInstanceOf(KeysUnavailable.class)
                .hasMessageContaining("absent.json");
    }
}
