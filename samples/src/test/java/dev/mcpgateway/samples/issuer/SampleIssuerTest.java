package dev.mcpgateway.samples.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mcpgateway.samples.testing.ChildProcess;
import dev.mcpgateway.samples.testing.Http;
import dev.mcpgateway.samples.testing.HttpAnswer;
import dev.mcpgateway.samples.testing.SettableClock;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sample issuer over HTTP and as a process. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SampleIssuerTest {
    private static final String FORM =
            "grant_type=client_credentials&sub=alice&resource=http%3A%2F%2F127.0.0.1%3A8080%2Fmcp";

    @TempDir
    Path temp;

    private final SettableClock clock = new SettableClock();
    private final Http http = new Http();
    private Path state;
    private SampleIssuer issuer;

    @BeforeEach
    void start() throws IOException {
        state = temp.resolve("issuer");
        issuer = SampleIssuer.start(state, 0, clock, new Random(11));
    }

    @AfterEach
    void stop() {
        http.close();
        issuer.close();
    }

    @Test
    void theMetadataFollowsRfc8414() {
        URI where = issuer.url().resolve("/.well-known/oauth-authorization-server/sample-issuer");

        HttpAnswer answer = http.send("GET", where, Map.of(), new byte[0]);

        assertThat(answer.json().path("issuer").asString())
                .isEqualTo(issuer.url().toString())
                .contains("sample");
        assertThat(answer.json().path("jwks_uri").asString()).isEqualTo(issuer.url() + "/jwks");
        assertThat(answer.json().path("token_endpoint").asString()).isEqualTo(issuer.url() + "/token");
        assertThat(answer.json().path("response_types_supported").isArray()).isTrue();
    }

    @Test
    void aTokenFollowsRfc9068AndVerifiesWithThePublishedKey() throws Exception {
        SignedJWT token = SignedJWT.parse(
                token(
                        FORM
                                + "&scope=crm%3Aread+crm%3Awrite&groups=support,sales&tenant=north&team=desk&agent=desk-agent&lifetime_s=60"));

        assertThat(token.getHeader().getType().toString()).isEqualTo("at+jwt");
        assertThat(token.getHeader().getAlgorithm().getName()).isEqualTo("ES256");
        assertThat(isGenuine(token)).isTrue();
        assertThat(token.getJWTClaimsSet().getIssuer()).isEqualTo(issuer.url().toString());
        assertThat(token.getJWTClaimsSet().getSubject()).isEqualTo("alice");
        assertThat(token.getJWTClaimsSet().getAudience()).containsExactly("http://127.0.0.1:8080/mcp");
        assertThat(token.getJWTClaimsSet().getIssueTime()).isEqualTo(clock.instant());
        assertThat(token.getJWTClaimsSet().getExpirationTime())
                .isEqualTo(clock.instant().plusSeconds(60));
        assertThat(token.getJWTClaimsSet().getJWTID()).hasSize(22);
        assertThat(token.getJWTClaimsSet().getStringClaim("client_id")).isEqualTo("desk-agent");
        assertThat(token.getJWTClaimsSet().getStringClaim("scope")).isEqualTo("crm:read crm:write");
        assertThat(token.getJWTClaimsSet().getStringListClaim("groups")).containsExactly("support", "sales");
        assertThat(token.getJWTClaimsSet().getStringClaim("tenant")).isEqualTo("north");
        assertThat(token.getJWTClaimsSet().getStringClaim("team")).isEqualTo("desk");
    }

    @Test
    void claimsThatNobodyAskedForAreLeftOut() throws Exception {
        SignedJWT token = SignedJWT.parse(token(FORM));

        assertThat(token.getJWTClaimsSet().getClaims().keySet())
                .containsExactlyInAnyOrder("iss", "sub", "aud", "client_id", "iat", "exp", "jti");
    }

    @Test
    void twoTokensDifferInTheirIds() throws Exception {
        assertThat(SignedJWT.parse(token(FORM)).getJWTClaimsSet().getJWTID())
                .isNotEqualTo(SignedJWT.parse(token(FORM)).getJWTClaimsSet().getJWTID());
    }

    @Test
    void thePublishedKeyHasNoPrivatePart() {
        HttpAnswer keys = http.send("GET", URI.create(issuer.url() + "/jwks"), Map.of(), new byte[0]);

        assertThat(keys.json().path("keys").size()).isEqualTo(1);
        assertThat(keys.json().path("keys").get(0).has("d")).isFalse();
    }

    @Test
    void tokensStayValidOverARestart() throws Exception {
        SignedJWT token = SignedJWT.parse(token(FORM));
        int port = issuer.url().getPort();
        issuer.close();

        issuer = SampleIssuer.start(state, port, clock, new Random(12));

        assertThat(isGenuine(token)).isTrue();
        assertThat(token.getJWTClaimsSet().getIssuer()).isEqualTo(issuer.url().toString());
    }

    @Test
    void theStateIsForItsOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        try (var files = Files.list(state)) {
            List<Path> all = files.toList();

            assertThat(all)
                    .hasSize(3)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void aDamagedKeyStopsTheStartAndIsNotReplaced() throws IOException {
        issuer.close();
        Files.writeString(state.resolve("signing-key.json"), "{\"kty\": \"EC\"}");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> SampleIssuer.start(state, 0, clock, new Random(1)))
                .withMessageContaining("signing-key.json is not a private P-256 key");
        assertThat(state.resolve("signing-key.json")).hasContent("{\"kty\": \"EC\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic c2FtcGxlOg==", "Basic %%%", "Bearer x", "wrong client", "wrong secret"})
    void withoutTheSecretThereIsNoToken(String authorization) throws IOException {
        String secret = Files.readString(state.resolve("client-secret")).strip();
        String value = switch (authorization) {
            case "wrong client" -> basic("other", secret);
            case "wrong secret" -> basic("sample", secret + "x");
            default -> authorization;
        };

        HttpAnswer answer = post(FORM, value.isEmpty() ? Map.of() : Map.of("Authorization", value));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json().path("error").asString()).isEqualTo("invalid_client");
        assertThat(answer.header("WWW-Authenticate")).startsWith("Basic");
    }

    @ParameterizedTest
    @CsvSource({
        "grant_type=authorization_code&sub=a&resource=http%3A%2F%2Fa, unsupported_grant_type",
        "sub=a&resource=http%3A%2F%2Fa, unsupported_grant_type",
        "grant_type=client_credentials&resource=http%3A%2F%2Fa, invalid_request",
        "grant_type=client_credentials&sub=&resource=http%3A%2F%2Fa, invalid_request",
        "grant_type=client_credentials&sub=a, invalid_request",
        "grant_type=client_credentials&sub=a&resource=relative, invalid_target",
        "grant_type=client_credentials&sub=a&resource=http%3A%2F%2Fa%23x, invalid_target",
        "grant_type=client_credentials&sub=a&resource=http%3A%2F%2Fa&resource=http%3A%2F%2Fb, invalid_request",
        "grant_type=client_credentials&sub=a&resource=http%3A%2F%2Fa&scope=a%22b, invalid_scope",
        "grant_type=client_credentials&sub=a&resource=http%3A%2F%2Fa&lifetime_s=3601, invalid_request",
        "grant_type=client_credentials&sub=a&resource=http%3A%2F%2Fa&lifetime_s=0, invalid_request",
        "grant_type=client_credentials&sub=a&resource=http%3A%2F%2Fa&iss=http%3A%2F%2Fb, invalid_request",
        "grant_type=client_credentials&sub=%zz&resource=http%3A%2F%2Fa, invalid_request",
        "grant_type, invalid_request"
    })
    void aWrongRequestIsRefusedWithItsReason(String form, String error) throws IOException {
        HttpAnswer answer = post(form, authorized());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asString()).isEqualTo(error);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void aFormBeyondTheLimitIsRefusedBeforeItIsSent() throws IOException {
        String head = "POST /sample-issuer/token HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                + authorized().get("Authorization")
                + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 17000\r\n\r\n";

        assertThat(Http.rawStatus(issuer.url(), head)).startsWith("HTTP/1.1 400");
    }

    @Test
    void aWebPageOfAnotherOriginGetsNothing() throws IOException {
        Map<String, String> headers = authorized();
        headers.put("Origin", "http://evil.example");

        assertThat(post(FORM, headers).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"GET, /sample-issuer/token", "POST, /sample-issuer/jwks", "GET, /", "GET, /sample-issuer"})
    void thereIsNothingElse(String method, String path) {
        assertThat(http.send(method, issuer.url().resolve(path), Map.of(), new byte[0])
                        .status())
                .isEqualTo(404);
    }

    @Test
    void theProcessSaysThatItIsASampleAndMintsOnTheCommandLine() throws Exception {
        Path folder = temp.resolve("process");
        try (ChildProcess process = ChildProcess.start(SampleIssuer.class, "--state", folder.toString())) {
            assertThat(process.readLine()).matches("READY http://127\\.0\\.0\\.1:[0-9]+/sample-issuer");

            try (ChildProcess mint = ChildProcess.start(
                            MintToken.class,
                            "--state",
                            folder.toString(),
                            "--sub",
                            "bob",
                            "--resource",
                            "http://127.0.0.1:8080/mcp",
                            "--scope",
                            "crm:read");
                    ChildProcess refused = ChildProcess.start(
                            MintToken.class, "--state", folder.toString(), "--sub", "bob", "--resource", "nowhere")) {
                SignedJWT token = SignedJWT.parse(mint.readLine());
                assertThat(mint.exitCode()).isZero();
                assertThat(token.getJWTClaimsSet().getSubject()).isEqualTo("bob");
                assertThat(refused.exitCode()).isEqualTo(1);
                assertThat(refused.standardError()).contains("resource must be an absolute URI");
            }
            process.terminate();
            assertThat(process.exitCode()).isEqualTo(128 + 15);
            assertThat(process.standardError()).contains("SAMPLE ISSUER", "Not for production");
        }
    }

    private String token(String form) throws IOException {
        HttpAnswer answer = post(form, authorized());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        return answer.json().path("access_token").asString();
    }

    private boolean isGenuine(SignedJWT token) throws Exception {
        String keys = http.send("GET", URI.create(issuer.url() + "/jwks"), Map.of(), new byte[0])
                .body();
        var key = JWKSet.parse(keys).getKeyByKeyId(token.getHeader().getKeyID());
        return token.verify(new ECDSAVerifier(key.toECKey()));
    }

    private Map<String, String> authorized() throws IOException {
        String secret = Files.readString(state.resolve("client-secret")).strip();
        return new HashMap<>(Map.of("Authorization", basic("sample", secret)));
    }

    private HttpAnswer post(String form, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/x-www-form-urlencoded");
        return http.send("POST", URI.create(issuer.url() + "/token"), all, form.getBytes(StandardCharsets.UTF_8));
    }

    private static String basic(String client, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((client + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }
}
