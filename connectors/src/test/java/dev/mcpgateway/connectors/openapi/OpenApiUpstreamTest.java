package dev.mcpgateway.connectors.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.mcp.Bench;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.mcp.Offer;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.mcp.UpstreamStatus.Health;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.RawConnection;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Revision;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An HTTP API as an upstream, over real connections to a server that decides about every byte. */
class OpenApiUpstreamTest {
    private static final String PETS = """
            openapi: 3.1.0
            info: {title: pets, version: 1.0.0}
            paths:
              /pets/{id}:
                get:
                  operationId: getPet
                  parameters:
                    - {name: id, in: path, required: true, schema: {type: string}}
                    - {name: Authorization, in: header, schema: {type: string}}
                    - {name: X-Trace, in: header, schema: {type: string}}
                  responses: {'200': {content: {application/json: {schema: {type: object}}}}}
              /pets:
                get: {operationId: listPets, responses: {'200': {content: {application/json: {schema: {type: array}}}}}}
                post:
                  operationId: addPet
                  requestBody: {content: {application/json: {schema: {type: object}}}}
            """;

    @TempDir
    Path folder;

    private final Queue<RawRequest> requests = new ConcurrentLinkedQueue<>();
    private Bench bench;
    private RawServer server;
    private volatile Answer answer;

    /** What the server does once it has read a request. */
    @FunctionalInterface
    private interface Answer {
        void to(RawConnection connection) throws Exception;
    }

    @BeforeEach
    void start() {
        bench = new Bench();
        answer = connection -> connection.answer(200, "application/json", "{}");
        server = bench.with(RawServer.start(connection -> {
            for (Optional<RawRequest> request = connection.readRequest();
                    request.isPresent();
                    request = connection.readRequest()) {
                requests.add(request.get());
                answer.to(connection);
            }
        }));
    }

    @AfterEach
    void stop() {
        bench.close();
        assertThat(server.failures()).isEmpty();
    }

    private OpenApiUpstream upstream(String description, HttpSettings.Client client) throws Exception {
        Path file = Files.writeString(folder.resolve("api.yaml"), description);
        URI url = URI.create("http://127.0.0.1:" + server.port() + "/base");
        OpenApiSettings plain = OpenApiSettings.of("api", file, url);
        OpenApiSettings settings = new OpenApiSettings(
                "api",
                file,
                url,
                List.of(),
                List.of(),
                true,
                true,
                false,
                Set.of(),
                client,
                4,
                List.of(),
                Optional.empty(),
                64);
        assertThat(plain.jsonDepthMax()).isEqualTo(settings.jsonDepthMax());
        OpenApiUpstream upstream = bench.with(new OpenApiUpstream(settings, bench.surroundings()));
        upstream.offer();
        return upstream;
    }

    private OpenApiUpstream pets() throws Exception {
        return upstream(PETS, HttpSettings.Client.LEAN);
    }

    private UpstreamReply call(OpenApiUpstream upstream, String tool, String arguments) {
        return bench.call(
                upstream, Bench.call(Bench.modernRequest(tool, arguments), tool, "alice", Bench.AMPLE, 1 << 20));
    }

    private static String text(UpstreamReply reply) {
        if (!(reply instanceof UpstreamReply.Answered(Envelope message))) {
            throw new AssertionError("not answered, but " + reply);
        }
        return new String(message.document().bytes(), StandardCharsets.UTF_8);
    }

