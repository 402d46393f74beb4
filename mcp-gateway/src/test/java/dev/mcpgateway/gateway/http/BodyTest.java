package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies and heads: how long, of which type, in which encoding. */
class BodyTest {
    private static final int BODY_BYTES_MAX = 20_000;
    private static final int HEAD_BYTES_MAX = 8192;

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits("{request_bytes: 20000, header_bytes: 8192}")
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

    /** A good call whose body has exactly this many bytes. */
    private static WireRequest call(int bodyBytes) {
        WireRequest empty = gateway.agent().calling("crm__echo", "{\"f\":\"\"}");
        String filler = "x".repeat(bodyBytes - empty.body().length);
        return gateway.agent().calling("crm__echo", "{\"f\":\"" + filler + "\"}");
    }

    @ParameterizedTest
    @CsvSource({"-1,200", "0,200", "1,413"})
    void aBodyIsTakenUpToItsLimit(int over, int status) {
        WireAnswer answer = gateway.send(call(BODY_BYTES_MAX + over));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(crm.requests("tools/call")).hasSize(status == 200 ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "-1,1000,200",
        "0,1000,200",
        "1,1000,413",
        "-1,7,200",
        "0,7,200",
        "1,7,413",
        "-1,100000,200",
        "0,100000,200",
        "1,100000,413"
    })
    void aChunkedBodyIsTakenUpToItsLimit(int over, int chunkBytes, int status) {
        WireAnswer answer = gateway.send(call(BODY_BYTES_MAX + over).chunked(chunkBytes));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(crm.requests("tools/call")).hasSize(status == 200 ? 1 : 0);
    }

