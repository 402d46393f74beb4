package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A page in a browser that resolves its own name to this machine reaches the port but not the gateway (DNS rebinding).
 * In the tables, {@code PORT} stands for the agents' port.
 */
class HostAndOriginTest {
    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .section(
                        "listen",
                        "{host: 127.0.0.1, port: 0, allowed_hosts: [gw.example, \"gw.example:8443\"],"
                                + " allowed_origins: [\"https://app.example\"]}")
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

    private static String actual(String row) {
        return row.replace("PORT", Integer.toString(gateway.port()));
    }

    private static WireRequest call() {
        return gateway.agent().calling("crm__echo", "{}");
    }

    private static void assertRefused(WireAnswer answer, String reason) {
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.errorCode()).isEqualTo(-31403);
        assertThat(answer.text()).doesNotContain("evil");
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        assertThat(crm.requests("tools/call")).isEmpty();
        assertThat(gateway.newSummaries(1)).containsExactly("auth.denied RECEIVE " + reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:PORT",
                "localhost:PORT",
                "LocalHost:PORT",
                "[::1]:PORT",
                "gw.example",
                "GW.EXAMPLE",
                "gw.example:8443"
            })
    void aHostThatIsOursIsServed(String host) {
        assertThat(gateway.send(call().with("Host", actual(host))).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:PORT",
                "127.0.0.1",
                "localhost",
                "127.0.0.1:1",
                "127.0.0.1:0PORT",
                "localhost.evil.example:PORT",
                "evil-localhost:PORT",
                "localhost.:PORT",
                "127.0.0.1.:PORT",
                "127.0.0.1.nip.io:PORT",
                "0.0.0.0:PORT",
                "127.1:PORT",
                "2130706433:PORT",
                "0x7f000001:PORT",
                "[::ffff:127.0.0.1]:PORT",
                "[::]:PORT",
                "[::1]",
                "gw.example.:8443",
                "gw.example:8444",
                "gw.example.evil.example",
                "evilgw.example"
            })
    void aHostThatIsNotOursIsRefused(String host) {
        assertRefused(gateway.send(call().with("Host", actual(host))), "bad_host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:PORT",
                "http://localhost:PORT",
                "http://[::1]:PORT",
                "https://app.example",
                "HTTPS://App.Example"
            })
    void anOriginThatIsAllowedIsServed(String origin) {
        WireAnswer answer = gateway.send(call().plus("Origin", actual(origin)));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin").orElse("")).isNotEqualTo("*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "",
                "http://evil.example",
                "https://evil.example",
                "http://127.0.0.1:PORT.evil.example",
                "http://evil.example/http://127.0.0.1:PORT",
                "http://evil.example#http://127.0.0.1:PORT",
                "https://127.0.0.1:PORT",
                "http://127.0.0.1",
                "http://localhost",
                "http://127.0.0.1:PORT/",
                "http://localhost.:PORT",
                "http://user@127.0.0.1:PORT",
                "file://",
                "http://app.example",
                "https://app.example:444",
                "https://app.example.evil.example",
                "https://evil.app.example",
                "http://127.0.0.1:PORT http://evil.example",
                "http://evil.example, http://127.0.0.1:PORT",
                "*",
                "chrome-extension://abcdefgh"
            })
    void anOriginThatIsNotAllowedIsRefused(String origin) {
        assertRefused(gateway.send(call().plus("Origin", actual(origin))), "bad_origin");
    }

    @Test
    void twoOriginsAreRefusedAlsoWhenBothAreAllowed() {
        WireRequest request = call().plus("Origin", "https://app.example");

        assertRefused(gateway.send(request.plus("Origin", "https://app.example")), "bad_origin");
    }

    @Test
    void aPreflightOfAForeignPageGetsNoPermission() {
        WireRequest preflight = WireRequest.of("OPTIONS", "/mcp")
                .plus("Host", gateway.url().getAuthority())
                .plus("Access-Control-Request-Method", "POST")
                .plus("Access-Control-Request-Headers", "authorization");

        WireAnswer foreign = gateway.send(preflight.plus("Origin", "http://evil.example"));
        WireAnswer allowed = gateway.send(preflight.plus("Origin", "https://app.example"));

        assertThat(foreign.status()).isEqualTo(403);
        assertThat(allowed.status()).isEqualTo(405);
        assertThat(foreign.headers()).noneMatch(header -> header.getKey().startsWith("Access-Control"));
        assertThat(allowed.headers()).noneMatch(header -> header.getKey().startsWith("Access-Control"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example/mcp", "http://evil.example:PORT/mcp", "http://127.0.0.1:1/mcp"})
    void anAbsoluteTargetWithAForeignAuthorityIsRefused(String target) {
        WireAnswer answer = gateway.send(call().line("POST " + actual(target) + " HTTP/1.1"));

        assertThat(answer.status()).isIn(400, 403, 421);
        assertThat(answer.text()).doesNotContain("evil");
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void anAbsoluteTargetOfOursIsServed() {
        WireAnswer answer = gateway.send(call().line("POST " + gateway.url() + " HTTP/1.1"));

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void aHostIsNotMadeGoodByAnAbsoluteTarget() {
        WireAnswer answer =
                gateway.send(call().line("POST " + gateway.url() + " HTTP/1.1").with("Host", "evil.example"));

        assertThat(answer.status()).isIn(400, 403, 421);
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void theOperatorsPortTakesItsOwnNamesOnly() {
        WireRequest request = WireRequest.of("GET", "/readyz");

        assertThat(gateway.admin(request.plus("Host", "127.0.0.1:" + gateway.adminPort()))
                        .status())
                .isEqualTo(200);
        assertThat(gateway.admin(request.plus("Host", "evil.example")).status()).isEqualTo(403);
        assertThat(gateway.admin(request.plus("Host", "127.0.0.1:" + gateway.port()))
                        .status())
                .isEqualTo(403);
        assertThat(gateway.admin(request.plus("Host", "127.0.0.1:" + gateway.adminPort())
                                .plus("Origin", "http://evil.example"))
                        .status())
                .isEqualTo(403);
    }
}