    private static String result(String members) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"agent-1\",\"result\":{\"resultType\":\"complete\"," + members + "}}";
    }

    @Test
    void theOfferIsTheDescriptionsOperations() throws Exception {
        OpenApiUpstream upstream = pets();
        Offer offer = upstream.offer();

        assertThat(offer.list(FeatureList.TOOLS)).extracting("name").containsExactly("getPet", "listPets", "addPet");
        assertThat(offer.list(FeatureList.PROMPTS)).isEmpty();
        assertThat(offer.capabilities().tools()).isTrue();
        assertThat(offer.revision()).isEqualTo(Revision.NEWEST_MODERN);
        assertThat(upstream.status().health()).isEqualTo(Health.UP);
        assertThat(server.accepted())
                .as("a description is a file: nobody is asked")
                .isZero();
    }

    @ParameterizedTest
    @EnumSource(HttpSettings.Client.class)
    void aCallIsOneRequestAndItsAnswerTheResult(HttpSettings.Client client) throws Exception {
        OpenApiUpstream upstream = upstream(PETS, client);
        answer = connection -> connection.answer(200, "application/json; charset=utf-8", "{\"id\" : 1.10,\"é\":[]}");

        UpstreamReply reply = call(upstream, "getPet", "{\"id\":\"a b\",\"X-Trace\":\"t\"}");

        assertThat(text(reply))
                .isEqualTo(result("\"content\":[{\"type\":\"text\",\"text\":\"{\\\"id\\\" : 1.10,\\\"é\\\":[]}\"}],"
                        + "\"structuredContent\":{\"id\" : 1.10,\"é\":[]}"));
        RawRequest request = requests.remove();
        assertThat(request.line()).isEqualTo("GET /base/pets/a%20b HTTP/1.1");
        assertThat(request.header("Host")).contains("127.0.0.1:" + server.port());
        assertThat(request.header("Authorization")).contains("Bearer of-alice");
        assertThat(request.header("X-Trace")).contains("t");
        assertThat(request.header("Accept").orElseThrow()).startsWith("application/json");
        assertThat(request.header("User-Agent")).contains("test-gateway");
        assertThat(request.header("traceparent")).isPresent();
        assertThat(request.header("Mcp-Name")).isEmpty();
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(HttpSettings.Client.class)
    void aBodyArrivesByteByByte(HttpSettings.Client client) throws Exception {
        OpenApiUpstream upstream = upstream(PETS, client);
        String body = "{\"n\" : 12345678901234567890.10,\"t\":\"\\u00e9\"}";

        call(upstream, "addPet", "{\"body\":" + body + "}");

        RawRequest request = requests.remove();
        assertThat(request.line()).isEqualTo("POST /base/pets HTTP/1.1");
        assertThat(request.header("Content-Type")).contains("application/json");
        assertThat(request.text()).isEqualTo(body);
    }

    @Test
    void theCredentialsHeaderIsNeverAnArguments() throws Exception {
        OpenApiUpstream upstream = pets();

        call(upstream, "getPet", "{\"id\":\"1\",\"Authorization\":\"Bearer forged\"}");

        assertThat(requests.remove().header("Authorization")).contains("Bearer of-alice");
    }

    @Test
    void anArgumentThatLeadsElsewhereIsAnErrorOfTheToolAndNothingIsSent() throws Exception {
        UpstreamReply reply = call(pets(), "getPet", "{\"id\":\"../admin\"}");

        assertThat(text(reply)).contains("\"isError\":true", "argument 'id'").doesNotContain("admin");
        assertThat(server.accepted()).isZero();
    }

    @Test
    void anUnknownToolIsNotSent() throws Exception {
        assertThat(call(pets(), "gone", "{}"))
                .isEqualTo(new UpstreamReply.Unreachable("the description has no such operation any more", false));
        assertThat(server.accepted()).isZero();
    }

    @Test
    void aListIsTextAlone() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.answer(200, "application/json", "[1,2]");

        assertThat(text(call(upstream, "listPets", "{}")))
                .isEqualTo(result("\"content\":[{\"type\":\"text\",\"text\":\"[1,2]\"}]"));
    }

    @Test
    void anAnswerThatBreaksThePromiseOfAnObjectIsAnError() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.answer(200, "application/json", "[1,2]");

        assertThat(text(call(upstream, "getPet", "{\"id\":\"1\"}")))
                .contains("\"isError\":true", "[1,2]", "promised")
                .doesNotContain("structuredContent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":2}", "{\"a\":", "{\"a\":1}{}", "NaN"})
    void jsonThatTwoReadersReadDifferentlyIsTextAlone(String body) throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.answer(200, "application/json", body);

        assertThat(text(call(upstream, "getPet", "{\"id\":\"1\"}"))).doesNotContain("structuredContent");
    }

    @Test
    void deepJsonIsTextAlone() throws Exception {
        OpenApiUpstream upstream = pets();
        String deep = "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}";
        answer = connection -> connection.answer(200, "application/json", deep);

        assertThat(text(call(upstream, "getPet", "{\"id\":\"1\"}"))).doesNotContain("structuredContent");
    }

    @Test
    void noContentIsSaid() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.write("HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(text(call(upstream, "addPet", "{}")))
                .isEqualTo(result("\"content\":[{\"type\":\"text\",\"text\":\"HTTP 204, no content\"}]"));
        assertThat(requests.remove().header("Content-Type")).isEmpty();
    }

    private String content(String type, byte[] body) throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> {
            connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n\r\n");
            connection.write(body);
        };
        return text(call(upstream, "listPets", "{}"));
    }

    @Test
    void contentIsWhatItsMediaTypeSays() throws Exception {
        byte[] bytes = {(byte) 0x89, 'P', 'N', 'G', 0};

        assertThat(content("image/png", bytes))
                .contains("[{\"type\":\"image\",\"mimeType\":\"image/png\",\"data\":\"iVBORwA=\"}]");
        assertThat(content("Audio/WAV; x=y", bytes))
                .contains("[{\"type\":\"audio\",\"mimeType\":\"audio/wav\",\"data\":\"iVBORwA=\"}]");
        assertThat(content("application/pdf", bytes))
                .contains("[{\"type\":\"resource\",\"resource\":{\"uri\":\"openapi:api/listPets\","
                        + "\"mimeType\":\"application/pdf\",\"blob\":\"iVBORwA=\"}}]");
        assertThat(content("text/csv", "a,b\n".getBytes(StandardCharsets.UTF_8)))
                .contains("[{\"type\":\"text\",\"text\":\"a,b\\n\"}]");
        assertThat(content("text/plain; charset=ISO-8859-1", new byte[] {(byte) 0xE9}))
                .contains("\"text\":\"é\"");
        assertThat(content("text/plain", new byte[] {(byte) 0xE9})).contains("\"blob\":\"6Q==\"");
        assertThat(content("a\"b/c", bytes)).contains("\"mimeType\":\"application/octet-stream\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 422, 429, 500, 503})
    void anErrorIsAResultThatAModelCanRead(int status) throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.answer(status, "application/problem+json", "{\"title\":\"no\"}");

        assertThat(text(call(upstream, "getPet", "{\"id\":\"1\"}")))
                .isEqualTo(result("\"content\":[{\"type\":\"text\",\"text\":\"HTTP " + status
                        + "\\n{\\\"title\\\":\\\"no\\\"}\"}],\"isError\":true"));
        assertThat(requests).as("nothing is sent twice").hasSize(1);
    }

    @Test
    void anErrorSaysWhenToComeBackAndIsBounded() throws Exception {
        OpenApiUpstream upstream = pets();
        String body = "x".repeat(100_000);
        answer = connection -> connection.write("HTTP/1.1 429 Slow\r\nRetry-After: 30\r\nContent-Type: text/plain\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);

        String text = text(call(upstream, "getPet", "{\"id\":\"1\"}"));

        assertThat(text).contains("HTTP 429, retry after 30\\nxxx").hasSizeLessThan(20_000);
    }

    @Test
    void redirectsAreNotFollowed() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.write(
                "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");

        assertThat(text(call(upstream, "getPet", "{\"id\":\"1\"}")))
                .contains("HTTP 302: redirects are not followed", "\"isError\":true")
                .doesNotContain("169.254");
        assertThat(requests).hasSize(1);
    }

    @Test
    void anAnswerBeyondTheBoundIsNotRead() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.answer(200, "text/plain", "x".repeat(2_000));

        assertThat(bench.call(
                        upstream,
                        Bench.call(Bench.modernRequest("listPets", "{}"), "listPets", "alice", Bench.AMPLE, 1_000)))
                .isEqualTo(new UpstreamReply.TooLarge(1_000));
    }

    @Test
    void anAnswerThatGrowsBeyondTheBoundWhenItIsWrittenIsNot() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> connection.answer(200, "text/plain", "\u0001".repeat(600));

        assertThat(bench.call(
                        upstream,
                        Bench.call(Bench.modernRequest("listPets", "{}"), "listPets", "alice", Bench.AMPLE, 1_000)))
                .isEqualTo(new UpstreamReply.TooLarge(1_000));
    }

    @Test
    void anEndlessAnswerEndsWithItsTimeout() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = connection -> {
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
            connection.drip("x".repeat(1_000), 20);
        };

        assertThat(bench.call(
                        upstream,
                        Bench.call(
                                Bench.modernRequest("listPets", "{}"),
                                "listPets",
                                "alice",
                                Duration.ofMillis(200),
                                1 << 20)))
                .isEqualTo(new UpstreamReply.TimedOut());
    }

    @Test
    void anInterruptClosesTheConnection() throws Exception {
        OpenApiUpstream upstream = pets();
        answer = RawConnection::awaitPeerClose;
        Bench.Running<UpstreamReply> running = Bench.start(() -> upstream.call(
                Bench.call(Bench.modernRequest("listPets", "{}"), "listPets", "alice", Bench.AMPLE, 1 << 20),
                ReplyListener.NONE));
        Await.until("the request has arrived", () -> !requests.isEmpty());

        running.thread().interrupt();

        assertThat(running.result()).isEqualTo(new UpstreamReply.Cancelled());
        Await.until("the server sees the end", () -> server.open() == 0);
    }

    @Test
    void aServerThatIsNotThereIsDown() throws Exception {
        Path file = Files.writeString(folder.resolve("api.yaml"), PETS);
        OpenApiUpstream upstream = bench.with(new OpenApiUpstream(
                OpenApiSettings.of("api", file, URI.create("http://127.0.0.1:1")), bench.surroundings()));
        upstream.offer();

        UpstreamReply reply = call(upstream, "listPets", "{}");

        assertThat(reply)
                .isInstanceOfSatisfying(
                        UpstreamReply.Unreachable.class,
                        unreachable -> assertThat(unreachable.mayHaveRun()).isFalse());
        assertThat(upstream.status().health()).isEqualTo(Health.DOWN);
    }

    @Test
    void otherMethodsAreNotCarriedOut() throws Exception {
        OpenApiUpstream upstream = pets();
        Envelope prompt = Bench.message(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\",\"params\":{\"name\":\"getPet\"}}");

        assertThat(bench.call(upstream, Bench.call(prompt, "getPet", "alice", Bench.AMPLE, 1_000)))
                .isInstanceOf(UpstreamReply.Unreachable.class);
        assertThatThrownBy(() -> upstream.watch(
                        "x:y", "alice", Bench.call("x").credential().session(), () -> {}))
                .isInstanceOf(UpstreamFault.class);
        assertThat(server.accepted()).isZero();
    }

    private void rewrite(String description) throws IOException {
        Path file = Files.writeString(folder.resolve("api.yaml"), description);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
    }

    @Test
    void aChangedFileIsReadAgainAndABrokenOneLeavesTheLastGoodInUse() throws Exception {
        OpenApiUpstream upstream = pets();
        Offer first = upstream.offer();
        assertThat(upstream.offer()).isSameAs(first);

        rewrite(PETS.replace("listPets", "allPets"));
        assertThat(upstream.offer().list(FeatureList.TOOLS)).extracting("name").contains("allPets");
        assertThat(text(call(upstream, "allPets", "{}"))).doesNotContain("isError");

        rewrite("broken");
        assertThatThrownBy(upstream::offer)
                .isInstanceOf(UpstreamFault.class)
                .hasMessageContaining("api.yaml")
                .hasMessageContaining("openapi");
        assertThat(upstream.status().health()).isEqualTo(Health.DOWN);
        assertThat(text(call(upstream, "allPets", "{}"))).doesNotContain("isError");
    }

    @Test
    void aMissingFileIsSaid() {
        OpenApiUpstream upstream = bench.with(new OpenApiUpstream(
                OpenApiSettings.of("api", folder.resolve("none.yaml"), null), bench.surroundings()));

        assertThatThrownBy(upstream::offer).isInstanceOf(UpstreamFault.class).hasMessageContaining("does not exist");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1",
                "http://api.example.com",
                "https://169.254.169.254",
                "https://localhost",
                "https://[::1]/",
                "https://2130706433/",
                "https://127.1/",
                "https://{region}.example.com",
                "https://api.example.com/a/../b",
                "https://api.example.com/ü",
                "https://user@api.example.com",
                "https://api.example.com?x=y",
                "file:///etc/passwd",
                ""
            })
    void aServerThatTheDescriptionAloneNamesMustBeHttpsUnderAName(String url) throws Exception {
        Path file = Files.writeString(folder.resolve("api.yaml"), PETS + "servers: [{url: '" + url + "'}]\n");
        OpenApiUpstream upstream =
                bench.with(new OpenApiUpstream(OpenApiSettings.of("api", file, null), bench.surroundings()));

        assertThatThrownBy(upstream::offer).isInstanceOf(UpstreamFault.class).hasMessageContaining("openapi.server");
    }

    @Test
    void aNameThatLeadsInsideIsRefusedWhenItIsConnectedTo() throws Exception {
        Path file = Files.writeString(folder.resolve("api.yaml"), PETS);
        OpenApiUpstream upstream = bench.with(new OpenApiUpstream(
                OpenApiSettings.of("api", file, URI.create("https://127.0.0.1.invalid:1/")), bench.surroundings()));
        upstream.offer();

        assertThat(call(upstream, "listPets", "{}")).isInstanceOf(UpstreamReply.Unreachable.class);
    }
}
