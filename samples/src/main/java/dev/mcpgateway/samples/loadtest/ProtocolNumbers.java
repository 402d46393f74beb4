package dev.mcpgateway.samples.loadtest;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.loadtest.Report.Range;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the protocol costs apart from calls: long lists, sessions and streams that wait, large results, and the bridge
 * between the eras. {@code protocol.sh} starts it.
 */
public final class ProtocolNumbers {
    private static final String USAGE = """
            Usage: protocol --work FOLDER --root CHECKOUT --java PROGRAM [--only list|held|large|bridge] --out FILE
              --work  folder for configurations and logs; on a disk
              --root  the checkout, built
              --java  a Java 25
              --only  one of the four parts
              --out   results as JSON""";

    private static final int UPSTREAMS = 20;
    private static final int LISTS_WARM = 2_000;
    private static final int LISTS = 1_000;
    private static final double LIST_MILLIS_MAX = 1;

    private static final int HELD_BEFORE = 500;
    private static final int HELD = 4_000;
    private static final double HELD_MEGABYTES_MAX = 20;

    /** So small that more than the results under way does not fit: a larger heap would show the collector's leisure. */
    private static final String LARGE_HEAP = "-Xmx64m";

    private static final int LARGE_BYTES = 1_000_000;
    private static final int LARGE_CONNECTIONS = 16;
    private static final int LARGE_WARM = 200;
    private static final int LARGE_CALLS = 50;

    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = 5;
    private static final int ROUND_SECONDS = 4;
    private static final int WARM_SECONDS = 12;
    private static final double BRIDGE_MICROS_MAX = 30;

    private static final String LEGACY = "2025-11-25";
    private static final String MODERN = "2026-07-28";

    private final Path work;
    private final Path root;
    private final String java;
    private final String only;
    private final Path out;
    private final Children children;
    private final ObjectNode figures = JsonMapper.shared().createObjectNode();
    private final List<String> problems = new ArrayList<>();

    private ProtocolNumbers(Arguments arguments) {
        work = arguments.requiredPath("work");
        root = arguments.requiredPath("root");
        java = arguments.text("java").orElse("");
        only = arguments.text("only").orElse("");
        out = arguments.requiredPath("out");
        arguments.done();
        children = new Children(work);
    }

