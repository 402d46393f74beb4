package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who calls: no credential passes for another one, and none goes further than the gateway. */
class IdentityTest {
    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static FakeMcpServer vault;
    private static FakeMcpServer old;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        vault = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        old = FakeMcpServer.start(Speaks.LEGACY).tool("echo", ToolScript.text("hello"));
        Path secret = Files.createFile(
                folder.resolve("vault.secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, "managed\n");
        gateway = TestGateway.in(folder)
                .section(
                        "views",
                        "{default: {path: /mcp, upstreams: [crm, vault, old]}, b: {path: /mcp/b, upstreams: [crm]}}")
                .upstream("crm", crm)
                .upstream("old", old)
                .upstream(
                        "vault",
                        vault,
                        "credential: {static: {header: Authorization, prefix: \"Bearer \", secret: {file: vault.secret}}}")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[\"*\"]"))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
        vault.close();
        old.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        Stream.of(crm, vault, old).forEach(FakeMcpServer::clearRequests);
    }

    /** A credential that is none, and how it is answered. */
    record Bad(String what, String header, String value, int status) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Bad> badCredentials() {
        String good = gateway.token();
        return Stream.of(
                new Bad("none at all", "X-Nothing", "at all", 401),
                new Bad("empty", "Authorization", "", 401),
                new Bad("scheme alone", "Authorization", "Bearer", 401),
                new Bad("scheme and blank", "Authorization", "Bearer  ", 401),
                new Bad("not a token", "Authorization", "Bearer anonymous", 401),
                new Bad("null", "Authorization", "Bearer null", 401),
                new Bad("basic", "Authorization", "Basic YWxpY2U6YWxpY2U=", 401),
                new Bad("dpop without a proof", "Authorization", "DPoP " + good, 401),
                new Bad("no scheme", "Authorization", good, 401),
                new Bad("blank inside", "Authorization", "Bearer " + good.replaceFirst("\\.", ". "), 401),
                new Bad("two in one", "Authorization", "Bearer " + good + ", Bearer " + good, 401),
                new Bad("cut", "Authorization", "Bearer " + good.substring(0, good.length() - 4), 401),
                new Bad(
                        "expired",
                        "Authorization",
                        "Bearer " + token("exp", gateway.clock().instant().getEpochSecond() - 60),
                        401),
                new Bad("other issuer", "Authorization", "Bearer " + token("iss", "https://evil.example"), 401),
                new Bad("other audience", "Authorization", "Bearer " + token("aud", "https://other.example/mcp"), 401),
                new Bad(
                        "other view",
                        "Authorization",
                        "Bearer " + token("aud", gateway.url().resolve("/mcp/b").toString()),
                        401),
                new Bad("unsigned", "Authorization", "Bearer " + unsigned(), 401),
                new Bad("stranger's key", "Authorization", "Bearer " + strangers(), 401),
                new Bad("unknown key id", "Authorization", "Bearer " + unknownKey(), 401),
                new Bad("too long", "Authorization", "Bearer " + "a".repeat(9_000), 401),
                new Bad("in another header", "X-Access-Token", good, 401),
                new Bad("in the proxy's header", "Proxy-Authorization", "Bearer " + good, 401),
                new Bad("in a cookie", "Cookie", "access_token=" + good, 401));
    }

    private static String token(String claim, Object value) {
        return gateway.token(claims -> claims.put(claim, value));
    }

