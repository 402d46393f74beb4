package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The upstream of the load test: an MCP server that costs as little as one in Java can, so that the target is the
 * bottleneck. It answers {@code server/discover}, {@code tools/list} and {@code tools/call}; the result of a call has the
 * length that the start parameter asks for. It counts calls, so that the test can prove that the work was done:
 * {@code GET /count}.
 *
 * <p>Usage: {@code FastUpstream PORT RESULT_BYTES schema|plain|legacy|many}; {@code plain} gives the tool a schema that
 * accepts every object, {@code legacy} speaks 2025-11-25, the others 2026-07-28, {@code many} has {@link #MANY} tools.
 * Loopback only.
 */
public final class FastUpstream {
    /** How many tools the kind {@code many} has. */
    static final int MANY = 50;

    private static final byte[] ID = "\"id\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CALL = "\"tools/call\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LIST = "\"tools/list\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COUNT = "GET /count ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INITIALIZE = "\"initialize\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DISCOVER = "\"server/discover\"".getBytes(StandardCharsets.US_ASCII);

    private static final String PLAIN_TOOL =
            "{\"name\":\"lookup\",\"description\":\"Looks a record up.\",\"inputSchema\":{\"type\":\"object\"}}";
    private static final String TOOL =
            "{\"name\":\"lookup\",\"description\":\"Looks a record up.\",\"inputSchema\":{\"type\":"
                    + "\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64},\"fields\":{"
                    + "\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":16},\"limit\":{\"type\":\"integer\","
                    + "\"minimum\":1,\"maximum\":1000}},\"required\":[\"id\"],\"additionalProperties\":false}}";

    private final byte[] callTail;
    private final byte[] listTail;
    private final byte[] discoverTail;
    private final boolean isLegacy;
    private final LongAdder calls = new LongAdder();

    private FastUpstream(int resultBytes, String kind) {
        this.isLegacy = kind.equals("legacy");
        String type = isLegacy ? "" : "\"resultType\":\"complete\",";
        this.callTail = tail("{" + type + "\"content\":[{\"type\":\"text\",\"text\":\"" + text(resultBytes) + "\"}]}");
        this.listTail = tail("{" + type + "\"tools\":[" + tools(kind) + "]"
                + (isLegacy ? "}" : ",\"ttlMs\":60000,\"cacheScope\":\"public\"}"));
        this.discoverTail = tail("{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":"
                + "{\"tools\":{}},\"ttlMs\":60000,\"cacheScope\":\"public\"}");
    }

    private static String tools(String kind) {
        return switch (kind) {
            case "plain", "legacy" -> PLAIN_TOOL;
            case "schema" -> TOOL;
            case "many" ->
                IntStream.range(0, MANY)
                        .mapToObj(i -> TOOL.replace("\"lookup\"", "\"tool_%02d\"".formatted(i))
                                .replace("Looks a record up.", text(200)))
                        .collect(Collectors.joining(","));
            default -> throw new IllegalArgumentException("unknown kind of upstream: " + kind);
        };
    }

    private static byte[] tail(String result) {
        return (",\"result\":" + result + "}").getBytes(StandardCharsets.US_ASCII);
    }

    /** Prose of a record, so that screening has real words to look at. */
    static String text(int bytes) {
        String sentence = "Order 4711 was packed on Tuesday and left the warehouse in Rotterdam at noon. ";
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes) {
            text.append(sentence);
        }
        return text.substring(0, Math.max(1, bytes));
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws IOException {
        FastUpstream upstream = new FastUpstream(Integer.parseInt(arguments[1]), arguments[2]);
        FastHttp.serve(
                Integer.parseInt(arguments[0]),
                (buffer, head, total, out) -> out.write(upstream.answer(buffer, head, total)));
    }

    private byte[] answer(byte[] buffer, int head, int total) {
        if (buffer[0] == 'G') {
            if (FastHttp.indexOf(buffer, 0, head, COUNT) < 0) {
                return plain("HTTP/1.1 405 Method Not Allowed");
            }
            byte[] count = Long.toString(calls.sum()).getBytes(StandardCharsets.US_ASCII);
            return message(count, new byte[0], new byte[0], "text/plain");
        }
        if (buffer[0] == 'D') {
            return plain("HTTP/1.1 200 OK");
        }
        int id = FastHttp.indexOf(buffer, head, total, ID);
        if (id < 0) {
            return plain("HTTP/1.1 202 Accepted");
        }
        int from = id + ID.length;
        int to = from;
        while (buffer[to] != ',' && buffer[to] != '}') {
            to++;
        }
        byte[] idText = new byte[to - from];
        System.arraycopy(buffer, from, idText, 0, idText.length);
        byte[] tail;
        if (FastHttp.indexOf(buffer, head, total, CALL) >= 0) {
            calls.increment();
            tail = callTail;
        } else if (FastHttp.indexOf(buffer, head, total, LIST) >= 0) {
            tail = listTail;
        } else if (!isLegacy && FastHttp.indexOf(buffer, head, total, DISCOVER) >= 0) {
            tail = discoverTail;
        } else if (isLegacy && FastHttp.indexOf(buffer, head, total, INITIALIZE) >= 0) {
            tail = tail(
                    "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"fast\","
                            + "\"version\":\"1\"}}");
        } else {
            tail = ",\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}".getBytes(StandardCharsets.US_ASCII);
        }
        return message(
                "{\"jsonrpc\":\"2.0\",\"id\":".getBytes(StandardCharsets.US_ASCII), idText, tail, "application/json");
    }

    private static byte[] plain(String statusLine) {
        return (statusLine + "\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] message(byte[] first, byte[] second, byte[] third, String type) {
        int length = first.length + second.length + third.length;
        // whoever speaks 2026-07-28 ignores the session
        byte[] head = ("HTTP/1.1 200 OK\r\nMcp-Session-Id: fast\r\nContent-Type: " + type + "\r\nContent-Length: "
                        + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[head.length + length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(first, 0, whole, head.length, first.length);
        System.arraycopy(second, 0, whole, head.length + first.length, second.length);
        System.arraycopy(third, 0, whole, head.length + first.length + second.length, third.length);
        return whole;
    }
}
