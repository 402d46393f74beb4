package dev.mcpgateway.samples.calltoken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The verifier for authors of upstreams, against vectors that the gateway's own code wrote. */
class CallTokenVerifierTest {
    private static final JsonNode VECTORS = read();
    private static final KeySet KEYS = KeySet.parse(VECTORS.path("jwks").toString());

    private static JsonNode read() {
        try (InputStream in = CallTokenVerifier.class.getResourceAsStream("vectors.json")) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    static Stream<JsonNode> cases() {
        return VECTORS.path("cases").valueStream();
    }

    private static JsonNode named(String name) {
        return cases().filter(each -> each.path("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static CallTokenVerifier verifier(Instant now) {
        return new CallTokenVerifier(
                VECTORS.path("issuer").stringValue(), VECTORS.path("audience").stringValue(), KEYS, () -> now);
    }

    private static CallTokenVerifier verifier(JsonNode vector) {
        return verifier(Instant.ofEpochSecond(vector.path("at").longValue()));
    }

    private static byte[] body(JsonNode vector) {
        return vector.path("body").stringValue().getBytes(StandardCharsets.UTF_8);
    }

    private static String token(JsonNode vector) {
        return vector.path("token").stringValue();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachVectorEndsWhereItSays(JsonNode vector) throws CallTokenRefused {
        String expected = vector.path("expected").stringValue();
        String step;
        try {
            verifier(vector).verify(token(vector), body(vector));
            step = "ACCEPTED";
        } catch (CallTokenRefused refused) {
            step = refused.step().name();
        }
        assertThat(step).as(vector.path("name").stringValue()).isEqualTo(expected);
    }

    @Test
    void theServerLearnsWhoCallsThroughWhom() throws Exception {
        JsonNode call = named("a call");

        CallTokenClaims claims = verifier(call).verify(token(call), body(call));

        assertThat(claims.subject()).isEqualTo("alice");
        assertThat(claims.agent()).isEqualTo("desk-agent");
        assertThat(claims.callId()).isEqualTo("0199-call");
    }

    @Test
    void aTokenIsGoodOnceAndAWrongRequestDoesNotUseItUp() throws Exception {
        JsonNode call = named("a call");
        CallTokenVerifier verifier = verifier(call);

        assertRefused(verifier, token(call), body(named("another tool")), CallTokenRefused.Step.BINDING);
        verifier.verify(token(call), body(call));
        assertRefused(verifier, token(call), body(call), CallTokenRefused.Step.REPLAY);
    }

    private static void assertRefused(
            CallTokenVerifier verifier, String token, byte[] body, CallTokenRefused.Step step) {
        assertThatThrownBy(() -> verifier.verify(token, body))
                .isInstanceOfSatisfying(
                        CallTokenRefused.class,
                        refused -> assertThat(refused.step()).isEqualTo(step));
    }

    @Test
    void whenNoMoreTokensCanBeToldApartNoneIsTaken() {
        Instant now = Instant.EPOCH;
        SeenTokens seen = new SeenTokens(2);

        assertThat(seen.isFirst("a", now.plusSeconds(60), now)).isTrue();
        assertThat(seen.isFirst("b", now.plusSeconds(90), now)).isTrue();
        assertThat(seen.isFirst("c", now.plusSeconds(60), now)).isFalse();
        assertThat(seen.isFirst("c", now.plusSeconds(120), now.plusSeconds(61))).isTrue();
        assertThat(seen.isFirst("b", now.plusSeconds(120), now.plusSeconds(61))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1e21, 1e+21",
        "1E20, 100000000000000000000",
        "0.000001, 0.000001",
        "1e-7, 1e-7",
        "-0.0, 0",
        "5e-324, 5e-324",
        "333333333.33333329, ''",
        "9007199254740993, ''",
        "1e400, ''",
        "1e-999999999, ''",
        "1.10, 1.1"
    })
    void numbersAreWrittenAsTheGatewayWritesThem(String written, String form) {
        assertThat(Arguments.number(written).orElse("")).isEqualTo(form);
    }

    @Test
    void theJettyHandlerLetsTheRightRequestThroughWithItsBody() throws Exception {
        JsonNode call = named("a call");
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new CallTokenHandler(verifier(call), 1 << 20, new Echo()));
        server.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI url = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/mcp");

            HttpResponse<String> none = send(client, url, List.of(), body(call));
            HttpResponse<String> two = send(client, url, List.of(token(call), token(call)), body(call));
            HttpResponse<String> swapped = send(client, url, List.of(token(call)), body(named("other arguments")));
            HttpResponse<String> right = send(client, url, List.of(token(call)), body(call));
            HttpResponse<String> replayed = send(client, url, List.of(token(call)), body(call));

            assertThat(List.of(none, two, swapped, replayed)).allSatisfy(answer -> {
                assertThat(answer.statusCode()).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer error=\"invalid_token\"");
            });
            assertThat(right.statusCode()).isEqualTo(200);
            assertThat(right.body()).isEqualTo("alice " + call.path("body").stringValue());
        } finally {
            server.stop();
        }
    }

    private static HttpResponse<String> send(HttpClient client, URI url, List<String> tokens, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        tokens.forEach(token -> request.header("Authorization", "Bearer " + token));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static final class Echo extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            CallTokenClaims claims = (CallTokenClaims) request.getAttribute(CallTokenHandler.CLAIMS);
            String answer = claims.subject() + " " + Content.Source.asString(request);
            response.write(true, ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)), callback);
            return true;
        }
    }
}
