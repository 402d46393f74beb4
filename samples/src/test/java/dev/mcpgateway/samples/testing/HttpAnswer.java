package dev.mcpgateway.samples.testing;

import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A complete HTTP answer: one JSON text, or all messages of an event stream that has ended. */
public record HttpAnswer(int status, HttpHeaders headers, String body) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The body as one JSON text; of an event stream, the last message. */
    public JsonNode json() {
        return isStream() ? messages().getLast() : JSON.readTree(body);
    }

    /** Whether the answer was an event stream. */
    public boolean isStream() {
        return header("Content-Type").startsWith("text/event-stream");
    }

    /** The messages of an event stream, in order. */
    public List<JsonNode> messages() {
        List<JsonNode> messages = new ArrayList<>();
        body.lines()
                .filter(line -> line.startsWith("data: {"))
                .forEach(line -> messages.add(JSON.readTree(line.substring("data: ".length()))));
        return messages;
    }

    /** A header that may be missing. */
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** {@code error.code}; 0 when there is no error. */
    public int errorCode() {
        return json().path("error").path("code").asInt(0);
    }

    /** {@code result}. */
    public JsonNode result() {
        return json().path("result");
    }
}
