package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ladder of checks of 2026-07-28: which request is refused how, and which refusal comes first (SEP-2243). */
class ModernLadderTest {
    private static final String VERSION_KEY = "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"";
    private static final String CAPABILITIES_KEY = "\"io.modelcontextprotocol/clientCapabilities\":{}";

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;
    private static TestAgent agent;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("a-b_c.d", ToolScript.text("odd"))
                .tool("Zwölf 100%", ToolScript.text("twelve"))
                .tool("Hello", ToolScript.text("greeted"))
                .tool("=?base64?SGVsbG8=?=", ToolScript.text("looks encoded"));
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .section("views", "{default: {path: /mcp, upstreams: [crm], bare_names: true}}")
                .start();
        agent = gateway.agent();
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

    /** One change of a good call of {@code echo}, and what it is answered with. */
    record Rung(String what, int status, int code, UnaryOperator<WireRequest> change) {
        @Override
        public String toString() {
            return what + " -> " + status + " " + code;
        }
    }

    private static Rung header(String what, String name, String value) {
        return new Rung(what, 400, -32020, request -> request.with(name, value));
    }

    private static Rung body(String what, int status, int code, String body) {
        return new Rung(what, status, code, request -> request.body(body));
    }

    private static String call(String meta) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{},\"_meta\":{"
                + meta + "}}}";
    }

    static Stream<Rung> refused() {
        return Stream.of(
                // header rules
                header("another method in the header", "Mcp-Method", "tools/list"),
                header("method in another case", "Mcp-Method", "TOOLS/CALL"),
                header("empty method", "Mcp-Method", ""),
                header("another name in the header", "Mcp-Name", "Echo"),
                header("empty name", "Mcp-Name", ""),
                header("base64 without padding", "Mcp-Name", "=?base64?SGVsbG8?="),
                header("base64 with strangers", "Mcp-Name", "=?base64?SGVs!!!bG8=?="),
                header("base64 of what is no UTF-8", "Mcp-Name", "=?base64?/w==?="),
                header("only half of the markers", "Mcp-Name", "=?base64?ZWNobw=="),
                header("marker in another case", "Mcp-Name", "=?BASE64?ZWNobw==?="),
                header("another version in the header", "MCP-Protocol-Version", "2025-11-25"),
                header("no version at all", "MCP-Protocol-Version", "latest"),
                new Rung("no method header", 400, -32020, request -> request.without("Mcp-Method")),
                new Rung("no name header", 400, -32020, request -> request.without("Mcp-Name")),
                new Rung("no version header", 400, -32020, request -> request.without("MCP-Protocol-Version")),
                new Rung("two method headers", 400, -32020, request -> request.plus("Mcp-Method", "tools/call")),
                new Rung("two name headers", 400, -32020, request -> request.plus("Mcp-Name", "echo")),
                new Rung(
                        "two version headers",
                        400,
                        -32020,
                        request -> request.plus("MCP-Protocol-Version", "2026-07-28")),
                // shape
                body("no JSON", 400, -32700, "{\"jsonrpc\""),
                body("an array", 400, -32600, "[" + call(VERSION_KEY + "," + CAPABILITIES_KEY) + "]"),
                body("a response", 400, -32600, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"),
                body(
                        "an error response",
                        400,
                        -32600,
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"\"}}"),
                body("JSON-RPC 1.0", 400, -32600, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tools/list\"}"),
                body("null as id", 400, -32600, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\"}"),
                body(
                        "a broken number as id",
                        400,
                        -32600,
                        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tools/list\"}"),
                body(
                        "params as a list",
                        400,
                        -32600,
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":[]}"),
                // envelope
                body("no version in the body", 400, -32602, call(CAPABILITIES_KEY)),
                body(
                        "a number as version",
                        400,
                        -32602,
                        call(CAPABILITIES_KEY + "," + VERSION_KEY.replaceAll(":\".*", ":20260728"))),
                body("no capabilities", 400, -32602, call(VERSION_KEY)),
                body(
                        "a list as capabilities",
                        400,
                        -32602,
                        call(VERSION_KEY + "," + CAPABILITIES_KEY.replace("{}", "[]"))),
                body(
                        "a text as client info",
                        400,
                        -32602,
                        call(VERSION_KEY + "," + CAPABILITIES_KEY + ",\"io.modelcontextprotocol/clientInfo\":\"me\"")),
                new Rung(
                        "a version that nobody serves",
                        400,
                        -32022,
                        request -> request.with("MCP-Protocol-Version", "2031-01-01")
                                .body(call(VERSION_KEY.replace("2026-07-28", "2031-01-01") + "," + CAPABILITIES_KEY))),
                new Rung(
                        "a legacy version in the envelope",
                        400,
                        -32022,
                        request -> request.with("MCP-Protocol-Version", "2025-11-25")
                                .body(call(VERSION_KEY.replace("2026-07-28", "2025-11-25") + "," + CAPABILITIES_KEY))),
                // params
                body(
                        "a tool without a name",
                        200,
                        -32602,
                        call(VERSION_KEY + "," + CAPABILITIES_KEY).replace("\"name\":\"echo\",", "")),
                body(
                        "a number as the tool's name",
                        200,
                        -32602,
                        call(VERSION_KEY + "," + CAPABILITIES_KEY).replace("\"echo\"", "7")),
                body(
                        "a list as arguments",
                        200,
                        -32602,
                        call(VERSION_KEY + "," + CAPABILITIES_KEY).replace("\"arguments\":{}", "\"arguments\":[]")),
                body(
                        "a list as progress token",
                        200,
                        -32602,
                        call(VERSION_KEY + "," + CAPABILITIES_KEY + ",\"progressToken\":[1]")));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRequestThatIsNotRightIsRefusedWithItsCode(Rung rung) {
        WireAnswer answer = agent.send(rung.change().apply(agent.calling("echo", "{}")));

        assertThat(answer.status()).isEqualTo(rung.status());
        assertThat(answer.errorCode()).isEqualTo(rung.code());
        assertThat(answer.at("/jsonrpc")).isEqualTo("2.0");
        assertThat(crm.requests("tools/call")).isEmpty();
        assertThat(gateway.newSummaries(1))
                .singleElement()
                .asString()
                .matches("(tool\\.call|mcp\\.request)\\.denied READ [a-z_]+( echo)?");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void anErrorCarriesTheIdThatCouldBeRead(Rung rung) {
        WireRequest request = rung.change().apply(agent.calling("echo", "{}"));
        String body = new String(request.body(), StandardCharsets.UTF_8);
        boolean readable = body.contains("\"id\":1,") && rung.code() != -32700 && !body.startsWith("[");

        WireAnswer answer = agent.send(request);

        assertThat(answer.json().has("id")).isEqualTo(readable);
        if (readable) {
            assertThat(answer.json().path("id").intValue()).isEqualTo(1);
        }
    }

    @Test
    void anUnsupportedVersionIsToldWhatIsSupported() {
        WireAnswer answer = agent.send(agent.calling("echo", "{}")
                .with("MCP-Protocol-Version", "2031-01-01")
                .body(call(VERSION_KEY.replace("2026-07-28", "2031-01-01") + "," + CAPABILITIES_KEY)));

        assertThat(answer.json().at("/error/data"))
                .hasToString(
                        "{\"supported\":[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\"],\"requested\":\"2031-01-01\"}");
    }

    @Test
    void aHugeVersionIsNotEchoedWhole() {
        String huge = "9".repeat(5000);

        WireAnswer answer = agent.send(agent.calling("echo", "{}")
                .with("MCP-Protocol-Version", huge)
                .body(call(VERSION_KEY.replace("2026-07-28", huge) + "," + CAPABILITIES_KEY)));

        assertThat(answer.errorCode()).isEqualTo(-32022);
        assertThat(answer.at("/error/data/requested")).hasSizeLessThanOrEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "initialize",
                "ping",
                "logging/setLevel",
                "resources/subscribe",
                "resources/unsubscribe",
                "tasks/get",
                "tools/Call",
                "rpc.discover",
                ""
            })
    void aMethodThatIsNotServedIs404(String method) {
        WireAnswer answer = agent.send(agent.request(method, "\"uri\":\"a:b\""));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text())
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
        assertThat(answer.header("Mcp-Session-Id")).isEmpty();
        String event = method.equals("resources/subscribe") ? "resource.subscribe" : "mcp.request";
        assertThat(gateway.newSummaries(1)).containsExactly(event + ".denied READ unknown_method");
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo", "  echo ", "\techo", "=?base64?ZWNobw==?="})
    void aNameHeaderThatSaysTheSameIsTaken(String value) {
        WireAnswer answer = agent.send(agent.calling("echo", "{}").with("Mcp-Name", value));

        assertThat(answer.firstText()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp-name", "MCP-NAME", "mCp-NaMe"})
    void namesOfHeadersHaveNoCase(String name) {
        WireAnswer answer = agent.send(agent.calling("echo", "{}")
                .without("Mcp-Name")
                .plus(name, "echo")
                .without("Mcp-Method")
                .plus("mcp-METHOD", "tools/call")
                .without("MCP-Protocol-Version")
                .plus("mcp-protocol-version", "2026-07-28"));

        assertThat(answer.firstText()).isEqualTo("hello");
    }

    @Test
    void aPlainValueThatLooksLikeBase64IsTakenLiterally() {
        assertThat(agent.send(agent.calling("echo", "{}").with("Mcp-Name", "ZWNobw=="))
                        .errorCode())
                .isEqualTo(-32020);
        assertThat(agent.call("a-b_c.d", "{}").firstText()).isEqualTo("odd");
    }

    @Test
    void aNameThatNoHeaderTakesIsSentInBase64() {
        String name = "Zwölf 100%";
        String encoded = "=?base64?" + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8)) + "?=";

        assertThat(agent.send(agent.calling(name, "{}").with("Mcp-Name", encoded))
                        .firstText())
                .isEqualTo("twelve");
        assertThat(agent.send(agent.calling(name, "{}").with("Mcp-Name", "Zw\u00f6lf 100%"))
                        .errorCode())
                .as("bytes beyond ASCII have no agreed meaning")
                .isEqualTo(-32020);
    }

    @Test
    void aNameThatLooksEncodedIsEncodedOnceMore() {
        String name = "=?base64?SGVsbG8=?=";
        String encoded = "=?base64?" + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8)) + "?=";

        assertThat(agent.send(agent.calling(name, "{}").with("Mcp-Name", encoded))
                        .firstText())
                .isEqualTo("looks encoded");
        assertThat(agent.send(agent.calling("Hello", "{}").with("Mcp-Name", name))
                        .firstText())
                .isEqualTo("greeted");
        assertThat(agent.send(agent.calling(name, "{}").with("Mcp-Name", name)).errorCode())
                .as("the header says Hello")
                .isEqualTo(-32020);
    }

    /** A request with two faults, and the one that must be named. */
    record Order(String what, int code, UnaryOperator<WireRequest> change) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Order> orders() {
        return Stream.of(
                new Order(
                        "JSON before headers",
                        -32700,
                        r -> r.with("Mcp-Method", "x").body("{")),
                new Order(
                        "shape before headers",
                        -32600,
                        r -> r.with("Mcp-Method", "x").body("[]")),
                new Order(
                        "version before the registry of methods",
                        -32022,
                        r -> r.with("MCP-Protocol-Version", "2031-01-01")
                                .body(call(VERSION_KEY.replace("2026-07-28", "2031-01-01") + "," + CAPABILITIES_KEY)
                                        .replace("tools/call", "nope"))),
                new Order(
                        "version before capabilities",
                        -32022,
                        r -> r.with("MCP-Protocol-Version", "2031-01-01")
                                .body(call(VERSION_KEY.replace("2026-07-28", "2031-01-01")))),
                new Order(
                        "envelope before the registry of methods",
                        -32602,
                        r -> r.body(call(VERSION_KEY).replace("tools/call", "nope"))),
                new Order(
                        "registry of methods before headers",
                        -32601,
                        r -> r.with("Mcp-Method", "x")
                                .body(call(VERSION_KEY + "," + CAPABILITIES_KEY).replace("tools/call", "nope"))),
                new Order(
                        "params before headers",
                        -32602,
                        r -> r.with("Mcp-Method", "x")
                                .body(call(VERSION_KEY + "," + CAPABILITIES_KEY).replace("\"echo\"", "1"))),
                new Order(
                        "headers before the tool is looked up",
                        -32020,
                        r -> r.with("Mcp-Name", "x")
                                .body(call(VERSION_KEY + "," + CAPABILITIES_KEY).replace("\"echo\"", "\"nowhere\""))));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void theFirstFaultOfTheLadderIsNamed(Order order) {
        WireAnswer answer = agent.send(order.change().apply(agent.calling("echo", "{}")));

        assertThat(answer.errorCode()).isEqualTo(order.code());
    }

    @Test
    void whatBelongsToOtherErasIsIgnored() {
        WireAnswer answer = agent.send(agent.calling("echo", "{}")
                .plus("Mcp-Session-Id", "made-up")
                .plus("Last-Event-ID", "17")
                .plus("Mcp-Param-Unknown", "x"));

        assertThat(answer.firstText()).isEqualTo("hello");
        assertThat(answer.header("Mcp-Session-Id")).isEmpty();
    }

    @Test
    void aConnectionRemembersNothing() throws Exception {
        try (var client = gateway.connect()) {
            assertThat(client.exchange(agent.calling("echo", "{}")).firstText()).isEqualTo("hello");
            assertThat(client.exchange(agent.calling("echo", "{}").without("Mcp-Method"))
                            .errorCode())
                    .isEqualTo(-32020);
            assertThat(client.exchange(agent.calling("echo", "{}").without("Authorization"))
                            .status())
                    .isEqualTo(401);
            assertThat(client.exchange(agent.calling("echo", "{}")).firstText()).isEqualTo("hello");
        }
    }

    @Test
    void discoverySaysWhatIsServed() {
        WireAnswer answer = agent.send(agent.request("server/discover", ""));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/result/supportedVersions"))
                .hasToString("[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\"]");
        assertThat(answer.json().at("/result/capabilities")).hasToString("{\"tools\":{\"listChanged\":true}}");
        assertThat(answer.at("/result/resultType")).isEqualTo("complete");
        assertThat(answer.at("/result/cacheScope")).isEqualTo("public");
        assertThat(answer.json().at("/result/ttlMs").longValue()).isEqualTo(5000);
        assertThat(answer.json()
                        .at("/result/_meta/io.modelcontextprotocol~1serverInfo/name")
                        .stringValue())
                .isEqualTo("mcp-gateway");
    }

    @ParameterizedTest
    @ValueSource(strings = {"notifications/cancelled", "notifications/progress", "notifications/unheard-of"})
    void aNotificationIsTakenAndAnsweredWithNothing(String method) {
        WireRequest notification = agent.notification(method, "\"requestId\":1");

        for (WireRequest each : new WireRequest[] {notification, notification.without("Mcp-Method")}) {
            WireAnswer answer = agent.send(each);

            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.body()).isEmpty();
        }
        assertThat(crm.requests()).isEmpty();
    }

    @Test
    void aNotificationWithAnotherMethodInItsHeaderIsRefused() {
        WireAnswer answer = agent.send(
                agent.notification("notifications/cancelled", "").with("Mcp-Method", "notifications/initialized"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo(-32020);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"text\"", "\"\"", "0", "-1", "12345678901234567890", "\"\\u0041\\\"\""})
    void theIdComesBackAsWritten(String id) {
        WireRequest request = agent.calling("echo", "{}");
        String body = new String(request.body(), StandardCharsets.UTF_8).replace("\"id\":1,", "\"id\":" + id + ",");

        WireAnswer answer = agent.send(request.body(body));

        assertThat(answer.text()).contains("\"id\":" + id + ",").contains("hello");
        assertThat(answer.at("/result/resultType")).isEqualTo("complete");
    }

    @Test
    void getAndDeleteBelongToTheOtherEra() {
        WireRequest get = agent.post().without("Content-Type").line("GET /mcp HTTP/1.1");

        assertThat(agent.send(get).status()).isEqualTo(405);
        assertThat(agent.send(get.line("DELETE /mcp HTTP/1.1")).status()).isIn(400, 405);
    }
}
