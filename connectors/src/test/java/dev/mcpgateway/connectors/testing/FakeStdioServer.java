package dev.mcpgateway.connectors.testing;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A scripted MCP server over stdio, for use as a child process. Arguments: {@code modern}, {@code legacy} or {@code both};
 * {@code silent} (a legacy server that never answers {@code server/discover}); {@code late} (a modern one that answers it
 * only after {@code initialize}); {@code stubborn} (ignores the end of its input); {@code journal=FILE} (every line it
 * reads is appended there); {@code features} (it has a prompt, resources that may be subscribed to, completion and
 * logging); {@code tool=NAME} (listed as well). The tool's name says how it behaves: see {@link #call}. It asks the client only for what was declared.
 */
public final class FakeStdioServer {
    private static final String FEATURES = "\"tools\":{\"listChanged\":true},\"prompts\":{\"listChanged\":true},"
            + "\"resources\":{\"subscribe\":true,\"listChanged\":true},\"completions\":{},\"logging\":{}";

    private final List<String> options;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Map<String, Consumer<Envelope>> questions = new HashMap<>();
    private final Map<String, String> subscribed = new HashMap<>();
    private String heldDiscover = "";
    private String declared = "{}";
    private String level = "";

    private FakeStdioServer(List<String> options) {
        this.options = options;
    }

