package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mcpgateway.connectors.credential.CallTokenKeys;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code credential: call_token} an upstream learns who calls what, and never sees what the caller came with. */
class CallTokenTest {
    private static final String CALL_TOKEN = "credential: {call_token: {audience: \"https://crm.example/mcp\"}}";

    private static final String ALLOW = """
            version: 1
            rules:
              - id: all
                effect: permit
                principals: {issuer: corp}
                actions: [tools/call, prompts/get, resources/read]
                resources: [crm__*]
                ack_broad: true
            """;

    @TempDir
    Path folder;

    private FakeMcpServer server;
    private TestGateway gateway;

    @BeforeEach
    void start() {
        server = FakeMcpServer.start(Speaks.BOTH)
                .tool("echo", turn -> turn.result(ToolScript.textResult("hello")))
                .prompt("greet", turn -> turn.result("{\"messages\":[]}"))
                .resource("file:///a", turn -> turn.result("{\"contents\":[]}"));
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        server.close();
    }

    private void serve(String credential) throws Exception {
        gateway = TestGateway.in(folder)
                .upstream("crm", server, credential)
                .policy(ALLOW)
                .start();
    }

    private JWKSet published() throws Exception {
        WireAnswer answer = gateway.send(WireRequest.of("GET", "/.well-known/jwks.json")
                .plus("Host", gateway.url().getAuthority())
                .plus("Authorization", "Bearer not-looked-at"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).doesNotContain("\"d\"");
        return JWKSet.parse(answer.text());
    }

    private static String bearer(RawRequest request) {
        String header = request.header("Authorization").orElseThrow();
        assertThat(header).startsWith("Bearer ");
        return header.substring("Bearer ".length());
    }

    /** Verified with a library that this gateway does not sign with. */
    private JWTClaimsSet verified(RawRequest request) throws Exception {
        SignedJWT token = SignedJWT.parse(bearer(request));
        JWK key = published().getKeyByKeyId(token.getHeader().getKeyID());
        assertThat(token.getHeader().getType().getType()).isEqualTo("at+jwt");
        assertThat(token.verify(new ECDSAVerifier((ECKey) key))).isTrue();
        return token.getJWTClaimsSet();
    }

    private RawRequest sent(String method) {
        return server.requests(method).getLast();
    }

    private static String sha256(String text) throws Exception {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aCallCarriesATokenForThisCallAlone() throws Exception {
        serve(CALL_TOKEN);

        TestAgent agent =
                gateway.agent(claims -> claims.put("act", Map.of("sub", "first", "act", Map.of("sub", "older"))));
        agent.call("crm__echo", "{ \"b\": 1.50, \"a\": \"\\u00e9\" }");

        JWTClaimsSet claims = verified(sent("tools/call"));
        assertThat(claims.getIssuer())
                .isEqualTo(gateway.url().resolve("/").toString().replaceAll("/$", ""));
        assertThat(claims.getAudience()).containsExactly("https://crm.example/mcp");
        assertThat(claims.getSubject()).isEqualTo("alice");
        assertThat(claims.getClaim("client_id")).isEqualTo("desk-agent");
        assertThat(claims.getClaim("act").toString()).isEqualTo("{sub=desk-agent, act={sub=first, act={sub=older}}}");
        assertThat(claims.getClaim("tool")).isEqualTo("echo");
        assertThat(claims.getClaim("method")).isEqualTo("tools/call");
        assertThat(claims.getClaim("scope")).isEqualTo("mcp:tool:echo");
        assertThat(claims.getClaim("args_sha256")).isEqualTo(sha256("{\"a\":\"é\",\"b\":1.5}"));
        assertThat(claims.getClaim("args_sha256_raw")).isNull();
        assertThat(claims.getJWTID()).isNotEmpty();
        assertThat(Duration.between(
                        claims.getIssueTime().toInstant(),
                        claims.getExpirationTime().toInstant()))
                .isEqualTo(Duration.ofSeconds(60));
        String callId = claims.getClaim("txn").toString();
        assertThat(gateway.newRecords(2)).anyMatch(each -> each.text("call").equals(callId));
        assertThat(sent("tools/call").toString()).doesNotContain(agent.token());
    }

    @Test
    void aTokenOfTheOptionalSignerIsVerifiedByTheJdkWithThePublishedKey() throws Exception {
        serve("credential: {call_token: {algorithm: EdDSA, signer: bouncycastle}}");

        assertThat(gateway.agent().call("crm__echo", "{}").firstText()).isEqualTo("hello");

        SignedJWT token = SignedJWT.parse(bearer(sent("tools/call")));
        byte[] x = published()
                .getKeyByKeyId(token.getHeader().getKeyID())
                .toOctetKeyPair()
                .getDecodedX();
        String subjectPublicKeyInfo =
                "302a300506032b6570032100" + HexFormat.of().formatHex(x);
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(subjectPublicKeyInfo))));
        verifier.update(token.getSigningInput());
        assertThat(token.getHeader().getAlgorithm().getName()).isEqualTo("EdDSA");
        assertThat(verifier.verify(token.getSignature().decode())).isTrue();
    }

    @Test
    void numbersThatADoubleDoesNotKeepAreBoundByTheirBytes() throws Exception {
        serve(CALL_TOKEN);

        gateway.agent().call("crm__echo", "{\"n\": 9007199254740993}");

        JWTClaimsSet claims = verified(sent("tools/call"));
        assertThat(claims.getClaim("args_sha256")).isNull();
        assertThat(claims.getClaim("args_sha256_raw")).isEqualTo(sha256("{\"n\": 9007199254740993}"));
    }

    @Test
    void promptsAndResourcesAreNamed() throws Exception {
        serve(CALL_TOKEN);

        gateway.send(gateway.agent().getting("crm__greet", ""));
        gateway.send(gateway.agent().reading("file:///a", ""));

        JWTClaimsSet prompt = verified(sent("prompts/get"));
        assertThat(prompt.getClaim("prompt")).isEqualTo("greet");
        assertThat(prompt.getClaim("tool")).isNull();
        assertThat(prompt.getClaim("args_sha256")).isEqualTo(sha256("{}"));
        JWTClaimsSet resource = verified(sent("resources/read"));
        assertThat(resource.getClaim("resource")).isEqualTo("file:///a");
        assertThat(resource.getClaim("args_sha256")).isNull();
    }

    @Test
    void theGatewaysOwnQuestionsNameNoUser() throws Exception {
        serve(CALL_TOKEN);

        JWTClaimsSet claims = verified(sent("tools/list"));

        assertThat(claims.getSubject()).isEqualTo(claims.getIssuer());
        assertThat(claims.getClaim("scope")).isEqualTo("mcp:list");
        assertThat(claims.getClaim("tool")).isNull();
        assertThat(claims.getClaim("act")).isNull();
    }

    @Test
    void aLegacySessionIsOpenedInTheCallersNameWithoutATool() throws Exception {
        server.speak(Speaks.LEGACY);
        serve(CALL_TOKEN);

        gateway.agent().call("crm__echo", "{}");

        JWTClaimsSet opening = verified(sent("initialize"));
        assertThat(opening.getSubject()).isEqualTo("alice");
        assertThat(opening.getClaim("scope")).isEqualTo("mcp:session");
        assertThat(opening.getClaim("tool")).isNull();
        assertThat(verified(sent("tools/call")).getClaim("tool")).isEqualTo("echo");
    }

    @Test
    void aSecondAttemptHasAnotherTokenOfTheSameCall() throws Exception {
        server.speak(Speaks.LEGACY);
        serve(CALL_TOKEN);
        gateway.agent().call("crm__echo", "{}");
        server.speak(Speaks.LEGACY); // forgets its sessions

        gateway.agent().call("crm__echo", "{\"x\":2}");

        List<RawRequest> calls = server.requests("tools/call");
        JWTClaimsSet refused = verified(calls.get(calls.size() - 2));
        JWTClaimsSet repeated = verified(calls.getLast());
        assertThat(refused.getClaim("txn")).isEqualTo(repeated.getClaim("txn"));
        assertThat(refused.getJWTID()).isNotEqualTo(repeated.getJWTID());
    }

    @Test
    void aSessionThatOutlivesATokenGoesOnWithNewOnes() throws Exception {
        server.speak(Speaks.LEGACY);
        serve(CALL_TOKEN);
        gateway.agent().call("crm__echo", "{}");
        gateway.clock().advance(Duration.ofMinutes(3));

        gateway.agent().call("crm__echo", "{}");
        gateway.close();

        JWTClaimsSet ending = SignedJWT.parse(bearer(sent("DELETE"))).getJWTClaimsSet();
        assertThat(ending.getExpirationTime().toInstant())
                .isAfter(gateway.clock().instant());
    }

    @Test
    void pairwiseSubjectsAreTheSameEachTimeAndSayNothing() throws Exception {
        serve("credential: {call_token: {subject: pairwise}}");

        gateway.agent().call("crm__echo", "{}");
        String first = verified(sent("tools/call")).getSubject();
        gateway.agent().call("crm__echo", "{}");
        String second = verified(sent("tools/call")).getSubject();
        gateway.agent("bob").call("crm__echo", "{}");
        String other = verified(sent("tools/call")).getSubject();

        assertThat(first).isEqualTo(second).doesNotContain("alice").isNotEqualTo(other);
        assertThat(verified(sent("tools/call")).getAudience())
                .containsExactly(server.url().toString());
    }

    @Test
    void twoKeysArePublicAndSurviveARestart() throws Exception {
        serve(CALL_TOKEN);
        Path file = folder.resolve("state/call-token-keys.pem");

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        List<String> before = published().getKeys().stream().map(JWK::getKeyID).toList();
        assertThat(before).hasSize(2);
        gateway.close();
        serve(CALL_TOKEN);
        assertThat(published().getKeys().stream().map(JWK::getKeyID)).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void theNextKeyTakesOverByAgeAndTheOldOneStaysForAWhile() throws Exception {
        serve(CALL_TOKEN);
        gateway.agent().call("crm__echo", "{}");
        String old = SignedJWT.parse(bearer(sent("tools/call"))).getHeader().getKeyID();

        gateway.clock().advance(Duration.ofDays(30).plusMinutes(1));
        gateway.agent(claims -> {}).call("crm__echo", "{}");

        String now = SignedJWT.parse(bearer(sent("tools/call"))).getHeader().getKeyID();
        assertThat(now).isNotEqualTo(old);
        Await.until("three keys are public", () -> keys() == 3);
        assertThat(published().getKeyByKeyId(old)).isNotNull();
        gateway.clock().advance(Duration.ofMinutes(61));
        Await.until("the old key is gone", () -> keys() == 2);
        assertThat(published().getKeyByKeyId(old)).isNull();
    }

    @Test
    void aServerCanFetchTheKeysWhileItIsAskedForItsFirstLists() throws Exception {
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        server.method("tools/list", turn -> {
            String issuer =
                    SignedJWT.parse(bearer(turn.request())).getJWTClaimsSet().getIssuer();
            try (HttpClient client = HttpClient.newHttpClient()) {
                URI keys = URI.create(issuer + "/.well-known/jwks.json");
                statuses.add(client.send(
                                HttpRequest.newBuilder(keys)
                                        .timeout(Duration.ofSeconds(5))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode());
            }
            turn.result("{\"tools\":[]}");
        });

        serve(CALL_TOKEN);

        assertThat(statuses).startsWith(200);
    }

    @Test
    void nothingThatACallerBringsStandsBesideTheToken() throws Exception {
        serve(CALL_TOKEN);
        TestAgent agent = gateway.agent();
        WireRequest dressed = agent.calling("crm__echo", "{}")
                .body("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"crm__echo\","
                        + TestAgent.META.replace(
                                "\"_meta\":{",
                                "\"_meta\":{\"keep\":1,\"x-user-id\":\"smuggled\",\"on_behalf_of\":\"smuggled\","
                                        + "\"io.modelcontextprotocol/Authorization\":\"smuggled\",")
                        + "}}")
                .plus("Cookie", "session=smuggled")
                .plus("X-Forwarded-User", "smuggled")
                .plus("Forwarded", "for=smuggled")
                .plus("X-Authorization", "Bearer smuggled");

        gateway.send(dressed);

        RawRequest sent = sent("tools/call");
        assertThat(sent.toString()).doesNotContain("smuggled", agent.token());
        assertThat(sent.text()).contains("\"keep\":1").doesNotContain("smuggled");
        assertThat(sent.headers().stream().filter(header -> header.getKey().equalsIgnoreCase("Authorization")))
                .hasSize(1);
        assertThat(verified(sent).getSubject()).isEqualTo("alice");
    }

    @Test
    void operatorsRotateTheKeysOfARunningGateway() throws Exception {
        serve(CALL_TOKEN);
        gateway.agent().call("crm__echo", "{}");
        String old = SignedJWT.parse(bearer(sent("tools/call"))).getHeader().getKeyID();
        TimeSource time = new TimeSource(gateway.clock(), gateway.clock()::nanos);
        Path file = folder.resolve("state/call-token-keys.pem");

        CallTokenKeys.rotate(file, time); // the next key has not been public for long enough
        gateway.clock().advance(Duration.ofMinutes(2));
        gateway.agent().call("crm__echo", "{}");
        assertThat(SignedJWT.parse(bearer(sent("tools/call"))).getHeader().getKeyID())
                .isEqualTo(old);
        gateway.clock().advance(Duration.ofMinutes(60));
        gateway.agent(claims -> {}).call("crm__echo", "{}");
        String second = SignedJWT.parse(bearer(sent("tools/call"))).getHeader().getKeyID();
        assertThat(second).isNotEqualTo(old);
        assertThat(published().getKeyByKeyId(old)).isNotNull();

        CallTokenKeys.replace(file, time);
        gateway.clock().advance(Duration.ofSeconds(2));
        gateway.agent(claims -> {}).call("crm__echo", "{}");
        assertThat(SignedJWT.parse(bearer(sent("tools/call"))).getHeader().getKeyID())
                .isNotIn(old, second);
        assertThat(published().getKeyByKeyId(old)).isNull();
        assertThat(published().getKeyByKeyId(second)).isNull();
        assertThat(keys()).isEqualTo(2);
    }

    private int keys() {
        try {
            return published().size();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }
}
