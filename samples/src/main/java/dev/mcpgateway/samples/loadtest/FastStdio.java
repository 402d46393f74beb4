package dev.mcpgateway.samples.loadtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The stdio upstream of the load test: an MCP server of revision 2025-11-25 on standard input and output, the same behind
 * the gateway and behind the peer. Answers each line as soon as it is read.
 */
public final class FastStdio {
    private static final String TOOL = "{\"name\":\"lookup\",\"description\":\"Looks a record up.\",\"inputSchema\":"
            + "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"}},\"required\":[\"id\"]}}";

    private FastStdio() {}

    /** Serves until standard input ends. The one argument is the length of a result's text in bytes. */
    public static void main(String[] arguments) throws IOException {
        String call = "{\"content\":[{\"type\":\"text\",\"text\":\"" + FastUpstream.text(Integer.parseInt(arguments[0]))
                + "\"}]}";
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode message = JsonMapper.shared().readTree(line);
            boolean isRequest = message.has("id") && message.has("method");
            if (isRequest) {
                String method = message.path("method").asString();
                out.print("{\"jsonrpc\":\"2.0\",\"id\":" + message.path("id") + answer(method, call) + "}\n");
                out.flush();
            }
        }
    }

    private static String answer(String method, String call) {
        return switch (method) {
            case "tools/call" -> ",\"result\":" + call;
            case "tools/list" -> ",\"result\":{\"tools\":[" + TOOL + "]}";
            case "initialize" ->
                ",\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},\"serverInfo\":"
                        + "{\"name\":\"fast-stdio\",\"version\":\"1.0.0\"}}";
            case "ping" -> ",\"result\":{}";
            default -> ",\"error\":{\"code\":-32601,\"message\":\"Method not found\"}";
        };
    }
}
