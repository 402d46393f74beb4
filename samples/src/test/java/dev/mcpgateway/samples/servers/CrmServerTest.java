package dev.mcpgateway.samples.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mcpgateway.samples.testing.ChildProcess;
import dev.mcpgateway.samples.testing.Http;
import dev.mcpgateway.samples.testing.HttpAnswer;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sample CRM, with the SDK's own client and with plain HTTP. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CrmServerTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String INITIALIZE = """
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25",
             "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}
            """;

    @Test
    void anAgentReadsWritesAndDeletes() throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG);
                McpSyncClient agent = agent(server)) {
            assertThat(text(call(agent, "get_customer", Map.of("customer_id", "C-1002"))))
                    .contains("Lindqvist Optik", "Notes: none");
            assertThat(text(call(agent, "add_note", Map.of("customer_id", "C-1002", "text", "Likes mail."))))
                    .contains("1 note(s)");
            assertThat(text(call(agent, "get_customer", Map.of("customer_id", "C-1002"))))
                    .contains("Likes mail.");
            assertThat(text(call(agent, "delete_customer", Map.of("customer_id", "C-1002"))))
                    .contains("deleted");

            CallToolResult gone = call(agent, "get_customer", Map.of("customer_id", "C-1002"));
            assertThat(gone.isError()).isTrue();
            assertThat(text(gone)).isEqualTo("There is no customer C-1002.");
        }
    }

    @Test
    void theToolsSayWhatTheyDoToTheWorld() throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG);
                McpSyncClient agent = agent(server)) {
            List<Tool> tools = agent.listTools().tools();

            assertThat(tools)
                    .extracting(
                            Tool::name,
                            tool -> tool.annotations().readOnlyHint(),
                            tool -> tool.annotations().destructiveHint())
                    .containsExactlyInAnyOrder(
                            tuple("get_customer", true, false),
                            tuple("add_note", false, false),
                            tuple("delete_customer", false, true),
                            tuple("search_tickets", true, false));
            assertThat(tools)
                    .anySatisfy(
                            tool -> assertThat(tool.inputSchema().toString()).contains("maxLength=500"));
        }
    }

    @Test
    void oneTicketCarriesAnInjection() throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG);
                McpSyncClient agent = agent(server)) {
            assertThat(text(call(agent, "search_tickets", Map.of("query", "CSV"))))
                    .contains("T-2003", "Ignore all previous instructions");
            assertThat(text(call(agent, "search_tickets", Map.of("query", "invoice"))))
                    .contains("T-2001", "T-2004")
                    .doesNotContain("Ignore all");
            assertThat(text(call(agent, "search_tickets", Map.of("query", "nothing like this"))))
                    .isEqualTo("No ticket mentions this.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "get_customer, customer_id, 1001",
        "get_customer, customer_id, C-1001' or 1=1",
        "get_customer, other, C-1001",
        "search_tickets, query, x"
    })
    void argumentsBesideTheSchemaAreRefused(String tool, String argument, String value) throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG);
                McpSyncClient agent = agent(server)) {
            assertThat(call(agent, tool, Map.of(argument, value)).isError()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"500, false", "501, true", "0, true"})
    void aNoteHasALength(int length, boolean isRefused) throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG);
                McpSyncClient agent = agent(server)) {
            CallToolResult result =
                    call(agent, "add_note", Map.of("customer_id", "C-1001", "text", "n".repeat(length)));

            assertThat(result.isError()).isEqualTo(isRefused);
        }
    }

    @Test
    void withATokenFileOnlyItsBearerIsServed() throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.of(TOKEN), LONG);
                Http http = new Http()) {
            HttpAnswer right = initialize(http, server, Map.of("Authorization", "Bearer " + TOKEN));
            HttpAnswer without = initialize(http, server, Map.of());
            HttpAnswer wrong = initialize(http, server, Map.of("Authorization", "Bearer 0123456789abcdeF"));
            HttpAnswer basic = initialize(http, server, Map.of("Authorization", "Basic " + TOKEN));
            HttpAnswer again = initialize(http, server, Map.of("Authorization", "Bearer " + TOKEN));

            assertThat(List.of(without, wrong, basic)).allSatisfy(refused -> {
                assertThat(refused.status()).isEqualTo(401);
                assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
                assertThat(refused.header("Mcp-Session-Id")).isEmpty();
                assertThat(refused.body()).doesNotContain(TOKEN);
            });
            assertThat(right.status()).isEqualTo(200);
            assertThat(again.status()).isEqualTo(200);
        }
    }

    @Test
    void aSessionIsNoSubstituteForTheToken() throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.of(TOKEN), LONG);
                Http http = new Http()) {
            String session = initialize(http, server, Map.of("Authorization", "Bearer " + TOKEN))
                    .header("Mcp-Session-Id");

            HttpAnswer answer = post(http, server, Map.of("Mcp-Session-Id", session), listTools());

            assertThat(answer.status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "http://127.0.0.1.evil.example", "null"})
    void aWebPageOfAnotherOriginIsRefused(String origin) throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG);
                Http http = new Http()) {
            assertThat(initialize(http, server, Map.of("Origin", origin)).status())
                    .isEqualTo(403);
            assertThat(initialize(http, server, Map.of("Origin", "http://localhost:3000"))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aNameThatWasReboundToThisMachineIsRefused() throws IOException {
        String request = "POST /mcp HTTP/1.1\r\nHost: evil.example:80\r\nContent-Type: application/json\r\n"
                + "Accept: application/json, text/event-stream\r\nConnection: close\r\nContent-Length: "
                + INITIALIZE.length() + "\r\n\r\n" + INITIALIZE;
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG)) {
            assertThat(Http.rawStatus(server.url(), request)).matches("HTTP/1.1 4[0-9]{2}.*");
        }
    }

    @Test
    void anIdleSessionIsSwept() throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), Duration.ofMillis(20));
                Http http = new Http()) {
            // a request keeps a session alive, so each look is at a session of its own
            Instant deadline = Instant.now().plusSeconds(20);
            boolean wasSwept = false;
            while (!wasSwept && Instant.now().isBefore(deadline)) {
                String idle = initialize(http, server, Map.of()).header("Mcp-Session-Id");
                for (int i = 0; i < 50; i++) {
                    initialize(http, server, Map.of());
                }
                wasSwept = post(http, server, Map.of("Mcp-Session-Id", idle), listTools())
                                .status()
                        == 404;
            }

            assertThat(wasSwept).isTrue();
        }
    }

    @Test
    void aBodyBeyondTheLimitIsRefused() throws IOException {
        try (CrmServer server = CrmServer.start(0, Optional.empty(), LONG)) {
            URI url = server.url();
            try (Socket socket = new Socket(url.getHost(), url.getPort())) {
                // announced, not sent: what nobody reads resets the connection, and that may overtake the answer
                String head = "POST " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                        + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream"
                        + "\r\nContent-Length: " + (1024 * 1024 + 1) + "\r\n\r\n";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                var answer =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));

                assertThat(answer.readLine()).matches("HTTP/1.1 4\\d\\d .*");
            }
        }
    }

    @Test
    void aTokenFileWithoutAUsableTokenStopsTheStart(@TempDir Path folder) throws Exception {
        Path tooShort = Files.writeString(folder.resolve("token"), "short\n");

        try (ChildProcess missing = ChildProcess.start(
                        CrmServer.class,
                        "--token-file",
                        folder.resolve("missing").toString());
                ChildProcess weak = ChildProcess.start(CrmServer.class, "--token-file", tooShort.toString())) {
            assertThat(missing.exitCode()).isEqualTo(1);
            assertThat(missing.standardError()).contains("there is no " + folder.resolve("missing"));
            assertThat(weak.exitCode()).isEqualTo(1);
            assertThat(weak.standardError()).contains("at least 16").doesNotContain("short\n");
        }
    }

    @Test
    void theProcessServesWithItsTokenFile(@TempDir Path folder) throws Exception {
        Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");

        try (ChildProcess process = ChildProcess.start(CrmServer.class, "--token-file", token.toString());
                Http http = new Http()) {
            URI url = URI.create(process.readLine().substring("READY ".length()));
            HttpAnswer answer = http.send(
                    "POST",
                    url,
                    headers(Map.of("Authorization", "Bearer " + TOKEN)),
                    INITIALIZE.getBytes(StandardCharsets.UTF_8));

            assertThat(answer.status()).isEqualTo(200);
            process.terminate();
            assertThat(process.exitCode()).isEqualTo(128 + 15);
        }
    }

    private static McpSyncClient agent(CrmServer server) {
        String base = server.url().resolve("/").toString();
        McpSyncClient agent = McpClient.sync(HttpClientStreamableHttpTransport.builder(base)
                        .jsonMapper(SdkTool.JSON)
                        .endpoint("/mcp")
                        .build())
                .build();
        agent.initialize();
        return agent;
    }

    private static CallToolResult call(McpSyncClient agent, String tool, Map<String, Object> arguments) {
        return agent.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }

    private static HttpAnswer initialize(Http http, CrmServer server, Map<String, String> headers) {
        return post(http, server, headers, INITIALIZE);
    }

    private static HttpAnswer post(Http http, CrmServer server, Map<String, String> headers, String body) {
        return http.send("POST", server.url(), headers(headers), body.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> headers(Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, text/event-stream");
        return headers;
    }

    private static String listTools() {
        return "{\"jsonrpc\": \"2.0\", \"id\": 2, \"method\": \"tools/list\"}";
    }
}
