package dev.mcpgateway.gateway.endtoend;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One HTTP answer as it came.
 *
 * @param line the status line
 * @param headers names and values in the order of arrival
 * @param body the bytes, chunks put together
 */
@SuppressWarnings("ArrayRecordComponent") // looked at by tests, never compared
public record WireAnswer(String line, List<Map.Entry<String, String>> headers, byte[] body) {

    /** The status code. */
    public int status() {
        return Integer.parseInt(line.split(" ", 3)[1]);
    }

    /** All values of a header, in the order in which they came. */
    public List<String> headers(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The value of a header that must not be repeated. */
    public Optional<String> header(String name) {
        List<String> values = headers.stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
        if (values.size() > 1) {
            throw new AssertionError("header " + name + " came " + values.size() + " times");
        }
        return values.stream().findFirst();
    }

    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The body as JSON, or the last event's data of an event stream. */
    public JsonNode json() {
        String text = isEventStream() ? events().getLast() : text();
        try {
            return JsonMapper.shared().readTree(text);
        } catch (RuntimeException notJson) {
            throw new AssertionError("no JSON: " + this, notJson);
        }
    }

    /** Whether the body is an event stream. */
    public boolean isEventStream() {
        return header("Content-Type").orElse("").equals("text/event-stream");
    }

    /** The data of each event. */
    public List<String> events() {
        return text().lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    /** The value at a JSON pointer as text; empty when it is missing. */
    public String at(String pointer) {
        return json().at(pointer).asString("");
    }

    /** The JSON-RPC error code; 0 when there is no error. */
    public int errorCode() {
        return json().at("/error/code").asInt(0);
    }

    /** The text of the first content block of a tool result. */
    public String firstText() {
        return at("/result/content/0/text");
    }

    /** The gateway's reason in a refused tool result. */
    public String refusalCode() {
        return json().path("result")
                .path("_meta")
                .path("dev.mcpgateway/refusal")
                .path("code")
                .asString("");
    }

    @Override
    public String toString() {
        return line + " " + headers + " " + text();
    }
}
