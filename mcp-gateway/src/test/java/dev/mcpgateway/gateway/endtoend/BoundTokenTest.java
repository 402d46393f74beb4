package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.identity.TestIssuer;
import dev.mcpgateway.gateway.identity.TestProver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokens that are bound to a key (RFC 9449), at a gateway with three issuers: one asks for nothing, one for proofs, one
 * for proofs with a nonce.
 */
class BoundTokenTest {
    private static final String ASKING = "https://asking.example";
    private static final String NONCE = "https://nonce.example";
    private static final TestProver PROVER = TestProver.generate();

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder)
                .section(
                        "issuers",
                        "{corp: {issuer: \"" + TestIssuer.ISSUER + "\", jwks: {file: jwks.json}}, asking: {issuer: \""
                                + ASKING + "\", jwks: {file: jwks.json}, sender_constraint: dpop}, nonce: {issuer: \""
                                + NONCE
                                + "\", jwks: {file: jwks.json}, sender_constraint: dpop, dpop_nonce: true}}")
                .upstream("crm", crm)
                .policy(TestGateway.ALLOW_CRM.replace("issuer: corp, ", "issuer: [corp, asking, nonce], "))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        crm.clearRequests();
    }

    private static String bound(String issuer) {
        return gateway.token(PROVER.binding().andThen(claims -> claims.put("iss", issuer)));
    }

    private static WireRequest call(String scheme, String token) {
        return gateway.agent().calling("crm__echo", "{}").with("Authorization", scheme + " " + token);
    }

    private static String proof(String token) {
        return proof(token, claims -> {});
    }

    private static String proof(String token, Consumer<Map<String, Object>> change) {
        return PROVER.proof(
                "POST", gateway.url().toString(), token, gateway.clock().instant(), change);
    }

    private static String challenges(WireAnswer answer) {
        return String.join("\n", answer.headers("WWW-Authenticate"));
    }

    @Test
    void withAProofForEachRequestABoundTokenIsTaken() {
        for (String issuer : List.of(TestIssuer.ISSUER, ASKING)) {
            String token = bound(issuer);
            for (int i = 0; i < 3; i++) {
                WireAnswer answer = gateway.send(call("DPoP", token).plus("DPoP", proof(token)));
                assertThat(answer.firstText()).as(issuer).isEqualTo("hello");
            }
        }
        assertThat(crm.requests("tools/call"))
                .hasSize(6)
                .allSatisfy(request -> assertThat(request.header("DPoP")).isEmpty());
    }

    @Test
    void withoutItsProofItIsRefusedWhateverTheIssuerAsksForAndAlsoWhenItWasTakenBefore() {
        for (String issuer : List.of(TestIssuer.ISSUER, ASKING)) {
            String token = bound(issuer);
            assertThat(gateway.send(call("DPoP", token).plus("DPoP", proof(token)))
                            .status())
                    .isEqualTo(200);
            crm.clearRequests();
            gateway.skipRecords();

            WireAnswer asBearer = gateway.send(call("Bearer", token));
            WireAnswer withProofAsBearer = gateway.send(call("Bearer", token).plus("DPoP", proof(token)));
            WireAnswer withoutProof = gateway.send(call("DPoP", token));
            WireAnswer withTwo =
                    gateway.send(call("DPoP", token).plus("DPoP", proof(token)).plus("DPoP", proof(token)));

            for (WireAnswer answer : List.of(asBearer, withProofAsBearer, withoutProof, withTwo)) {
                assertThat(answer.status()).isEqualTo(401);
            }
            assertThat(challenges(asBearer)).contains("Bearer error=\"invalid_token\"", "\nDPoP resource_metadata=");
            assertThat(challenges(withoutProof)).contains("DPoP error=\"invalid_dpop_proof\"");
            assertThat(gateway.newSummaries(4))
                    .containsExactly(
                            "auth.denied IDENTIFY bad_token",
                            "auth.denied IDENTIFY bad_token",
                            "auth.denied IDENTIFY bad_proof",
                            "auth.denied IDENTIFY bad_proof");
            assertThat(crm.requests("tools/call")).isEmpty();
            gateway.clock().advance(Duration.ofSeconds(11));
        }
    }

    @Test
    void whereNobodyIsAskedForProofsWhoSendsOneInVainIsToldTheAlgorithms(@TempDir Path own) throws Exception {
        try (TestGateway plain = TestGateway.in(own).upstream("crm", crm).start()) {
            String token = plain.token(PROVER.binding());
            Instant now = plain.clock().instant();
            WireRequest call = plain.agent().calling("crm__echo", "{}");
            String proof = PROVER.proof("POST", plain.url().toString(), token, now, claims -> {});
            String stale = PROVER.proof("POST", plain.url().toString(), token, now.minusSeconds(3600), claims -> {});

            WireAnswer good =
                    plain.send(call.with("Authorization", "DPoP " + token).plus("DPoP", proof));
            WireAnswer badProof =
                    plain.send(call.with("Authorization", "DPoP " + token).plus("DPoP", stale));
            WireAnswer badToken = plain.send(call.with("Authorization", "DPoP " + token + "A"));
            WireAnswer bearer = plain.send(call.with("Authorization", "Bearer " + token));

            assertThat(good.status()).isEqualTo(200);
            String algorithms = ", algs=\"ES256 PS256 RS256 EdDSA Ed25519\"";
            assertThat(challenges(badProof)).contains("DPoP error=\"invalid_dpop_proof\"", algorithms);
            assertThat(challenges(badToken)).contains("DPoP error=\"invalid_token\"", algorithms);
            assertThat(challenges(bearer))
                    .contains("Bearer error=\"invalid_token\"")
                    .doesNotContain("DPoP", "algs");
        }
    }

    @Test
    void aTokenThatIsNotBoundIsNoDpopTokenAndNotEnoughWhereProofIsAsked() {
        String plain = gateway.token();
        String asking = gateway.token(claims -> claims.put("iss", ASKING));

        assertThat(gateway.send(call("DPoP", plain).plus("DPoP", proof(plain))).status())
                .isEqualTo(401);
        assertThat(gateway.send(call("Bearer", asking)).status()).isEqualTo(401);
        assertThat(gateway.send(call("DPoP", asking).plus("DPoP", proof(asking)))
                        .status())
                .isEqualTo(401);
        assertThat(gateway.send(call("Bearer", plain)).status()).isEqualTo(200);
        gateway.clock().advance(Duration.ofSeconds(11));
    }

    @Test
    void aProofIsGoodForOneRequestAndOneTokenAndOneUrl() {
        String token = bound(ASKING);
        String other = gateway.token(PROVER.binding()
                .andThen(claims -> claims.put("iss", ASKING))
                .andThen(claims -> claims.put("jti", "another")));
        String proof = proof(token);

        assertThat(gateway.send(call("DPoP", token).plus("DPoP", proof)).status())
                .isEqualTo(200);
        assertThat(gateway.send(call("DPoP", token).plus("DPoP", proof)).status())
                .as("replayed")
                .isEqualTo(401);
        assertThat(gateway.send(call("DPoP", token).plus("DPoP", proof(other))).status())
                .as("the proof of another token")
                .isEqualTo(401);
        assertThat(gateway.send(call("DPoP", token)
                                .plus("DPoP", proof(token, claims -> claims.put("htu", "http://127.0.0.1:1/mcp"))))
                        .status())
                .as("made for another gateway")
                .isEqualTo(401);
        assertThat(gateway.send(call("DPoP", token)
                                .plus(
                                        "DPoP",
                                        TestProver.generate()
                                                .proof(
                                                        "POST",
                                                        gateway.url().toString(),
                                                        token,
                                                        gateway.clock().instant())))
                        .status())
                .as("a thief's own key")
                .isEqualTo(401);
        gateway.clock().advance(Duration.ofSeconds(11));
    }

    @Test
    void whereANonceIsAskedForTheAnswerTellsIt() {
        String token = bound(NONCE);

        WireAnswer told = gateway.send(call("DPoP", token).plus("DPoP", proof(token)));
        String nonce = told.header("DPoP-Nonce").orElseThrow();
        WireAnswer good =
                gateway.send(call("DPoP", token).plus("DPoP", proof(token, claims -> claims.put("nonce", nonce))));

        assertThat(told.status()).isEqualTo(401);
        assertThat(challenges(told)).contains("DPoP error=\"use_dpop_nonce\"", "algs=\"ES256 ");
        assertThat(good.status()).isEqualTo(200);
        assertThat(good.header("DPoP-Nonce")).isPresent();

        gateway.clock().advance(Duration.ofMinutes(4));
        WireAnswer late =
                gateway.send(call("DPoP", token).plus("DPoP", proof(token, claims -> claims.put("nonce", nonce))));
        assertThat(late.status()).isEqualTo(401);
        assertThat(late.header("DPoP-Nonce")).isPresent().isNotEqualTo(java.util.Optional.of(nonce));
    }

    @Test
    void streamsAndEndsAreProvedToo() {
        String token = bound(ASKING);
        WireRequest delete = WireRequest.of("DELETE", "/mcp")
                .plus("Host", gateway.url().getAuthority())
                .plus("Authorization", "DPoP " + token);

        assertThat(gateway.send(delete.plus("DPoP", proof(token))).status())
                .as("the proof says POST")
                .isEqualTo(401);
        assertThat(gateway.send(delete.plus(
                                "DPoP",
                                PROVER.proof(
                                        "DELETE",
                                        gateway.url().toString(),
                                        token,
                                        gateway.clock().instant())))
                        .status())
                .isNotEqualTo(401);
        gateway.clock().advance(Duration.ofSeconds(11));
    }

    @Test
    void agentsAreToldAboutProofsBeforeTheyCall() {
        WireRequest metadata = WireRequest.of("GET", "/.well-known/oauth-protected-resource/mcp")
                .plus("Host", gateway.url().getAuthority());

        WireAnswer document = gateway.send(metadata);
        WireAnswer refused = gateway.send(gateway.agent().listing().without("Authorization"));

        assertThat(document.at("/dpop_signing_alg_values_supported/0")).isEqualTo("ES256");
        assertThat(document.json().at("/dpop_bound_access_tokens_required").booleanValue())
                .as("one issuer's tokens need no proof")
                .isFalse();
        assertThat(document.json().has("tls_client_certificate_bound_access_tokens"))
                .isFalse();
        assertThat(challenges(refused)).contains("Bearer ", "\nDPoP ", "algs=\"ES256 PS256 RS256 EdDSA Ed25519\"");
    }
}
