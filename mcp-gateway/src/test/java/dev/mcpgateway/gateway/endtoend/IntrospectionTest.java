package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.identity.FakeIntrospection;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that only their issuer can judge: its word counts, read strictly, for a short time, and its silence for nothing. */
class IntrospectionTest {
    private static final String TOKEN = "opaque-token_1";

    @TempDir
    Path folder;

    private FakeIntrospection issuer;
    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        issuer = FakeIntrospection.start();
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        secret("introspection.secret", "pass word+%");
    }

    private void secret(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text + "\n");
    }

    private void start(String more) throws Exception {
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .section(
                        "issuers",
                        "{corp: {issuer: \"" + TestIssuer.ISSUER
                                + "\", jwks: {file: jwks.json}, introspection: {url: \"" + issuer.url() + "\", " + more
                                + "}}}")
                .start();
        gateway.skipRecords();
    }

    private void start() throws Exception {
        start("client: {id: \"gw 1\", secret: {file: introspection.secret}}");
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
        issuer.close();
    }

    private void knows(Consumer<Map<String, Object>> change) {
        issuer.knows(TOKEN, gateway.clock().instant(), gateway.url().toString(), change);
    }

    private WireAnswer call() {
        return new TestAgent(gateway, TOKEN).call("crm__echo", "{}");
    }

    @Test
    void anActiveTokenIsAskedAboutOnceAndNamesItsCaller() throws Exception {
        start();
        knows(_ -> {});

        assertThat(call().at("/result/content/0/text")).isEqualTo("hello");
        assertThat(call().status()).isEqualTo(200);

        assertThat(issuer.asked()).singleElement().satisfies(asked -> {
            assertThat(asked.form()).containsEntry("token", TOKEN).containsEntry("token_type_hint", "access_token");
            assertThat(asked.authorization())
                    .as("RFC 6749, section 2.3.1: encoded as a form before it is joined")
                    .isEqualTo("Basic "
                            + Base64.getEncoder()
                                    .encodeToString("gw+1:pass+word%2B%25".getBytes(StandardCharsets.UTF_8)));
        });
        assertThat(gateway.newRecords(2))
                .allSatisfy(each -> assertThat(each.json().toString()).doesNotContain(TOKEN))
                .first()
                .satisfies(each -> {
                    assertThat(each.text("actor.iss")).isEqualTo(TestIssuer.ISSUER);
                    assertThat(each.text("actor.sub_p")).hasSize(64);
                    assertThat(each.text("actor.jti_h"))
                            .as("a token without a jti is named all the same")
                            .hasSize(64);
                });
    }

    /** What an answer says that is good otherwise. */
    record Hostile(String what, Consumer<Map<String, Object>> change) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Hostile> hostile() {
        return Stream.of(
                new Hostile("not active", answer -> answer.put("active", false)),
                new Hostile("other issuer", answer -> answer.put("iss", "https://evil.example")),
                new Hostile("no issuer", answer -> answer.remove("iss")),
                new Hostile("other audience", answer -> answer.put("aud", "https://other.example")),
                new Hostile("no audience", answer -> answer.remove("aud")),
                new Hostile("audience number", answer -> answer.put("aud", 7)),
                new Hostile("expired", answer -> answer.put("exp", 1_700_000_000)),
                new Hostile("no expiry", answer -> answer.remove("exp")),
                new Hostile("expiry null", answer -> answer.put("exp", null)),
                new Hostile("expiry text", answer -> answer.put("exp", "4102444800")),
                new Hostile("lives a century", answer -> answer.put("exp", 5_000_000_000L)),
                new Hostile("no iat", answer -> answer.remove("iat")),
                new Hostile("issued tomorrow", answer -> answer.put("iat", 4_000_000_000L)),
                new Hostile("not yet valid", answer -> answer.put("nbf", 4_000_000_000L)),
                new Hostile("no subject", answer -> answer.remove("sub")),
                new Hostile("subject number", answer -> answer.put("sub", 7)),
                new Hostile("subject empty", answer -> answer.put("sub", "")),
                new Hostile("subject with a line break", answer -> answer.put("sub", "a\nb")),
                new Hostile("no client", answer -> answer.remove("client_id")),
                new Hostile("scope number", answer -> answer.put("scope", 7)),
                new Hostile("refresh token", answer -> answer.put("token_type", "refresh_token")),
                new Hostile("refresh token by typ", answer -> answer.put("typ", "Refresh")),
                new Hostile("ID token", answer -> answer.put("nonce", "n")),
                new Hostile("bound to a key", answer -> answer.put("cnf", Map.of("jkt", "a".repeat(43)))),
                new Hostile("bound to a certificate", answer -> answer.put("cnf", Map.of("x5t#S256", "a".repeat(43)))),
                new Hostile("bound in an unknown way", answer -> answer.put("cnf", Map.of("kid", "a"))),
                new Hostile("DPoP without a key", answer -> answer.put("token_type", "DPoP")));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void anAnswerIsReadAsStrictlyAsAJwt(Hostile each) throws Exception {
        start();
        knows(each.change());

        WireAnswer refused = call();

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate").orElse("")).contains("error=\"invalid_token\"");
        assertThat(crm.requests()).noneMatch(request -> request.text().contains("tools/call"));
        assertThat(call().status()).isEqualTo(401);
        assertThat(issuer.asked())
                .as("a bad token is not asked about again at once")
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "true",
                "{}",
                "{\"active\":\"true\"}",
                "{\"active\":1}",
                "{\"active\":null}",
                "{\"active\":false,\"active\":true}",
                "{\"active\":true,\"sub\":\"a\",\"sub\":\"b\"}",
                "{\"active\":true",
                "<html>"
            })
    void whatIsNoAnswerIsNotTheCallersFault(String text) throws Exception {
        start();
        issuer.says(TOKEN, text);

        WireAnswer refused = call();

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(crm.requests()).noneMatch(request -> request.text().contains("tools/call"));
    }

    @Test
    void anIssuerThatIsSilentOpensNothingAndClosesNothingThatItJustOpened() throws Exception {
        start();
        knows(_ -> {});
        assertThat(call().status()).isEqualTo(200);

        for (int status : List.of(500, 401, 404)) {
            issuer.answer(status);
            assertThat(call().status())
                    .as("within the time for which the answer is believed")
                    .isEqualTo(200);
            assertThat(new TestAgent(gateway, "another").call("crm__echo", "{}").status())
                    .isEqualTo(503);
        }
        gateway.clock().advance(Duration.ofSeconds(31));
        assertThat(call().status()).isEqualTo(503);
        assertThat(gateway.agent().call("crm__echo", "{}").status())
                .as("JWTs do not depend on it")
                .isEqualTo(200);
        issuer.answer(200);
        assertThat(call().status()).isEqualTo(200);
        issuer.close();
        gateway.clock().advance(Duration.ofSeconds(31));
        assertThat(call().status()).isEqualTo(503);
    }

    @Test
    void aRedirectIsNotFollowedAndOtherTypesAreNotRead() throws Exception {
        start();
        knows(_ -> {});
        issuer.redirect(issuer.url());
        assertThat(call().status()).isEqualTo(503);
        assertThat(issuer.asked()).hasSize(1);
        issuer.answer(200);
        issuer.type("text/html");
        assertThat(call().status()).isEqualTo(503);
        issuer.type("application/json; charset=utf-8");
        assertThat(call().status()).isEqualTo(200);
    }

    @Test
    void aRevokedTokenIsGoodForHalfAMinuteAtMostAndARefusedOneIsAskedAboutAgain() throws Exception {
        start();
        knows(_ -> {});
        assertThat(call().status()).isEqualTo(200);

        issuer.revoke(TOKEN);
        gateway.clock().advance(Duration.ofSeconds(29));
        assertThat(call().status()).isEqualTo(200);
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(call().status()).isEqualTo(401);

        knows(_ -> {});
        assertThat(call().status()).isEqualTo(401);
        gateway.clock().advance(Duration.ofSeconds(11));
        assertThat(call().status()).isEqualTo(200);
    }

    @Test
    void anAnswerIsNotBelievedBeyondTheTokensEnd() throws Exception {
        start();
        knows(answer -> answer.put("exp", gateway.clock().instant().getEpochSecond() + 5));
        assertThat(call().status()).isEqualTo(200);

        gateway.clock().advance(Duration.ofSeconds(6));

        var _ = call();
        assertThat(issuer.asked()).hasSize(2);
    }

    @Test
    void aJwtIsNotAskedAboutUnlessTheIssuerWantsIt() throws Exception {
        start();

        assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);
        assertThat(issuer.asked()).isEmpty();
    }

    @Test
    void aRevokedJwtIsRefusedWhereTheIssuerIsAskedAboutJwts() throws Exception {
        start("for: all, client: {id: gw, secret: {file: introspection.secret}}");
        TestAgent agent = gateway.agent();
        issuer.says(agent.token(), "{\"active\":true,\"sub\":\"alice\"}");

        assertThat(agent.call("crm__echo", "{}").status()).isEqualTo(200);
        assertThat(agent.call("crm__echo", "{}").status()).isEqualTo(200);
        assertThat(issuer.asked()).hasSize(1);
        issuer.revoke(agent.token());
        gateway.clock().advance(Duration.ofSeconds(31));
        assertThat(agent.call("crm__echo", "{}").status()).isEqualTo(401);

        TestAgent other = gateway.agent("bob");
        issuer.says(other.token(), "{\"active\":true,\"sub\":\"alice\"}");
        assertThat(other.call("crm__echo", "{}").status())
                .as("the issuer speaks of another token")
                .isEqualTo(401);
        issuer.answer(500);
        assertThat(gateway.agent("carol").call("crm__echo", "{}").status()).isEqualTo(503);
    }

    @Test
    void opaqueTokensAreNobodysWhereTheIssuerIsAskedAboutJwtsAlone() throws Exception {
        start("for: jwt, client: {id: gw, secret: {file: introspection.secret}}");
        knows(_ -> {});

        assertThat(call().status()).isEqualTo(401);
        assertThat(issuer.asked()).isEmpty();
    }

    @Test
    void theGatewayProvesItselfWithASignature() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        secret(
                "client.pem",
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(key.toECPrivateKey().getEncoded())
                        + "\n-----END PRIVATE KEY-----");
        start("client: {id: gw, private_key: {file: client.pem}, key_id: k1}");
        knows(_ -> {});

        assertThat(call().status()).isEqualTo(200);

        FakeIntrospection.Asked asked = issuer.asked().getFirst();
        assertThat(asked.authorization()).isEmpty();
        SignedJWT assertion = SignedJWT.parse(asked.form().get("client_assertion"));
        JWSVerifier verifier = new ECDSAVerifier(key.toPublicJWK());
        assertThat(assertion.verify(verifier)).isTrue();
        assertThat(assertion.getHeader().getKeyID()).isEqualTo("k1");
        Map<String, Object> claims = new HashMap<>(assertion.getJWTClaimsSet().getClaims());
        assertThat(claims).containsEntry("iss", "gw").containsEntry("sub", "gw").containsKeys("exp", "jti");
        assertThat(assertion.getJWTClaimsSet().getAudience()).containsExactly(TestIssuer.ISSUER);
    }

    @Test
    void aSecretThatIsMissingIsNoReasonToOpen() throws Exception {
        start();
        knows(_ -> {});
        Files.delete(folder.resolve("introspection.secret"));

        assertThat(call().status()).isEqualTo(503);
        assertThat(issuer.asked()).isEmpty();
    }
}