    /** The command line that starts it with these options, on the class path of this test run. */
    public static List<String> command(String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                classPath(FakeStdioServer.class)
                        + java.io.File.pathSeparator
                        + classPath(StrictJson.class)
                        + java.io.File.pathSeparator
                        + classPath(org.jspecify.annotations.NullMarked.class),
                FakeStdioServer.class.getName()));
        command.addAll(List.of(options));
        return command;
    }

    private static String classPath(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        String url = String.valueOf(type.getClassLoader().getResource(file));
        String path = url.substring(0, url.length() - file.length());
        path = path.startsWith("jar:") ? path.substring(4, path.length() - 2) : path;
        return Path.of(java.net.URI.create(path)).toString();
    }

    /** Serves until its input ends. */
    public static void main(String[] args) throws Exception {
        new FakeStdioServer(List.of(args)).serve();
    }

    private void serve() throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            journal(line);
            Envelope message = read(line);
            if (message.shape() == Shape.REQUEST) {
                request(message);
            } else if (message.shape() != Shape.NOTIFICATION) {
                Consumer<Envelope> asked = questions.remove(id(message));
                if (asked != null) {
                    asked.accept(message);
                }
            }
        }
        journal("end of input");
        if (options.contains("stubborn")) {
            Thread.sleep(60_000);
        }
    }

    private void journal(String line) throws IOException {
        for (String option : options) {
            if (option.startsWith("journal=")) {
                Files.writeString(
                        Path.of(option.substring("journal=".length())),
                        line + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        }
    }

    private static Envelope read(String line) throws JsonRefused, NotJsonRpc {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return Envelope.read(StrictJson.parse(bytes, JsonLimits.forReplies(1 << 26, 1000)));
    }

    private void request(Envelope message) throws Exception {
        boolean modern = message.meta(McpNames.META_PROTOCOL_VERSION) != JsonDocument.NONE;
        switch (message.method()) {
            case "server/discover" -> discover(message);
            case "initialize" -> initialize(message);
            case "tools/list" -> result(message, "{\"tools\":[" + tools() + "]" + (modern ? ",\"ttlMs\":5}" : "}"));
            case "tools/call" -> call(message);
            case "subscriptions/listen" -> listen(message);
            default -> {
                if (!options.contains("features") || !feature(message)) {
                    error(message, -32601);
                }
            }
        }
    }

    /** What it has with the option {@code features}. */
    private boolean feature(Envelope message) {
        JsonDocument document = message.document();
        switch (message.method()) {
            case "prompts/list" -> result(message, "{\"prompts\":[{\"name\":\"greet\"}]}");
            case "resources/list" -> result(message, "{\"resources\":[{\"uri\":\"mem://a\"},{\"uri\":\"mem://b\"}]}");
            case "resources/templates/list" ->
                result(message, "{\"resourceTemplates\":[{\"uriTemplate\":\"mem://{x}\"}]}");
            case "prompts/get", "resources/read", "completion/complete" ->
                result(message, "{\"params\":" + document.raw(message.params()) + "}");
            case "logging/setLevel" -> {
                level = document.string(message.param(JsonDocument.Name.of("level")));
                result(message, "{}");
            }
            case "resources/subscribe" -> {
                subscribed.put(document.string(message.param(McpNames.URI)), "");
                result(message, "{}");
            }
            case "resources/unsubscribe" -> {
                subscribed.remove(document.string(message.param(McpNames.URI)));
                result(message, "{}");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Stays open; acknowledges resources. */
    private void listen(Envelope message) {
        JsonDocument document = message.document();
        int uris = document.member(message.param(McpNames.NOTIFICATIONS), McpNames.RESOURCE_SUBSCRIPTIONS);
        if (uris == JsonDocument.NONE) {
            return;
        }
        String meta = "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" + id(message) + "}";
        for (int uri = document.first(uris); uri != JsonDocument.NONE; uri = document.next(uris, uri)) {
            subscribed.put(document.string(uri), meta + ",");
        }
        out.println("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{" + meta
                + ",\"notifications\":{\"resourceSubscriptions\":" + document.raw(uris) + "}}}");
    }

    /** Asks the client, and gives the answer as the result of the call. */
    private void ask(Envelope call, String questionId, String method, String params) {
        String capability = method.substring(0, method.indexOf('/'));
        if (!declared.contains("\"" + capability + "\"")) {
            throw new AssertionError("the client declared " + declared);
        }
        questions.put(questionId, answer -> {
            int result = answer.result() == JsonDocument.NONE ? answer.error() : answer.result();
            result(call, "{\"content\":[],\"answer\":" + answer.document().raw(result) + "}");
        });
        out.println("{\"jsonrpc\":\"2.0\",\"id\":" + questionId + ",\"method\":\"" + method + "\",\"params\":" + params
                + "}");
    }

    private void discover(Envelope message) {
        if (options.contains("silent")) {
            return;
        }
        String answer = response(
                message,
                "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{"
                        + (options.contains("features") ? FEATURES : "") + "}}");
        if (options.contains("late")) {
            heldDiscover = answer;
        } else if (options.contains("legacy")) {
            error(message, -32602);
        } else {
            out.println(answer);
        }
    }

    private void initialize(Envelope message) {
        if (!heldDiscover.isEmpty()) {
            out.println(heldDiscover);
            error(message, -32601);
        } else if (options.contains("modern")) {
            error(message, -32022);
        } else {
            questions.put("1", _ -> {});
            out.println("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
            declared = message.document().raw(message.param(McpNames.CAPABILITIES));
            String capabilities = options.contains("features") ? FEATURES : "\"tools\":{\"listChanged\":true}";
            result(message, "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{" + capabilities + "}}");
        }
    }

    private String tools() {
        String tools = "{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\"}},{\"name\":\"env\"}";
        for (String option : options) {
            if (option.startsWith("tool=")) {
                tools += ",{\"name\":\"" + option.substring("tool=".length())
                        + "\",\"inputSchema\":{\"type\":\"object\"}}";
            }
        }
        return tools;
    }

    /** The tool's name is its script. */
    private void call(Envelope message) throws Exception {
        JsonDocument document = message.document();
        String name = document.string(message.param(McpNames.NAME));
        int arguments = message.param(McpNames.ARGUMENTS);
        String echo = arguments == JsonDocument.NONE ? "{}" : document.raw(arguments);
        switch (name) {
            case "echo" -> result(message, "{\"content\":[],\"args\":" + echo + "}");
            case "env" -> text(message, new TreeMap<>(System.getenv()).toString());
            case "cwd" -> text(message, Path.of("").toAbsolutePath().toString());
            case "pid" -> text(message, "" + ProcessHandle.current().pid());
            case "flood" -> {
                for (int i = 1; i <= 20_000; i++) {
                    out.println(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"data\":\"no one's\"}}");
                    out.println("{\"jsonrpc\":\"2.0\",\"id\":999999,\"result\":{}}");
                }
                result(message, "{\"content\":[]}");
            }
            case "hang" -> {
                // never answers
            }
            case "later" ->
                Thread.ofPlatform().start(() -> {
                    pause(Integer.parseInt(echo.replaceAll("[^0-9]", "")));
                    result(message, "{\"content\":[],\"args\":" + echo + "}");
                });
            case "progress" -> progress(message);
            case "die" -> {
                System.err.println("dying");
                Runtime.getRuntime().halt(3);
            }
            case "halfline" -> {
                out.print("{\"jsonrpc\":\"2.0\",\"id\":");
                out.flush();
                Runtime.getRuntime().halt(4);
            }
            case "garbage" -> {
                out.println("Server listening on port 3000");
                out.println("[]");
                out.println("{\"jsonrpc\":\"2.0\",\"a\":1,\"a\":2}");
                out.println("   ");
                out.println("{\"jsonrpc\":\"2.0\",\"id\":999999,\"result\":{}}");
                out.println("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{}}");
                result(message, "{\"content\":[]}");
                result(message, "{\"content\":[],\"second\":true}");
            }
            case "big" ->
                result(message, "{\"x\":\"" + "y".repeat(Integer.parseInt(echo.replaceAll("[^0-9]", ""))) + "\"}");
            case "bigidlast" ->
                out.println("{\"result\":{\"id\":1,\"x\":\"" + "y".repeat(3_000_000) + "\"},\"jsonrpc\":\"2.0\",\"id\":"
                        + id(message) + "}");
            case "elicit" -> ask(message, "\"\\u0071-1\"", "elicitation/create", "{\"message\":\"name?\"}");
            case "hasty" -> {
                out.println("{\"jsonrpc\":\"2.0\",\"id\":\"open\",\"method\":\"elicitation/create\",\"params\":{}}");
                result(message, "{\"content\":[]}");
            }
            case "level" -> text(message, level);
            case "touch" -> {
                String uri = document.string(document.member(arguments, McpNames.URI));
                String meta = subscribed.get(uri);
                if (meta != null) {
                    out.println("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{"
                            + meta + "\"uri\":\"" + uri + "\"}}");
                }
                text(message, new TreeSet<>(subscribed.keySet()).toString());
            }
            case "ask" -> {
                questions.put("\"q\"", _ -> {});
                out.println("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"sampling/createMessage\",\"params\":{}}");
                result(message, "{\"content\":[]}");
            }
            case "changed" -> {
                out.println("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
                result(message, "{\"content\":[]}");
            }
            case "log" -> {
                out.println(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"data\":\"whose?\"}}");
                result(message, "{\"content\":[]}");
            }
            case "stderr" -> {
                System.err.println("plain line");
                System.err.println("\u001b[31mred\u2028line");
                System.err.println("x".repeat(10_000));
                result(message, "{\"content\":[]}");
            }
            case "child" -> {
                Process child = new ProcessBuilder("/bin/sleep", "600").start();
                text(message, "" + child.pid());
            }
            case "closestdout" -> {
                System.out.close();
                Thread.sleep(60_000);
            }
            case "notreading" -> {
                result(message, "{\"content\":[]}");
                Thread.sleep(60_000);
            }
            default -> error(message, -32602);
        }
    }

    private void progress(Envelope message) {
        int token = message.meta(McpNames.PROGRESS_TOKEN);
        String json = token == JsonDocument.NONE ? "0" : message.document().raw(token);
        for (int i = 1; i <= 3; i++) {
            out.println("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                    + json + ",\"progress\":" + i + "}}");
        }
        result(message, "{\"content\":[]}");
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void text(Envelope message, String text) {
        result(
                message,
                "{\"content\":[{\"type\":\"text\",\"text\":" + new String(JsonText.quote(text), StandardCharsets.UTF_8)
                        + "}]}");
    }

    private void result(Envelope message, String resultJson) {
        out.println(response(message, resultJson));
    }

    private static String response(Envelope message, String resultJson) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id(message) + ",\"result\":" + resultJson + "}";
    }

    private void error(Envelope message, long code) {
        String data = code == -32022 ? ",\"data\":{\"supported\":[\"2026-07-28\"]}" : "";
        out.println("{\"jsonrpc\":\"2.0\",\"id\":" + id(message) + ",\"error\":{\"code\":" + code
                + ",\"message\":\"no\"" + data + "}}");
    }

    private static String id(Envelope message) {
        return message.document().raw(message.id());
    }
}
