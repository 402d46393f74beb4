package dev.mcpgateway.gateway.endtoend;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One HTTP/1.1 request of which a test decides every header. Immutable; each change gives another one. */
public final class WireRequest {
    private final String line;
    private final List<Map.Entry<String, String>> headers;
    private final byte[] body;

    private WireRequest(String line, List<Map.Entry<String, String>> headers, byte[] body) {
        this.line = line;
        this.headers = List.copyOf(headers);
        this.body = body.clone();
    }

    /** A request without headers and body. */
    public static WireRequest of(String method, String target) {
        return new WireRequest(method + " " + target + " HTTP/1.1", List.of(), new byte[0]);
    }

    /** The same with another request line. */
    public WireRequest line(String other) {
        return new WireRequest(other, headers, body);
    }

    /** The same with one header more, also when there is one of that name. */
    public WireRequest plus(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new WireRequest(line, more, body);
    }

    /** The same without that header. */
    public WireRequest without(String name) {
        return new WireRequest(
                line,
                headers.stream()
                        .filter(header -> !header.getKey().equalsIgnoreCase(name))
                        .toList(),
                body);
    }

    /** The same with this value as the only one of that header. */
    public WireRequest with(String name, String value) {
        return without(name).plus(name, value);
    }

    /** The same with this body. */
    public WireRequest body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with this body. */
    public WireRequest body(byte[] bytes) {
        return new WireRequest(line, headers, bytes);
    }

    /** The body's bytes. */
    public byte[] body() {
        return body.clone();
    }

    /** Request line and headers as they are sent, without the empty line, without a length. */
    public String head() {
        StringBuilder head = new StringBuilder(line).append("\r\n");
        headers.forEach(header -> head.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        return head.toString();
    }

    /** The whole request; the length is added where the headers say nothing about it. */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head().getBytes(StandardCharsets.ISO_8859_1));
        boolean framed = headers.stream()
                .anyMatch(header -> header.getKey().equalsIgnoreCase("Content-Length")
                        || header.getKey().equalsIgnoreCase("Transfer-Encoding"));
        boolean hasBody = body.length > 0 || line.startsWith("POST");
        if (!framed && hasBody) {
            out.writeBytes(("Content-Length: " + body.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        out.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** The whole request with its body in chunks of this many bytes. */
    public byte[] chunked(int chunkBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String head =
                with("Transfer-Encoding", "chunked").without("Content-Length").head() + "\r\n";
        out.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        for (int at = 0; at < body.length; at += chunkBytes) {
            int length = Math.min(chunkBytes, body.length - at);
            out.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.write(body, at, length);
            out.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return out.toByteArray();
    }

    @Override
    public String toString() {
        return head() + new String(body, StandardCharsets.UTF_8);
    }
}
