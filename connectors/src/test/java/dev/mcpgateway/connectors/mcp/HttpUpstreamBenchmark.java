package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.testing.RawServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CPU per {@code tools/call} of this process, from the agent's parsed request to the upstream's parsed reply, against a
 * trivial server in a process of its own. Run: {@code java -cp … dev.mcpgateway.connectors.mcp.HttpUpstreamBenchmark
 * [seconds] [rounds] [core of the server]}; pin the client itself with {@code taskset}.
 */
final class HttpUpstreamBenchmark {
    private static final String TEXT = "y".repeat(900);

    private HttpUpstreamBenchmark() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("server")) {
            serve();
            return;
        }
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 3;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        List<String> command = new ArrayList<>(args.length > 2 ? List.of("taskset", "-c", args[2]) : List.of());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HttpUpstreamBenchmark.class.getName(),
                "server"));
        Process server = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
                Bench bench = new Bench()) {
            URI url = URI.create("http://127.0.0.1:" + out.readLine() + "/mcp");
            for (int round = 0; round <= rounds; round++) {
                for (HttpSettings.Client client : HttpSettings.Client.values()) {
                    for (String kind : new String[] {"json", "sse"}) {
                        measure(bench, url, client, kind, seconds, round);
                    }
                }
            }
        } finally {
            server.destroyForcibly();
        }
        System.exit(0);
    }

    private static void serve() throws Exception {
        String result = ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"" + TEXT + "\"}]}}";
        RawServer server = RawServer.start(connection -> {
            for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
                String body = request.get().text();
                int id = body.indexOf("\"id\":") + 5;
                String message = "{\"jsonrpc\":\"2.0\",\"id\":" + body.substring(id, body.indexOf(',', id)) + result;
                if (body.contains("\"name\":\"sse\"")) {
                    String event = "event: message\ndata: " + message + "\n\n";
                    connection.write(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
                    connection.write("0\r\n\r\n");
                } else {
                    connection.answer(200, "application/json", message);
                }
            }
        });
        System.out.println(server.port());
        System.in.read();
    }

    private static void measure(
            Bench bench, URI url, HttpSettings.Client client, String kind, double seconds, int round) throws Exception {
        HttpUpstreamSettings settings =
                HttpUpstreamSettings.of("fake", url, EraSetting.MODERN, new UpstreamCredential.None(), client);
        try (HttpUpstream upstream = new HttpUpstream(settings, bench.surroundings())) {
            UpstreamCall call = Bench.call(
                    Bench.modernRequest(kind, "{\"query\":\"" + "x".repeat(100) + "\"}"),
                    kind,
                    "alice",
                    Bench.AMPLE,
                    1 << 20);
            long end = System.nanoTime() + (long) (seconds * 1e9);
            long cpu = cpuNanos();
            long start = System.nanoTime();
            List<Bench.Running<Long>> callers = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                callers.add(Bench.start(() -> {
                    long count = 0;
                    while (System.nanoTime() < end) {
                        if (!(upstream.call(call, ReplyListener.NONE) instanceof UpstreamReply.Answered)) {
                            throw new AssertionError("not answered");
                        }
                        count++;
                    }
                    return count;
                }));
            }
            long calls = callers.stream().mapToLong(Bench.Running::result).sum();
            System.out.printf(
                    "round %d c=32 %-8s %-4s %6.1f µs CPU/call %8.0f calls/s%n",
                    round,
                    client,
                    kind,
                    (cpuNanos() - cpu) / 1000.0 / calls,
                    calls / ((System.nanoTime() - start) / 1e9));
        }
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
