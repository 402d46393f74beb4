package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operators' port is another door than the agents': own paths, own credentials. */
class OperatorsPortTest {
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
                .section(
                        "admin",
                        "{host: 127.0.0.1, port: 0, tokens: [{name: ops, secret: {file: ops.token}, roles: [operator]}]}")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    private static WireRequest get(String target) {
        return WireRequest.of("GET", target).plus("Host", "127.0.0.1:" + gateway.adminPort());
    }

    @Test
    void healthIsPublic() {
        WireAnswer live = gateway.admin("/livez");
        WireAnswer ready = gateway.admin("/readyz");

        assertThat(live.status()).isEqualTo(200);
        assertThat(live.text()).isEqualTo("ok\n");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.text())
                .matches("\\{\"ready\":true,\"reasons\":\\[],\"upstreams\":\\[\\{\"name\":\"crm\",\"health\":\"up\","
                        + "\"since\":\"20[^\"]*Z\"}]}\n");
    }

    @Test
    void whyAnUpstreamIsNotWellIsForOperatorsAlone() {
        WireAnswer known = gateway.admin(get("/readyz").plus("Authorization", "Bearer operators-secret"));

        assertThat(known.status()).isEqualTo(200);
        assertThat(known.json().at("/upstreams/0").has("reason")).isTrue();
        assertThat(gateway.admin(get("/readyz").plus("Authorization", "Bearer wrong"))
                        .text())
                .doesNotContain("reason\":\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/version"})
    void everythingElseAsksForAToken(String target) {
        assertThat(gateway.admin(target).status()).isEqualTo(401);
        assertThat(gateway.admin(get(target).plus("Authorization", "Bearer wrong"))
                        .status())
                .isEqualTo(401);
        assertThat(gateway.admin(get(target).plus("Authorization", "Bearer ")).status())
                .isEqualTo(401);
        assertThat(gateway.admin(get(target).plus("Authorization", "operators-secret"))
                        .status())
                .isEqualTo(401);
        assertThat(gateway.admin(get(target)
                                .plus("Authorization", "Bearer operators-secret ")
                                .plus("Authorization", "Bearer operators-secret"))
                        .status())
                .isEqualTo(401);
        assertThat(gateway.admin(get(target).plus("Authorization", "Bearer " + gateway.token()))
                        .status())
                .as("an agent is no operator")
                .isEqualTo(401);
        assertThat(gateway.admin(get(target + "?token=operators-secret")).status())
                .isEqualTo(401);
        assertThat(gateway.admin(get(target).plus("Authorization", "Bearer operators-secret"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aRotatedTokenIsTakenAndTheOldOneIsNot() throws Exception {
        Path token = folder.resolve("ops.token");
        try {
            Files.writeString(token, "another-secret-of-operators\n");
            gateway.clock().advance(java.time.Duration.ofSeconds(2));

            assertThat(gateway.admin(get("/version").plus("Authorization", "Bearer operators-secret"))
                            .status())
                    .isEqualTo(401);
            assertThat(gateway.admin(get("/version").plus("Authorization", "Bearer another-secret-of-operators"))
                            .status())
                    .isEqualTo(200);
        } finally {
            Files.writeString(token, "operators-secret\n");
            gateway.clock().advance(java.time.Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mcp",
                "/.well-known/oauth-protected-resource",
                "/",
                "/metrics/",
                "/admin",
                "/livez/x",
                "//livez"
            })
    void whatIsNotTheOperatorsIsNotHere(String target) {
        assertThat(gateway.admin(get(target)).status()).isIn(400, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/metrics", "/version", "/", "/favicon.ico"})
    void theAgentsPortHasNothingOfTheOperators(String target) {
        WireRequest request = WireRequest.of("GET", target)
                .plus("Host", gateway.url().getAuthority())
                .plus("Authorization", "Bearer operators-secret");

        assertThat(gateway.send(request).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"})
    void onlyReadingIsServed(String method) {
        WireRequest request = WireRequest.of(method, "/livez").plus("Host", "127.0.0.1:" + gateway.adminPort());

        assertThat(gateway.admin(request.plus("Content-Length", "0").plus("Connection", "close"))
                        .status())
                .isIn(400, 405);
    }

    @Test
    void metricsHoldNothingOfTheCalls() {
        gateway.agent().call("crm__echo", "{\"canary\":\"argument-canary\"}");
        gateway.agent().call("crm__canary-tool", "{}");

        String metrics = gateway.admin(get("/metrics").plus("Authorization", "Bearer operators-secret"))
                .text();

        assertThat(metrics)
                .contains("mcp_server_operation_duration_seconds_count", "gateway_refusals_total", "crm__echo")
                .contains("reason=\"unknown_tool\"")
                .doesNotContain("canary", "alice", "Bearer", gateway.token());
    }

    @Test
    void theVersionPageSaysWhatIsInForce() {
        WireAnswer answer = gateway.admin(get("/version").plus("Authorization", "Bearer operators-secret"));

        assertThat(answer.at("/version")).isEqualTo("0.0.test");
        assertThat(answer.at("/policy")).hasSize(64);
        assertThat(answer.at("/policy_problem")).isEmpty();
        assertThat(answer.at("/audit")).isEqualTo("OPEN");
        assertThat(answer.text()).doesNotContain("operators-secret", "ops.token");
    }

    @Test
    void theChallengeOfTheOperatorsPortNamesNoDocumentThatIsNotThere() {
        assertThat(gateway.admin("/version").header("WWW-Authenticate").orElse(""))
                .doesNotContain("resource_metadata");
    }

    @Test
    void aRefusalAtTheOperatorsPortIsRecorded() {
        gateway.skipRecords();

        gateway.admin(get("/version").plus("Authorization", "Bearer wrong"));

        assertThat(gateway.newSummaries(1)).containsExactly("auth.denied IDENTIFY bad_token");
    }
}
