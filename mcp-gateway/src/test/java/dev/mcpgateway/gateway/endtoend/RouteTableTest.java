package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.http.Routes;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route of the product by its own table: a fabricated bearer on each authenticated one is answered with 401 and
 * touches nothing, and nothing is public that is not listed here.
 */
class RouteTableTest {
    /** Paths that anybody may read, each because of what it is for. */
    private static final List<String> PUBLIC = List.of(
            "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/mcp/b",
            "/livez",
            "/readyz");

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        Path token = Files.createFile(
                folder.resolve("ops.token"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, "operators-secret\n");
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits("{auth_failures_per_minute: 0}")
                .section("views", "{default: {path: /mcp, upstreams: [crm]}, b: {path: /mcp/b, upstreams: [crm]}}")
                .section(
                        "models",
                        "{providers: {acme: {kind: openai, base_url: \"http://127.0.0.1:9/v1\", credential: none}},"
                                + " aliases: {gpt: {targets: [{provider: acme, model: m}]}}}")
                .section(
                        "admin",
                        "{host: 127.0.0.1, port: 0, tokens: [{name: ops, secret: {file: ops.token}, roles: [operator]}]}")
                .start();
        // what the gateway asks of its own must not come later, and be taken for what a stranger caused
        Await.until(
                "the gateway listens",
                () -> !crm.requests("subscriptions/listen").isEmpty());
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

    /** What a stranger may make up. */
    private static Map<String, String> fabricated() throws Exception {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("nothing", "");
        all.put("a word", "Bearer anonymous");
        all.put("empty", "Bearer ");
        all.put("another scheme", "Basic b3BlcmF0b3JzLXNlY3JldDo=");
        all.put("a proof without a token", "DPoP x");
        all.put(
                "unsigned",
                "Bearer " + TestIssuer.encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}") + "."
                        + gateway.token().split("\\.", -1)[1] + ".");
        try (TestIssuer stranger = new TestIssuer()) {
            all.put(
                    "a stranger's",
                    "Bearer "
                            + stranger.token(
                                    gateway.clock().instant(),
                                    claims -> claims.put("aud", gateway.url().toString())));
        }
        all.put("expired", "Bearer " + gateway.token(claims -> claims.put("exp", 1_000)));
        all.put("for somebody else", "Bearer " + gateway.token(claims -> claims.put("aud", "https://other.example")));
        return all;
    }

    private static List<Route> authenticated(List<Route> routes) {
        return routes.stream()
                .filter(route -> route.access() == Access.AUTHENTICATED)
                .toList();
    }

    private static WireRequest request(Route route, String method, int port, String credential) {
        WireRequest request = WireRequest.of(method, route.path().replace(Routes.ANY, "/gpt"))
                .plus("Host", "127.0.0.1:" + port)
                .plus("Connection", "close");
        if (!method.equals("GET")) {
            request = request.plus("Content-Type", "application/json")
                    .plus("Accept", "application/json, text/event-stream")
                    .body("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"crm__echo\","
                            + "\"arguments\":{}," + TestAgent.META + "}}");
        }
        return credential.isEmpty() ? request : request.plus("Authorization", credential);
    }

    @Test
    void aFabricatedBearerIsRefusedEverywhereAndTouchesNothing() throws Exception {
        List<String> asked = new ArrayList<>();
        for (Map.Entry<String, String> each : fabricated().entrySet()) {
            for (Route route : authenticated(gateway.gateway().agentsRoutes())) {
                for (String method : route.methods()) {
                    asked.add(method + " " + route.path());
                    assertRefused(
                            gateway.send(request(route, method, gateway.port(), each.getValue())),
                            each.getKey() + ": " + asked.getLast());
                }
            }
            for (Route route : authenticated(gateway.gateway().operatorsRoutes())) {
                for (String method : route.methods()) {
                    asked.add(method + " " + route.path());
                    assertRefused(
                            gateway.admin(request(route, method, gateway.adminPort(), each.getValue())),
                            each.getKey() + ": " + asked.getLast());
                }
            }
        }

        assertThat(asked)
                .as("the table was walked")
                .contains("POST /mcp", "GET /mcp", "DELETE /mcp", "POST /mcp/b", "GET /metrics", "GET /version")
                .contains("POST /v1/chat/completions", "POST /anthropic/v1/messages", "GET /v1/models/{id}")
                .contains("POST /v1beta/models/{id}", "GET /v1beta/models", "POST /gemini/v1beta/models/{id}");
        assertThat(crm.requests()).isEmpty();
        gateway.skipRecords();
        List<AuditRecord> refusals = gateway.records().stream()
                .filter(found -> !found.text("ev").startsWith("log.")
                        && !found.text("ev").startsWith("policy."))
                .toList();
        assertThat(refusals)
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found.text("ev")).startsWith("auth.denied"));
    }

    private static void assertRefused(WireAnswer answer, String asked) {
        assertThat(answer.status()).as(asked).isEqualTo(401);
        assertThat(answer.headers("WWW-Authenticate")).as(asked).isNotEmpty();
        assertThat(answer.header("Mcp-Session-Id")).as(asked).isEmpty();
        assertThat(answer.text()).as(asked).doesNotContain("hello", "result", "mcp_", "version\":\"0");
    }

    @Test
    void nothingIsPublicThatNeedNotBe() {
        List<Route> all = new ArrayList<>(gateway.gateway().agentsRoutes());
        all.addAll(gateway.gateway().operatorsRoutes());

        assertThat(all.stream().filter(route -> route.access() == Access.PUBLIC).map(Route::path))
                .containsExactlyInAnyOrderElementsOf(PUBLIC);
        assertThat(all)
                .filteredOn(route -> route.access() == Access.PUBLIC)
                .allSatisfy(route -> assertThat(route.methods()).containsExactly("GET"));
    }

    @Test
    void anAgentsTokenOpensNothingOfTheOperatorsAndTheReverse() {
        for (Route route : authenticated(gateway.gateway().operatorsRoutes())) {
            for (String method : route.methods()) {
                assertRefused(
                        gateway.admin(request(route, method, gateway.adminPort(), "Bearer " + gateway.token())),
                        route.path());
            }
        }
        for (Route route : authenticated(gateway.gateway().agentsRoutes())) {
            for (String method : route.methods()) {
                assertRefused(
                        gateway.send(request(route, method, gateway.port(), "Bearer operators-secret")), route.path());
            }
        }
        assertThat(crm.requests()).isEmpty();
    }
}
