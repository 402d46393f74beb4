package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that two readers would read differently are read by nobody (RFC 9112). */
class MalformedRequestTest {
    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder).upstream("crm", crm).start();
        for (int i = 0; i < 50; i++) {
            assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        crm.clearRequests();
    }

    /** Raw bytes and the statuses that are right for them. */
    record Malformed(String what, String bytes, Set<Integer> statuses) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Malformed row(String what, WireRequest head, String body, Integer... statuses) {
        return new Malformed(what, head.head() + "\r\n" + body, Set.of(statuses));
    }

    private static WireRequest call() {
        return gateway.agent().calling("crm__echo", "{\"canary\":1}");
    }

    private static String body() {
        return new String(call().body(), StandardCharsets.UTF_8);
    }

    private static String length() {
        return Integer.toString(call().body().length);
    }

    private static String chunks() {
        return Integer.toHexString(call().body().length) + "\r\n" + body() + "\r\n0\r\n\r\n";
    }

    /** Where a message ends is unclear: what follows must not be read as a request. */
    static Stream<Malformed> unclearEnds() {
        WireRequest framed = call().plus("Content-Length", length());
        WireRequest chunked = call().plus("Transfer-Encoding", "chunked");
        String headers = framed.head();
        return Stream.of(
                row("length and chunked", framed.plus("Transfer-Encoding", "chunked"), chunks(), 400),
                row("chunked and length", chunked.plus("Content-Length", length()), chunks(), 400),
                row("length twice", framed.plus("Content-Length", length()), body(), 400),
                row("two lengths", framed.plus("Content-Length", "4"), body(), 400),
                row("list of lengths", call().plus("Content-Length", length() + "," + length()), body(), 400),
                row("length with sign", call().plus("Content-Length", "+" + length()), body(), 400),
                row("negative length", call().plus("Content-Length", "-1"), body(), 400),
                row("hexadecimal length", call().plus("Content-Length", "0x10"), body(), 400),
                row("length with blank", call().plus("Content-Length", "1 0"), body(), 400),
                row("huge length", call().plus("Content-Length", "99999999999999999999"), body(), 400, 413),
                row("empty length", call().plus("Content-Length", ""), body(), 400),
                row("chunked twice", call().plus("Transfer-Encoding", "chunked, chunked"), chunks(), 400, 501),
                row("chunked not last", call().plus("Transfer-Encoding", "chunked, gzip"), chunks(), 400, 501),
                row("unknown transfer", call().plus("Transfer-Encoding", "xchunked"), chunks(), 400, 501),
                row("chunked with tab", call().plus("Transfer-Encoding", "\u000bchunked"), chunks(), 400, 501),
                row("transfer twice", chunked.plus("Transfer-Encoding", "identity"), chunks(), 400, 501),
                row("chunked in HTTP/1.0", chunked.line("POST /mcp HTTP/1.0"), chunks(), 400, 505),
                row("bare line feed in a chunk", chunked, chunks().replaceFirst("\r\n", "\n"), 400),
                row("huge chunk extension", chunked, "5;" + "e".repeat(200_000) + "\r\n", 400, 413, 431),
                row("chunk size overflow", chunked, "FFFFFFFFFFFFFFFFF\r\n" + body(), 400, 413),
                row("negative chunk size", chunked, "-1\r\n" + body(), 400),
                row("chunk size in words", chunked, "five\r\n" + body(), 400),
                row("chunk without its end", chunked, "5\r\n{\"a\":1}\r\n0\r\n\r\n", 400),
                new Malformed("bare line feeds", (headers + "\r\n").replace("\r\n", "\n") + body(), Set.of(400)),
                new Malformed(
                        "one bare line feed",
                        headers.replaceFirst("\r\nHost", "\nHost") + "\r\n" + body(),
                        Set.of(400)),
                new Malformed(
                        "bare carriage return",
                        headers.replaceFirst("\r\nHost", "\rX-A: b\r\nHost") + "\r\n" + body(),
                        Set.of(400)),
                new Malformed("folded header", headers + "X-Folded: a\r\n b\r\n\r\n" + body(), Set.of(400)),
                new Malformed(
                        "blank before the colon",
                        headers.replace("Content-Length:", "Content-Length :") + "\r\n" + body(),
                        Set.of(400)),
                new Malformed(
                        "blank before the first header",
                        headers.replaceFirst("\r\n", "\r\n ") + "\r\n" + body(),
                        Set.of(400)),
                new Malformed("header without colon", headers + "X-NoColon\r\n\r\n" + body(), Set.of(400)),
                new Malformed("header without name", headers + ": value\r\n\r\n" + body(), Set.of(400)),
                new Malformed("NUL in a value", headers + "X-Nul: a\0b\r\n\r\n" + body(), Set.of(400)));
    }

    @ParameterizedTest
    @MethodSource("unclearEnds")
    void whatEndsUnclearlyIsRefusedAndNothingBehindItIsRead(Malformed malformed) throws Exception {
        String came;
        try (WireClient client = gateway.connect()) {
            sendUnlessClosed(client, malformed.bytes());
            sendUnlessClosed(client, new String(call().bytes(), StandardCharsets.ISO_8859_1));
            came = client.readToEnd();
        }

        assertThat(came.split("HTTP/1\\.1 \\d{3} ", -1))
                .as("one answer: " + came)
                .hasSize(2);
        assertThat(malformed.statuses()).contains(status(came));
        assertCleanRefusal(came);
        assertThat(crm.requests("tools/call")).isEmpty();
        assertThat(gateway.agent().call("crm__echo", "{}").status())
                .as("others")
                .isEqualTo(200);
    }

    /** The peer may have seen enough. */
    private static void sendUnlessClosed(WireClient client, String bytes) {
        try {
            client.send(bytes);
        } catch (IOException closed) {
            assertThat(closed).as("closed by the gateway").hasMessageMatching("(?i).*(broken pipe|reset|abort).*");
        }
    }

    @Test
    void aCompressedTransferIsRefused() {
        WireRequest request = call().plus("Transfer-Encoding", "gzip, chunked");

        WireAnswer answer = gateway.send((request.head() + "\r\n" + chunks()).getBytes(StandardCharsets.ISO_8859_1));

        assertThat(answer.status()).isIn(400, 415, 501);
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void aNameBeyondAsciiIsRefusedUnlessItIsEncoded() {
        assertThat(gateway.send(call().with("Mcp-Name", "caf\u00e9")).status()).isEqualTo(400);
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    private static void assertCleanRefusal(String answer) {
        assertThat(answer)
                .contains("Content-Type: application/json\r\n")
                .containsPattern(
                        "\\{\"jsonrpc\":\"2.0\",(\"id\":1,)?\"error\":\\{\"code\":-\\d+,\"message\":\"[^\"]+\"")
                .doesNotContain("\r\nServer:", "\r\nDate:", "<html", "canary", "crm__", "Jetty", "jetty");
    }

    static Stream<Malformed> strangeTargets() {
        WireRequest framed = call().plus("Content-Length", length());
        return Stream.of(
                row("two slashes", framed.line("POST //mcp HTTP/1.1"), body(), 400, 404),
                row("slashes at the end", framed.line("POST /mcp// HTTP/1.1"), body(), 400, 404),
                row("slash at the end", framed.line("POST /mcp/ HTTP/1.1"), body(), 404),
                row("encoded slash", framed.line("POST /%2fmcp HTTP/1.1"), body(), 400, 404),
                row("encoded slash at the end", framed.line("POST /mcp%2F HTTP/1.1"), body(), 400, 404),
                row("encoded letter", framed.line("POST /%6dcp HTTP/1.1"), body(), 400, 404),
                row("encoded NUL", framed.line("POST /mcp%00 HTTP/1.1"), body(), 400, 404),
                row("encoded dots", framed.line("POST /x/%2e%2e/mcp HTTP/1.1"), body(), 400, 404),
                row("dots", framed.line("POST /x/../mcp HTTP/1.1"), body(), 400, 404),
                row("dot", framed.line("POST /./mcp HTTP/1.1"), body(), 400, 404),
                row("parameter", framed.line("POST /mcp;x=1 HTTP/1.1"), body(), 400, 404),
                row("empty parameter", framed.line("POST /mcp; HTTP/1.1"), body(), 400, 404),
                row("other case", framed.line("POST /MCP HTTP/1.1"), body(), 404),
                row("backslash", framed.line("POST \\mcp HTTP/1.1"), body(), 400, 404),
                row("no slash", framed.line("POST mcp HTTP/1.1"), body(), 400, 404),
                row("asterisk", framed.line("POST * HTTP/1.1"), body(), 400, 404),
                row("broken encoding", framed.line("POST /mcp%zz HTTP/1.1"), body(), 400, 404),
                row("beyond ASCII", framed.line("POST /mcp\u00e9 HTTP/1.1"), body(), 400, 404),
                row("fragment", framed.line("POST /mcp#x HTTP/1.1"), body(), 400, 404),
                row("lower-case method", framed.line("post /mcp HTTP/1.1"), body(), 400, 405, 501),
                row("TRACE", framed.line("TRACE /mcp HTTP/1.1"), body(), 400, 405),
                row("PUT", framed.line("PUT /mcp HTTP/1.1"), body(), 405),
                row("PATCH", framed.line("PATCH /mcp HTTP/1.1"), body(), 405),
                row("HEAD", call().line("HEAD /mcp HTTP/1.1"), "", 405),
                row("CONNECT", framed.line("CONNECT 127.0.0.1:80 HTTP/1.1"), body(), 400, 403, 404, 405),
                row("unknown method", framed.line("JUMP /mcp HTTP/1.1"), body(), 400, 405, 501),
                row("HTTP/1.0", framed.line("POST /mcp HTTP/1.0"), body(), 505),
                row("HTTP/2 in words", framed.line("POST /mcp HTTP/2.0"), body(), 400, 426, 505),
                row("HTTP/1.2", framed.line("POST /mcp HTTP/1.2"), body(), 400, 505),
                row("HTTP/0.9", framed.line("POST /mcp"), body(), 400, 505),
                row("two hosts", framed.plus("Host", gateway.url().getAuthority()), body(), 400, 403),
                row("no host", framed.without("Host"), body(), 400, 403),
                row("empty host", framed.with("Host", ""), body(), 400, 403),
                row("host with user", framed.with("Host", "a@" + gateway.url().getAuthority()), body(), 400, 403),
                row("host with path", framed.with("Host", gateway.url().getAuthority() + "/mcp"), body(), 400, 403),
                row("unknown expectation", framed.plus("Expect", "200-maybe"), body(), 417));
    }

    @ParameterizedTest
    @MethodSource("strangeTargets")
    void anotherSpellingOfARequestIsRefused(Malformed malformed) throws Exception {
        String came;
        try (WireClient client = gateway.connect()) {
            client.send(malformed.bytes());
            client.endOutput();
            came = client.readToEnd();
        }

        assertThat(malformed.statuses()).as(came).contains(status(came));
        if (!malformed.what().equals("HEAD")) {
            assertCleanRefusal(came);
        }
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void aWholeRequestInOneOrManyPiecesIsTheSame() throws Exception {
        byte[] bytes = call().chunked(7);
        try (WireClient client = gateway.connect()) {
            for (byte each : bytes) {
                client.send(new byte[] {each});
            }
            assertThat(client.read().firstText()).isEqualTo("hello");
        }
        assertThat(crm.requests("tools/call"))
                .singleElement()
                .satisfies(request -> assertThat(request.text()).contains("\"arguments\":{\"canary\":1}"));
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        try (WireClient client = gateway.connect()) {
            String first = new String(gateway.agent().listing().bytes(), StandardCharsets.UTF_8);
            String second = new String(call().bytes(), StandardCharsets.UTF_8);
            client.send(first + second);

            assertThat(client.read().text()).contains("\"tools\":[");
            assertThat(client.read().firstText()).isEqualTo("hello");
        }
    }

    @Test
    void anAgentThatExpectsToBeToldToContinueIsTold() throws Exception {
        WireRequest request = call().plus("Expect", "100-continue").plus("Content-Length", length());
        try (WireClient client = gateway.connect()) {
            client.send(request.head() + "\r\n");
            assertThat(client.readHead().status()).isEqualTo(100);
            client.send(request.body());

            assertThat(client.read().firstText()).isEqualTo("hello");
        }
    }

    @Test
    void aStrangerIsNotToldToContinue() throws Exception {
        WireRequest request =
                call().without("Authorization").plus("Expect", "100-continue").plus("Content-Length", length());
        try (WireClient client = gateway.connect()) {
            client.send(request.head() + "\r\n");

            assertThat(client.read().status())
                    .as("nobody unknown makes the gateway take a body")
                    .isEqualTo(401);
        }
    }

    @Test
    void whatComesBehindAChunkedBodyIsNoHeader() throws Exception {
        WireRequest request = call().without("Authorization");
        String bytes = new String(request.chunked(1000), StandardCharsets.ISO_8859_1);
        String trailed =
                bytes.substring(0, bytes.length() - 2) + "Authorization: Bearer " + gateway.token() + "\r\n\r\n";

        assertThat(gateway.send(trailed.getBytes(StandardCharsets.ISO_8859_1)).status())
                .isEqualTo(401);
    }

    @Test
    void noAnswerNamesServerOrDate() {
        List<WireAnswer> answers = List.of(
                gateway.send(call()),
                gateway.send(call().without("Authorization")),
                gateway.send(call().line("POST /nowhere HTTP/1.1")),
                gateway.send("NONSENSE\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                gateway.admin("/livez"),
                gateway.admin("/nowhere"));

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.headers())
                        .extracting(java.util.Map.Entry::getKey)
                        .doesNotContain("Server", "Date", "X-Powered-By"));
    }
}
