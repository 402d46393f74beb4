package dev.mcpgateway.samples.agent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The least that an agent needs of OpenAI's Chat Completions: one POST, one whole answer. */
final class ModelClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI url;
    private final String token;

    /** What came back. */
    record Answer(int status, JsonNode body) {
        /** The model's message; missing when it was refused. */
        JsonNode message() {
            return body.path("choices").path(0).path("message");
        }
    }

    /** A client of the models at the origin of {@code gateway}. */
    ModelClient(URI gateway, String token) {
        this.url = gateway.resolve("/v1/chat/completions");
        this.token = token;
    }

    Answer complete(ObjectNode request, Trace trace) throws IOException, InterruptedException {
        HttpRequest post = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("traceparent", trace.traceparent())
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                .build();
        HttpResponse<String> response = http.send(post, HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), JsonMapper.shared().readTree(response.body()));
    }

    @Override
    public void close() {
        http.close();
    }
}
