package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.testing.RawServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * CPU per small exchange of this process: the floor (prepared bytes over a socket channel), the lean client and Apache
 * HttpClient, in clear text and with TLS, against a trivial server in a process of its own. Rounds are interleaved.
 * Run: {@code java -cp … dev.mcpgateway.connectors.net.HttpTransportBenchmark [seconds] [rounds] [core of the
 * server]}; pin the client itself with {@code taskset}.
 */
final class HttpTransportBenchmark {
    private static final byte[] REQUEST_BODY = "x".repeat(508).getBytes(StandardCharsets.UTF_8);
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + "y".repeat(1000);
    private static final TimeSource TIME = new TimeSource(InstantSource.system(), System::nanoTime);

    private HttpTransportBenchmark() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("server")) {
            serve(Path.of(args[1]));
            return;
        }
        double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 3;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        Path folder = Files.createTempDirectory("benchmark");
        TestTls tls = TestTls.forName(folder, "ip:127.0.0.1");
        List<String> command = new ArrayList<>(args.length > 2 ? List.of("taskset", "-c", args[2]) : List.of());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HttpTransportBenchmark.class.getName(),
                "server",
                folder.resolve("ip-127.0.0.1.p12").toString()));
        Process server = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            int clear = Integer.parseInt(out.readLine());
            int secure = Integer.parseInt(out.readLine());
            compare(clear, secure, tls, seconds, rounds);
        } finally {
            server.destroyForcibly();
        }
    }

    private static void serve(Path keyStore) throws Exception {
        RawServer.Script script = connection -> {
            byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
            while (connection.readRequest().isPresent()) {
                connection.write(answer);
            }
        };
        System.out.println(RawServer.start(script).port());
        System.out.println(RawServer.startTls(TestTls.context(keyStore), script).port());
        System.in.read();
    }

    private record Candidate(String name, Callable<Callable<Integer>> caller) {}

    private static void compare(int clear, int secure, TestTls tls, double seconds, int rounds) throws Exception {
        DeadlineSweeper sweeper = new DeadlineSweeper(TIME);
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(new Candidate("floor", () -> floor(clear)));
        for (HttpSettings.Client client : HttpSettings.Client.values()) {
            URI url = URI.create("http://127.0.0.1:" + clear + "/mcp");
            HttpTransport plain = HttpTransport.open(
                    HttpSettings.of(HttpOrigin.of(url), client), OutboundGuard.forTarget(url, List.of()), sweeper);
            candidates.add(new Candidate(client + " clear", () -> () -> exchange(plain)));
            URI secureUrl = URI.create("https://127.0.0.1:" + secure + "/mcp");
            HttpTransport encrypted = HttpTransport.open(
                    HttpSettings.of(HttpOrigin.of(secureUrl), client).withTrust(tls.context()),
                    OutboundGuard.forTarget(secureUrl, List.of()),
                    sweeper);
            candidates.add(new Candidate(client + " tls", () -> () -> exchange(encrypted)));
        }
        for (int connections : new int[] {32, 1}) {
            for (int round = 0; round <= rounds; round++) {
                for (Candidate candidate : candidates) {
                    measure(candidate, connections, seconds, round == 0 ? "warm-up" : "round " + round);
                }
            }
        }
        System.exit(0);
    }

    private static void measure(Candidate candidate, int connections, double seconds, String round) throws Exception {
        long calls = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long cpu = cpuNanos();
        long start = System.nanoTime();
        List<Virtually<Long>> callers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            callers.add(Virtually.start(() -> {
                Callable<Integer> call = candidate.caller().call();
                long count = 0;
                while (System.nanoTime() < end) {
                    if (call.call() != 1000) {
                        throw new AssertionError("wrong answer");
                    }
                    count++;
                }
                return count;
            }));
        }
        for (Virtually<Long> caller : callers) {
            calls += caller.result();
        }
        double cpuMicros = (cpuNanos() - cpu) / 1000.0 / calls;
        double rate = calls / ((System.nanoTime() - start) / 1e9);
        System.out.printf(
                "%-8s c=%-3d %-16s %6.1f µs CPU/call %8.0f calls/s%n",
                round, connections, candidate.name(), cpuMicros, rate);
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static int exchange(HttpTransport transport) throws IOException {
        HttpCall call = new HttpCall(
                "POST",
                "/mcp",
                List.of(
                        new HttpHeader("Content-Type", "application/json"),
                        new HttpHeader("Accept", "application/json, text/event-stream"),
                        new HttpHeader("MCP-Protocol-Version", "2026-07-28"),
                        new HttpHeader("Mcp-Method", "tools/call"),
                        new HttpHeader("Mcp-Name", "echo")),
                REQUEST_BODY,
                Deadline.after(Duration.ofSeconds(10), TIME),
                1 << 20);
        try (HttpExchange exchange = transport.send(call)) {
            return exchange.readAll(1 << 20).length;
        }
    }

    private static Callable<Integer> floor(int port) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        channel.socket().setTcpNoDelay(true);
        byte[] request = ("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                        + "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                        + "Mcp-Method: tools/call\r\nMcp-Name: echo\r\nContent-Length: 508\r\n\r\n"
                        + new String(REQUEST_BODY, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer answer = ByteBuffer.allocate(8192);
        return () -> {
            channel.write(ByteBuffer.wrap(request));
            answer.clear();
            while (answer.position() < ANSWER.length()) {
                channel.read(answer);
            }
            return answer.position() - (ANSWER.length() - 1000);
        };
    }
}