    /** Measures and reports; exits with 1 when a figure could not be taken. A goal that is missed is only said. */
    public static void main(String... args) throws InterruptedException {
        try {
            System.exit(new ProtocolNumbers(Arguments.of(args)).run());
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException | JOSEException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "the numbers were not taken: " + Launch.reason(e));
        }
    }

    /** A part of the measurement. */
    private interface Part {
        void measure() throws IOException, InterruptedException, JOSEException;
    }

    private int run() throws IOException, InterruptedException, JOSEException {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("list", this::longList);
        parts.put("held", this::heldOpen);
        parts.put("large", this::largeResult);
        parts.put("bridge", this::bridge);
        try (children) {
            for (Map.Entry<String, Part> part : parts.entrySet()) {
                if (only.isEmpty() || only.equals(part.getKey())) {
                    part.getValue().measure();
                }
            }
        }
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.put("date", Instant.now().toString());
        document.put("java", Runtime.version().toString());
        document.put("cores", Runtime.getRuntime().availableProcessors());
        document.put("load", Files.readString(Path.of("/proc/loadavg")).strip());
        document.set("figures", figures);
        problems.forEach(document.putArray("problems")::add);
        Files.writeString(
                out, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
        System.out.println("results in " + out);
        problems.forEach(problem -> System.out.println("not measured: " + problem));
        return problems.isEmpty() ? 0 : 1;
    }

    // ---- tools/list of 1,000 tools over 20 upstreams, filtered per identity

    private void longList() throws IOException, InterruptedException, JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("load").generate();
        Files.writeString(work.resolve("jwks.json"), new JWKSet(key.toPublicJWK()).toString());
        int upstream = startUpstream("many", 100);
        String upstreams = IntStream.range(0, UPSTREAMS)
                .mapToObj(i ->
                        "  up%02d: {transport: streamable_http, url: \"http://127.0.0.1:%d/mcp\", era: modern, credential: none}"
                                .formatted(i, upstream))
                .collect(Collectors.joining("\n"));
        String every = IntStream.range(0, UPSTREAMS)
                .mapToObj("\"up%02d__*\""::formatted)
                .collect(Collectors.joining(", "));
        String half = IntStream.range(0, UPSTREAMS)
                .mapToObj("\"up%02d__tool_0*\", \"up%1$02d__tool_1*\""::formatted)
                .collect(Collectors.joining(", "));
        int port = freePort();
        String audience = "http://127.0.0.1:" + port + "/mcp";
        Process gateway = startGateway(
                "list",
                port,
                "issuers: {load: {issuer: \"https://id.loadtest.example\", audience: \"" + audience
                        + "\", jwks: {file: \"" + work.resolve("jwks.json") + "\"}}}",
                upstreams,
                """
                rules:
                  - {id: all, effect: permit, principals: {issuer: load, groups: [all]}, resources: [%s], ack_broad: true}
                  - {id: some, effect: permit, principals: {issuer: load, groups: [some]}, resources: [%s], ack_broad: true}
                """.formatted(every, half));
        List<Long> pids = Children.pids(gateway);
        ObjectNode part = figures.putObject("tools_list");
        for (Map.Entry<String, Integer> identity : Map.of("all", UPSTREAMS * FastUpstream.MANY, "some", UPSTREAMS * 20)
                .entrySet()) {
            Map<String, String> headers = headers(MODERN, "tools/list");
            headers.put("Authorization", "Bearer " + token(key, audience, identity.getKey()));
            try (RawHttp http = new RawHttp(port)) {
                awaitTools(http, headers, identity.getValue());
                for (int i = 0; i < LISTS_WARM; i++) {
                    listWhole(http, headers);
                }
                double[] millis = new double[LISTS];
                double before = ProcessCpu.cpuMicros(pids);
                ListAnswer last = new ListAnswer(0, 0, 0, 0);
                for (int i = 0; i < LISTS; i++) {
                    last = listWhole(http, headers);
                    millis[i] = last.nanos() / 1e6;
                }
                double cpu = (ProcessCpu.cpuMicros(pids) - before) / LISTS / 1_000;
                Range range = Range.of(millis);
                System.out.printf(
                        "tools/list, %4d of 1,000 tools: p50 %.2f ms (goal %.0f: %s), CPU %.2f ms, %d bytes in %d pages%n",
                        identity.getValue(),
                        range.median(),
                        LIST_MILLIS_MAX,
                        verdict(range.median() <= LIST_MILLIS_MAX),
                        cpu,
                        last.bytes(),
                        last.pages());
                part.putObject(identity.getValue() + "_tools")
                        .put("p50_ms", range.median())
                        .put("min_ms", range.min())
                        .put("max_ms", range.max())
                        .put("cpu_ms", cpu)
                        .put("bytes", last.bytes())
                        .put("pages", last.pages());
            }
        }
    }

    /** All pages of a list, and the time from the first byte sent to the last one received; counting them is not in it. */
    private record ListAnswer(int pages, int bytes, int tools, long nanos) {}

    private static void awaitTools(RawHttp http, Map<String, String> headers, int count) throws IOException {
        for (int i = 0; i < 200; i++) {
            if (listWhole(http, headers).tools() == count) {
                return;
            }
            Children.pause(100);
        }
        throw new IOException("the gateway does not list " + count + " tools but "
                + listWhole(http, headers).tools());
    }

    private static ListAnswer listWhole(RawHttp http, Map<String, String> headers) throws IOException {
        int pages = 0;
        int bytes = 0;
        int tools = 0;
        long nanos = 0;
        String cursor = "";
        do {
            long start = System.nanoTime();
            RawHttp.Answer answer = http.exchange("/mcp", headers, request(1, "tools/list", cursor));
            nanos += System.nanoTime() - start;
            if (answer.status() != 200) {
                throw new IOException("tools/list was answered with " + answer.status() + ": " + answer.body());
            }
            pages++;
            bytes += answer.body().length();
            // parsed by hand: a JSON tree of this would cost more than what is measured
            for (int at = answer.body().indexOf("\"inputSchema\""); at >= 0; ) {
                tools++;
                at = answer.body().indexOf("\"inputSchema\"", at + 1);
            }
            int next = answer.body().indexOf("\"nextCursor\":\"");
            cursor = next < 0
                    ? ""
                    : "\"cursor\":\""
                            + answer.body().substring(next + 14, answer.body().indexOf('"', next + 14)) + "\",";
        } while (!cursor.isEmpty());
        return new ListAnswer(pages, bytes, tools, nanos);
    }

    // ---- what waits: legacy sessions, their streams, and subscriptions

    private void heldOpen() throws IOException, InterruptedException {
        ObjectNode part = figures.putObject("held");
        held(part, "legacy sessions", (port, held) -> {
            // a connection that the gateway does not keep is none of the session's cost
            try (RawHttp http = new RawHttp(port)) {
                openSession(http);
            }
        });
        held(part, "legacy streams", (port, held) -> {
            RawHttp http = new RawHttp(port);
            held.add(http);
            Map<String, String> headers = headers(LEGACY, "");
            headers.put("Mcp-Session-Id", openSession(http));
            open(http, "GET", headers, "");
        });
        held(part, "listen streams", (port, held) -> {
            RawHttp http = new RawHttp(port);
            held.add(http);
            String wanted = "\"notifications\":{\"toolsListChanged\":true},";
            open(http, "POST", headers(MODERN, "subscriptions/listen"), request(1, "subscriptions/listen", wanted));
        });
    }

    /** Opens one thing that waits. */
    private interface Opening {
        void open(int port, List<RawHttp> held) throws IOException;
    }

    private void held(ObjectNode part, String what, Opening opening) throws IOException, InterruptedException {
        int upstream = startUpstream("plain", 100);
        int port = freePort();
        Process gateway = startGateway(
                what.replace(' ', '-'),
                port,
                "anonymous: {subject: load}",
                "  up: {transport: streamable_http, url: \"http://127.0.0.1:%d/mcp\", era: modern, credential: none}"
                        .formatted(upstream),
                """
                rules:
                  - {id: all, effect: permit, principals: {issuer: anonymous}, resources: ["up__*"], ack_broad: true}
                """);
        List<RawHttp> held = new ArrayList<>();
        try {
            for (int i = 0; i < HELD_BEFORE; i++) {
                opening.open(port, held);
            }
            long before = residentAfterCollection(gateway);
            for (int i = 0; i < HELD; i++) {
                opening.open(port, held);
            }
            long after = residentAfterCollection(gateway);
            double slope = (after - before) * 1_000.0 / HELD;
            System.out.printf(
                    "%s: %.1f MB per 1,000 (goal %.0f: %s), %d MB at %d, %d MB at %d, %d threads%n",
                    what,
                    slope,
                    HELD_MEGABYTES_MAX,
                    verdict(slope <= HELD_MEGABYTES_MAX),
                    before,
                    HELD_BEFORE,
                    after,
                    HELD_BEFORE + HELD,
                    threads(gateway));
            part.putObject(what.replace(' ', '_'))
                    .put("mb_per_1000", slope)
                    .put("mb_at_" + HELD_BEFORE, before)
                    .put("mb_at_" + (HELD_BEFORE + HELD), after)
                    .put("threads", threads(gateway));
        } catch (IOException refused) {
            problems.add(what + ": " + refused.getMessage());
        } finally {
            for (RawHttp http : held) {
                http.close();
            }
        }
    }

    private static String openSession(RawHttp http) throws IOException {
        RawHttp.Answer answer = http.exchange("/mcp", headers("", ""), """
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},\
                "clientInfo":{"name":"loadtest","version":"1"}}}""");
        if (answer.session().isEmpty()) {
            throw new IOException("initialize was answered with " + answer.status() + ": " + answer.body());
        }
        return answer.session();
    }

    private static void open(RawHttp http, String method, Map<String, String> headers, String body) throws IOException {
        RawHttp.Answer answer = http.open(method, "/mcp", headers, body);
        if (answer.status() != 200) {
            throw new IOException(method + " was answered with " + answer.status() + ": " + answer.body());
        }
    }

    /** Without a collection the figure would be that of garbage. */
    private long residentAfterCollection(Process gateway) throws IOException, InterruptedException {
        for (int i = 0; i < 2; i++) {
            new ProcessBuilder(Path.of(java).resolveSibling("jcmd").toString(), Long.toString(gateway.pid()), "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(work.resolve("jcmd.log").toFile())
                    .start()
                    .waitFor();
        }
        return ProcessCpu.residentMegabytes(List.of(gateway.pid()));
    }

    private static long threads(Process gateway) throws IOException {
        try (var tasks = Files.list(Path.of("/proc/" + gateway.pid() + "/task"))) {
            return tasks.count();
        }
    }

    // ---- results of 1 MB

    private void largeResult() throws IOException, InterruptedException {
        ObjectNode part = figures.putObject("result_1mb");
        int upstream = startUpstream("plain", LARGE_BYTES);
        int port = freePort();
        Process gateway = startGateway(
                "large",
                port,
                "anonymous: {subject: load}",
                "  up: {transport: streamable_http, url: \"http://127.0.0.1:%d/mcp\", era: modern, credential: none}"
                        .formatted(upstream),
                """
                rules:
                  - {id: all, effect: permit, principals: {issuer: anonymous}, resources: ["up__*"], ack_broad: true}
                """);
        List<Long> pids = Children.pids(gateway);
        List<RawHttp> connections = new ArrayList<>();
        try {
            for (int i = 0; i < LARGE_CONNECTIONS; i++) {
                connections.add(new RawHttp(port));
            }
            for (int i = 0; i < LARGE_WARM; i++) {
                largeCall(connections.getFirst());
            }
            long alone = residentAfterCollection(gateway);
            double before = ProcessCpu.cpuMicros(pids);
            for (int i = 0; i < LARGE_CALLS; i++) {
                largeCall(connections.getFirst());
            }
            double cpu = (ProcessCpu.cpuMicros(pids) - before) / LARGE_CALLS;
            List<Thread> threads = new ArrayList<>();
            for (RawHttp connection : connections) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        for (int i = 0; i < LARGE_CALLS; i++) {
                            largeCall(connection);
                        }
                    } catch (IOException e) {
                        synchronized (problems) {
                            problems.add("1 MB in parallel: " + e.getMessage());
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            long together = ProcessCpu.residentMegabytes(pids);
            long settled = residentAfterCollection(gateway);
            System.out.printf(
                    "1 MB result, heap of 64 MB: CPU %.2f ms per call; RSS %d MB before, %d MB after %d connections at once, %d MB collected%n",
                    cpu / 1_000, alone, together, LARGE_CONNECTIONS, settled);
            part.put("cpu_us_per_call", cpu)
                    .put("rss_mb_alone", alone)
                    .put("rss_mb_" + LARGE_CONNECTIONS + "_at_once", together)
                    .put("rss_mb_collected", settled);
        } finally {
            for (RawHttp connection : connections) {
                connection.close();
            }
        }
    }

    private static void largeCall(RawHttp http) throws IOException {
        Map<String, String> headers = headers(MODERN, "tools/call");
        headers.put("Mcp-Name", "up__lookup");
        RawHttp.Answer answer =
                http.exchange("/mcp", headers, request(1, "tools/call", "\"name\":\"up__lookup\",\"arguments\":{},"));
        if (answer.status() != 200
                || answer.body().length() < LARGE_BYTES
                || answer.body().contains("\"isError\":true")) {
            throw new IOException("a result of 1 MB was answered with " + answer.status() + ", "
                    + answer.body().length() + " bytes: "
                    + answer.body().substring(0, Math.min(300, answer.body().length())));
        }
    }

    // ---- the bridge between the eras

    private void bridge() throws IOException, InterruptedException {
        int modern = startUpstream("plain", 900);
        int legacy = startUpstream("legacy", 900);
        int port = freePort();
        Process gateway =
                startGateway("bridge", port, "anonymous: {subject: load}", """
                  modern: {transport: streamable_http, url: "http://127.0.0.1:%d/mcp", era: modern, concurrent_calls: 2000, credential: none}
                  legacy: {transport: streamable_http, url: "http://127.0.0.1:%d/mcp", era: legacy, concurrent_calls: 2000, credential: none}
                """.formatted(modern, legacy), """
                rules:
                  - {id: all, effect: permit, principals: {issuer: anonymous}, resources: ["modern__*", "legacy__*"], ack_broad: true}
                """);
        String session;
        try (RawHttp http = new RawHttp(port)) {
            session = openSession(http);
        }
        Wrk wrk = new Wrk(root.resolve("samples/loadtest/call.lua"), "0");
        List<Target> targets = new ArrayList<>();
        for (String agent : List.of("modern", "legacy")) {
            for (String upstream : List.of("modern", "legacy")) {
                String tool = upstream + "__lookup";
                Map<String, String> headers = headers(agent.equals("modern") ? MODERN : LEGACY, "tools/call");
                if (agent.equals("modern")) {
                    headers.put("Mcp-Name", tool);
                } else {
                    headers.remove("Mcp-Method");
                    headers.put("Mcp-Session-Id", session);
                }
                targets.add(new Target(
                        agent + " → " + upstream,
                        "",
                        "http://127.0.0.1:" + port + "/mcp",
                        headers,
                        Map.of("LOADTEST_TOOL", tool, "LOADTEST_ERA", agent),
                        Children.pids(gateway),
                        ""));
            }
        }
        for (Target target : targets) {
            wrk.run(target, CONNECTIONS, WARM_SECONDS);
        }
        Map<String, List<Double>> cpu = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Collections.rotate(targets, 1);
            for (Target target : targets) {
                double before = ProcessCpu.cpuMicros(target.pids());
                Wrk.Figures seen = wrk.run(target, CONNECTIONS, ROUND_SECONDS);
                if (seen.errors() > 0 || seen.requests() == 0) {
                    problems.add(target.name() + ": " + seen.errors() + " errors in " + seen.requests() + " calls");
                }
                cpu.computeIfAbsent(target.name(), name -> new ArrayList<>())
                        .add((ProcessCpu.cpuMicros(target.pids()) - before) / seen.requests());
            }
        }
        ObjectNode part = figures.putObject("bridge");
        Map<String, Double> median = new LinkedHashMap<>();
        cpu.forEach((name, values) -> {
            Range range =
                    Range.of(values.stream().mapToDouble(Double::doubleValue).toArray());
            median.put(name, range.median());
            System.out.printf(
                    "%s: CPU %.1f µs per call [%.1f..%.1f]%n", name, range.median(), range.min(), range.max());
            part.set(name, JsonMapper.shared().<JsonNode>valueToTree(range));
        });
        // what the bridge adds: the crossed path against the dearer of the two paths that it combines
        double same =
                Math.max(median.getOrDefault("modern → modern", 0.0), median.getOrDefault("legacy → legacy", 0.0));
        for (String crossed : List.of("modern → legacy", "legacy → modern")) {
            double more = median.getOrDefault(crossed, 0.0) - same;
            System.out.printf(
                    "%s: %.1f µs more than the same era (goal %.0f: %s)%n",
                    crossed, more, BRIDGE_MICROS_MAX, verdict(more <= BRIDGE_MICROS_MAX));
            part.put(crossed + ", more than the same era", more);
        }
    }

    // ---- shared

    private static String verdict(boolean isReached) {
        return isReached ? "reached" : "MISSED";
    }

    /** Headers of one request; of the legacy era where the revision is. */
    private static Map<String, String> headers(String revision, String method) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, text/event-stream");
        if (!revision.isEmpty()) {
            headers.put("MCP-Protocol-Version", revision);
        }
        if (!method.isEmpty()) {
            headers.put("Mcp-Method", method);
        }
        return headers;
    }

    /** A request of 2026-07-28; {@code members} are those of {@code params}, each with a comma behind it. */
    private static String request(int id, String method, String members) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{" + members
                + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" + MODERN
                + "\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
    }

    private int startUpstream(String kind, int bytes) throws IOException {
        int port = freePort();
        children.start(
                "upstream-" + kind + "-" + port,
                "0",
                "listening",
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FastUpstream.class.getName(),
                        Integer.toString(port),
                        Integer.toString(bytes),
                        kind));
        return port;
    }

    private Process startGateway(String name, int port, String callers, String upstreams, String rules)
            throws IOException {
        Path home = Files.createDirectories(work.resolve(name));
        Files.writeString(home.resolve("policy.yaml"), """
                version: 1
                %s
                screening:
                  - {tools: ["*"], injection: {mode: enforce, action: block}, hidden: {mode: enforce, action: block}}
                """.formatted(rules));
        Path config = Files.writeString(
                home.resolve("gateway.yaml"), """
                version: 1
                listen: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                %s
                upstreams:
                %s
                policy: {files: [policy.yaml]}
                limits: {calls_per_minute: 2000000000, result_bytes: 4194304, connections: 10000%s}
                audit: {dir: audit, origin: audit.loadtest.example/gw}
                telemetry: {otlp_url: null}
                """.formatted(port, freePort(), callers, upstreams, heldLimits()));
        return children.start(
                "gateway-" + name,
                "1",
                "AUDIT_DIR=",
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        name.equals("large") ? LARGE_HEAP : "-Xmx256m",
                        "-cp",
                        root.resolve("mcp-gateway/target") + "/*:" + root.resolve("mcp-gateway/target/lib") + "/*",
                        "dev.mcpgateway.gateway.Main",
                        "serve",
                        "--config",
                        config.toString()));
    }

    /** All of it belongs to one caller. */
    private static String heldLimits() {
        return ", sessions: 10000, sessions_per_caller: 10000, streams: 10000, streams_per_caller: 10000";
    }

    private static String token(ECKey key, String audience, String group) throws JOSEException {
        Instant now = Instant.now();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("at+jwt"))
                        .keyID(key.getKeyID())
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://id.loadtest.example")
                        .audience(audience)
                        .subject("user-" + group)
                        .claim("client_id", "loadtest-agent")
                        .jwtID("id-" + group)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(7200)))
                        .claim("groups", List.of(group))
                        .build());
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