    @Test
    void aBodyThatIsTooLargeEndsTheConnection() throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send(call(BODY_BYTES_MAX + 1).bytes());
            WireAnswer answer = client.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text())
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-31413,\"message\":\"The request body is too large: at most "
                                    + BODY_BYTES_MAX + " bytes\"}}");
            assertThat(answer.headers()).contains(Map.entry("Connection", "close"));
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(gateway.newSummaries(1)).containsExactly("mcp.request.denied READ too_large");
    }

    @Test
    void aBodyThatSaysItIsHugeIsRefusedBeforeItComes() throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send(call(1000).with("Content-Length", "9000000000").head() + "\r\n");

            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void anEndlessChunkedBodyIsCutOff() throws Exception {
        WireRequest request = call(1000);
        try (WireClient client = gateway.connect()) {
            client.send(request.plus("Transfer-Encoding", "chunked").head() + "\r\n");
            String chunk = "400\r\n" + " ".repeat(0x400) + "\r\n";
            gateway.skipRecords();
            // buffers on the way take megabytes before the sender feels anything, so time bounds the attempt
            long giveUp = System.nanoTime() + WireClient.PATIENCE.toNanos();
            boolean cutOff = false;
            try {
                while (!cutOff && System.nanoTime() - giveUp < 0) {
                    client.send(chunk);
                    cutOff = client.socket().getInputStream().available() > 0;
                }
            } catch (IOException closed) {
                // behind what is dropped the answer can be lost on the way
                assertThat(closed).hasMessageMatching("(?i).*(broken pipe|reset|abort).*");
                cutOff = true;
            }
            assertThat(cutOff).isTrue();
        }
        assertThat(gateway.newSummaries(1)).containsExactly("mcp.request.denied READ too_large");
    }

    @Test
    void anEmptyBodyIsNoMessage() {
        WireAnswer answer = gateway.send(call(1000).body(""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo(-32700);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json;charset=utf-8",
                "application/json; charset=UTF-8",
                "application/json ; charset=\"utf-8\""
            })
    void jsonIsTaken(String type) {
        assertThat(gateway.send(call(1000).with("Content-Type", type)).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json",
                "application/jsonp", "application/json-seq", "application/vnd.api+json",
                        "application/json; charset=utf-16",
                "application/json; charset=iso-8859-1", "application/json, text/plain", "*/*", ""
            })
    void anotherTypeIsRefused(String type) {
        WireAnswer answer = gateway.send(call(1000).with("Content-Type", type));

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.errorCode()).isEqualTo(-31415);
        assertThat(gateway.newSummaries(1)).containsExactly("auth.denied RECEIVE bad_media_type");
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void noTypeAndTwoTypesAreRefused() {
        assertThat(gateway.send(call(1000).without("Content-Type")).status()).isEqualTo(415);
        assertThat(gateway.send(call(1000).plus("Content-Type", "application/json"))
                        .status())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "gzip, gzip", "identity", "x-unknown", ""})
    void anEncodedBodyIsRefused(String encoding) throws Exception {
        WireAnswer answer = gateway.send(call(1000)
                .plus("Content-Encoding", encoding)
                .body(gzip(call(1000).body())));

        assertThat(answer.status()).isEqualTo(415);
        assertThat(gateway.newSummaries(1)).containsExactly("auth.denied RECEIVE encoded_body");
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json, text/event-stream",
                "application/json",
                "*/*",
                "application/*",
                "text/event-stream," + " application/json;q=0.9"
            })
    void anAgentThatAcceptsJsonIsServed(String accept) {
        assertThat(gateway.send(call(1000).with("Accept", accept)).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/event-stream", "application/xml", "image/*"})
    void anAgentThatTakesNoJsonIsToldSo(String accept) {
        assertThat(gateway.send(call(1000).with("Accept", accept)).status()).isEqualTo(406);
    }

    @Test
    void anAgentThatRefusesJsonByItsWeightIsToldSo() {
        assertThat(gateway.send(call(1000).with("Accept", "text/html, application/json;q=0"))
                        .status())
                .isEqualTo(406);
    }

    @Test
    void anAgentThatSaysNothingAboutItTakesJson() {
        assertThat(gateway.send(call(1000).without("Accept")).status()).isEqualTo(200);
    }

    @Test
    void aHeadIsTakenUpToItsLimit() {
        WireRequest request = call(1000);
        int used = request.head().length() + "Content-Length: 1000\r\n\r\n".length();
        int room = HEAD_BYTES_MAX - used - "X-Filler: \r\n".length();

        assertThat(gateway.send(request.plus("X-Filler", "x".repeat(room - 64))).status())
                .isEqualTo(200);
        assertThat(gateway.send(request.plus("X-Filler", "x".repeat(room + 64))).status())
                .isEqualTo(431);
        assertThat(crm.requests("tools/call")).hasSize(1);
    }

    @Test
    void aHeadOfManyHeadersIsRefusedLikeALongOne() {
        WireRequest request = call(1000);
        for (int i = 0; i < 2_000; i++) {
            request = request.plus("X-" + i, "1");
        }
        WireAnswer answer = gateway.send(request);

        assertThat(answer.status()).isEqualTo(431);
        assertThat(answer.header("Content-Type")).hasValue("application/json");
        assertThat(answer.text())
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-31431,\"message\":\"Request Header Fields Too Large\"}}");
    }

    @Test
    void aLongHeadIsRefusedWithoutWaitingForItsEnd() throws Exception {
        try (WireClient client = gateway.connect()) {
            client.send("POST /mcp HTTP/1.1\r\nX-Filler: " + "x".repeat(20_000));

            assertThat(client.read().status()).isEqualTo(431);
        }
    }

    @Test
    void bodiesThatAreNotUtf8AreRefused() {
        byte[] body = call(1000).body();
        byte[] latin = new String(body, StandardCharsets.UTF_8)
                .replace("xxx", "x\u00e9x")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf16 = new String(body, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE);

        assertThat(gateway.send(call(1000).body(latin)).errorCode()).isEqualTo(-32700);
        assertThat(gateway.send(call(1000).body(utf16)).errorCode()).isEqualTo(-32700);
        assertThat(crm.requests("tools/call")).isEmpty();
    }
}