    private static String unsigned() {
        return TestIssuer.encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}") + "."
                + gateway.token().split("\\.", -1)[1] + ".";
    }

    private static String strangers() {
        try (TestIssuer stranger = new TestIssuer()) {
            return stranger.token(
                    gateway.clock().instant(),
                    claims -> claims.put("aud", gateway.url().toString()));
        }
    }

    private static String unknownKey() {
        Map<String, Object> claims = TestIssuer.claims(gateway.clock().instant());
        claims.put("aud", gateway.url().toString());
        return gateway.issuer().sign(Map.of("alg", "ES256", "typ", "at+jwt", "kid", "../../etc/passwd"), claims);
    }

    @ParameterizedTest
    @MethodSource("badCredentials")
    void anInvalidTokenNeverBecomesAnonymous(Bad bad) {
        TestAgent agent = gateway.agent();
        List<WireRequest> all = List.of(
                agent.calling("crm__echo", "{}"),
                agent.listing(),
                agent.request("server/discover", ""),
                agent.post().body(TestAgent.initializeBody("2025-11-25")),
                agent.post().body("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"),
                agent.post().body("not even JSON"),
                WireRequest.of("GET", "/mcp").plus("Host", gateway.url().getAuthority()),
                WireRequest.of("DELETE", "/mcp").plus("Host", gateway.url().getAuthority()));

        for (WireRequest request : all) {
            WireAnswer answer = gateway.send(request.without("Authorization").plus(bad.header(), bad.value()));

            assertThat(answer.status()).as(request.toString()).isEqualTo(bad.status());
            List<String> challenges = new ArrayList<>(answer.headers("WWW-Authenticate"));
            assertThat(challenges.getFirst()).startsWith("Bearer ").contains("resource_metadata=");
            if (bad.value().startsWith("DPoP ")) {
                assertThat(challenges.removeLast()).startsWith("DPoP ").contains("algs=");
            }
            assertThat(challenges).hasSize(1);
            assertThat(answer.header("Mcp-Session-Id")).isEmpty();
            assertThat(answer.text()).doesNotContain("tools", "result");
        }
        assertThat(crm.requests("tools/call")).isEmpty();
        assertThat(gateway.newRecords(all.size())).hasSize(all.size()).allSatisfy(found -> {
            assertThat(found.text("ev")).isEqualTo("auth.denied");
            assertThat(found.text("detail.stage")).isEqualTo("IDENTIFY");
            assertThat(found.text("actor.sub_p")).as("nobody was identified").isEmpty();
            assertThat(found.json())
                    .doesNotContain(gateway.token().split("\\.", -1)[1].substring(0, 40));
        });
        // the flood summary counts per address and reason; the next case is not to be summed up
        gateway.clock().advance(Duration.ofSeconds(11));
    }

    @Test
    void aTokenInTheQueryIsRefusedEvenBesideAGoodHeader() {
        WireRequest request = gateway.agent().calling("crm__echo", "{}");

        WireAnswer answer = gateway.send(request.line("POST /mcp?access_token=" + gateway.token() + " HTTP/1.1"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(gateway.newSummaries(1)).containsExactly("auth.denied IDENTIFY malformed_credentials");
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void twoAuthorizationHeadersAreRefusedAlsoWhenBothAreGood() {
        WireRequest request = gateway.agent().calling("crm__echo", "{}");

        WireAnswer twice = gateway.send(request.plus("Authorization", "Bearer " + gateway.token()));
        WireAnswer mixed = gateway.send(request.plus("Authorization", "DPoP " + gateway.token()));
        WireAnswer badFirst = gateway.send(
                request.with("Authorization", "Bearer x").plus("authorization", "Bearer " + gateway.token()));

        assertThat(List.of(twice.status(), mixed.status(), badFirst.status())).containsOnly(400);
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void theTokenOfAnotherConnectionOrCaseIsNotRemembered() throws Exception {
        String token = gateway.token();
        String swapped = swapCase(token);
        try (WireClient client = gateway.connect()) {
            WireRequest request = gateway.agent().listing();

            assertThat(client.exchange(request.with("Authorization", "Bearer " + token))
                            .status())
                    .isEqualTo(200);
            assertThat(client.exchange(request.with("Authorization", "Bearer " + swapped))
                            .status())
                    .isEqualTo(401);
            assertThat(client.exchange(request.without("Authorization")).status())
                    .isEqualTo(401);
            assertThat(client.exchange(request.with("Authorization", "bearer " + token))
                            .status())
                    .as("the scheme's case does not count (RFC 9110, section 11.1)")
                    .isEqualTo(200);
        }
    }

    private static String swapCase(String text) {
        StringBuilder swapped = new StringBuilder();
        text.chars()
                .map(c -> Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c))
                .forEach(c -> swapped.append((char) c));
        return swapped.toString();
    }

    @Test
    void anExpiredTokenIsRefusedAlsoWhenItWasGoodBefore() {
        TestAgent agent = gateway.agent();
        assertThat(agent.list().status()).isEqualTo(200);

        gateway.clock().advance(Duration.ofSeconds(331));

        assertThat(agent.list().status()).as("300 s and 30 s of skew are over").isEqualTo(401);
    }

    @Test
    void theCallersTokenIsNeverForwarded() {
        for (String tool : List.of("crm__echo", "vault__echo", "old__echo")) {
            TestAgent modern = gateway.agent();
            TestAgent legacy = gateway.agent().initialize("2025-06-18");

            assertThat(modern.send(dressed(modern.calling(tool, "{}"))).status())
                    .isEqualTo(200);
            assertThat(legacy.send(dressed(legacy.calling(tool, "{}"))).status())
                    .isEqualTo(200);
        }

        String signature = gateway.token().split("\\.", -1)[1];
        Stream.of(crm, vault, old).flatMap(server -> server.requests().stream()).forEach(request -> {
            assertThat(request.toString()).doesNotContain(signature.substring(0, 40), "smuggled");
            assertThat(headerNames(request))
                    .as("only what the gateway makes itself")
                    .isSubsetOf(
                            "host",
                            "content-type",
                            "accept",
                            "content-length",
                            "mcp-protocol-version",
                            "mcp-method",
                            "mcp-name",
                            "mcp-session-id",
                            "traceparent",
                            "accept-encoding",
                            "authorization",
                            "last-event-id");
        });
        assertThat(crm.requests("tools/call"))
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.header("Authorization")).isEmpty());
        assertThat(old.requests("tools/call"))
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.header("Authorization")).isEmpty());
        assertThat(vault.requests("tools/call"))
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.header("Authorization")).hasValue("Bearer managed"));
    }

    private static List<String> headerNames(RawRequest request) {
        return request.headers().stream()
                .map(header -> header.getKey().toLowerCase(java.util.Locale.ROOT))
                .toList();
    }

    /** What a caller may try to slip upstream beside its token. */
    private static WireRequest dressed(WireRequest request) {
        return request.plus("Cookie", "session=smuggled")
                .plus("Proxy-Authorization", "Bearer smuggled")
                .plus("DPoP", "smuggled")
                .plus("X-Upstream-Authorization", "Bearer smuggled")
                .plus("X-Forwarded-For", "smuggled")
                .plus("X-Forwarded-User", "smuggled")
                .plus("Forwarded", "for=smuggled")
                .plus("X-Remote-User", "smuggled")
                .plus("X-Vault", "smuggled")
                .plus("baggage", "smuggled=1")
                .plus("traceparent", "smuggled");
    }

    @Test
    void publicRoutesIgnoreABearer() {
        WireRequest request = WireRequest.of("GET", "/.well-known/oauth-protected-resource/mcp")
                .plus("Host", gateway.url().getAuthority());

        WireAnswer answer = gateway.send(request.plus("Authorization", "Bearer nonsense"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()).isEqualTo(gateway.send(request).json());
        assertThat(answer.at("/resource")).isEqualTo(gateway.url().toString());
        assertThat(answer.at("/authorization_servers/0")).isEqualTo(TestIssuer.ISSUER);
        assertThat(answer.at("/bearer_methods_supported/0")).isEqualTo("header");
    }

    @Test
    void theMetadataOfEachViewNamesThatView() {
        WireRequest request = WireRequest.of("GET", "/.well-known/oauth-protected-resource/mcp/b")
                .plus("Host", gateway.url().getAuthority());

        assertThat(gateway.send(request).at("/resource"))
                .isEqualTo(gateway.url().resolve("/mcp/b").toString());
    }

    @Test
    void aChallengeNamesTheMetadataOfTheViewThatWasAsked() {
        WireAnswer answer = gateway.send(
                gateway.agent().listing().line("POST /mcp/b HTTP/1.1").without("Authorization"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate").orElse(""))
                .contains("resource_metadata=\"" + gateway.url().resolve("/.well-known/oauth-protected-resource/mcp/b")
                        + "\"");
    }

    @Test
    void aTokenForOneViewIsUselessAtAnother() {
        WireRequest atB = gateway.agent().listing().line("POST /mcp/b HTTP/1.1");

        assertThat(gateway.send(atB).status()).isEqualTo(401);
        assertThat(gateway.send(atB.with(
                                "Authorization",
                                "Bearer "
                                        + token(
                                                "aud",
                                                gateway.url().resolve("/mcp/b").toString())))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void identityIsNotWhatTheAgentSaysAboutItself() {
        TestAgent agent = gateway.agent(claims -> claims.put("groups", List.of()));
        WireRequest call = agent.calling("crm__echo", "{}");
        String claiming = call.toString()
                .substring(call.toString().indexOf("\r\n{") + 2)
                .replace(
                        "\"_meta\":{",
                        "\"_meta\":{\"io.modelcontextprotocol/clientInfo\":{\"name\":\"support\",\"version\":"
                                + "\"1\",\"groups\":[\"support\"]},\"groups\":[\"support\"],");

        WireAnswer answer = agent.send(call.plus("X-Groups", "support").body(claiming));

        assertThat(answer.errorCode()).isEqualTo(-32602);
    }
}
