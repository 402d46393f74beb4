package dev.mcpgateway.connectors.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP request as it arrived.
 *
 * @param line the request line
 * @param headers names and values in the order of arrival
 * @param body the exact bytes
 */
@SuppressWarnings("ArrayRecordComponent") // looked at by tests, never compared
public record RawRequest(String line, List<Map.Entry<String, String>> headers, byte[] body) {

    /** The method. */
    public String method() {
        return line.substring(0, line.indexOf(' '));
    }

    /** Path and query. */
    public String target() {
        return line.split(" ", -1)[1];
    }

    /** The value of a header that must not be repeated. */
    public Optional<String> header(String name) {
        List<String> values = headers.stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
        if (values.size() > 1) {
            throw new AssertionError("header " + name + " was sent " + values.size() + " times");
        }
        return values.stream().findFirst();
    }

    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return line + " " + headers + " " + text();
    }
}
