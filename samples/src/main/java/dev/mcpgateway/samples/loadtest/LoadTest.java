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
import dev.mcpgateway.samples.loadtest.Ladder.Rung;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Runs the whole load test; {@code run.sh} starts it. */
public final class LoadTest {
    private static final String USAGE = """
            Usage: loadtest --work FOLDER --root CHECKOUT --java PROGRAM [--profile smoke|quick|full] [--only RUNG,RUNG]
                            [--peer COMMAND] --out FILE
              --work     folder for configurations and logs; on a disk
              --root     the checkout, built
              --java     a Java 25
              --profile  smoke: does it all work, no figures to keep; quick: 3 rounds, under 10 minutes; full: 5 rounds
                         of longer runs (quick)
              --only     only these rungs of the ladder
              --peer     script of npm mcp-proxy, run with node from the PATH; without it no peer is measured
              --out      results as JSON; the plot goes beside it""";

    private static final int RESULT_TEXT_BYTES = 900;
    private static final int SETTLE_SECONDS = 2;
    private static final double NGINX_SPREAD_MAX = 0.15;
    private static final double STEAL_PERCENT_MAX = 2;
    private static final int VOID_ROUNDS_MAX = 3;

    /** How long and how often is measured. */
    private enum Profile {
        SMOKE(1, 2, 1, 2),
        QUICK(3, 3, 2, 12),
        FULL(5, 6, 5, 12);

        private final int rounds;
        private final int seconds;
        private final int secondsAlone;
        private final int warmSeconds;

        Profile(int rounds, int seconds, int secondsAlone, int warmSeconds) {
            this.rounds = rounds;
            this.seconds = seconds;
            this.secondsAlone = secondsAlone;
            this.warmSeconds = warmSeconds;
        }
    }

    private final Path work;
    private final Path root;
    private final String java;
    private final Profile profile;
    private final List<String> only;
    private final String peer;
    private final Path out;
    private final Children children;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private boolean isNoisy;

    private LoadTest(Arguments arguments) {
        work = arguments.requiredPath("work");
        root = arguments.requiredPath("root");
        java = arguments.text("java").orElse("");
        profile = Profile.valueOf(arguments.text("profile").orElse("quick").toUpperCase(Locale.ROOT));
        only = arguments.text("only").map(names -> List.of(names.split(","))).orElse(List.of());
        peer = arguments.text("peer").orElse("");
        out = arguments.requiredPath("out");
        arguments.done();
        children = new Children(work);
    }

    /** Measures and reports; exits with 1 when a figure does not count. */
    public static void main(String... args) throws InterruptedException {
        try {
            System.exit(new LoadTest(Arguments.of(args)).run());
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException | JOSEException | GeneralSecurityException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "load test failed: " + Launch.reason(e));
        }
    }

    private int run() throws IOException, InterruptedException, JOSEException, GeneralSecurityException {
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "loadtest-");
        try (children;
                OtlpSink otlp = new OtlpSink()) {
            ECKey key = new ECKeyGenerator(Curve.P_256).keyID("load").generate();
            Calibration calibration = Calibration.measure(work, key);
            System.out.printf(
                    "sync %.0f µs, SHA-256 of 1 KB %.2f µs, ES256 signature %.0f µs%n",
                    calibration.syncMicros(), calibration.sha256Micros(), calibration.es256Micros());
            List<Target> targets = targets(memory, otlp, key);
            Wrk wrk = new Wrk(root.resolve("samples/loadtest/call.lua"), "0");
            for (Target target : targets) {
                wrk.warm(target, profile.warmSeconds, profile != Profile.SMOKE);
            }
            for (int round = 1; round <= profile.rounds; round++) {
                measureRound(wrk, rotated(targets, round), round);
            }
            for (int round = 1; round <= profile.rounds; round++) {
                for (Target target : rotated(targets, round)) {
                    measurements.add(measure(wrk, target, round, 1, profile.secondsAlone));
                }
            }
            remarks.add("spans exported in " + otlp.requests() + " requests, " + otlp.bytes() + " bytes");
            new Report(
                            targets,
                            measurements,
                            calibration,
                            remarks,
                            isNoisy,
                            profile.name().toLowerCase(Locale.ROOT),
                            root)
                    .write(out);
        } finally {
            deleteTree(memory);
        }
        return verified() ? 0 : 1;
    }

    private List<Target> targets(Path memory, OtlpSink otlp, ECKey key) throws IOException, JOSEException {
        List<Target> targets = new ArrayList<>();
        int nginxUpstream = freePort();
        int nginx = freePort();
        startNginx("nginx-upstream", "0", nginxUpstream, 0);
        Process proxy = startNginx("nginx-proxy", "1", nginx, nginxUpstream);
        int plain = startUpstream("plain");
        int schema = startUpstream("schema");
        targets.add(target("direct", "the upstream itself, no gateway", schema, "lookup", "", List.of(), schema));
        targets.add(new Target(
                "nginx",
                "plain reverse proxy to a canned answer",
                "http://127.0.0.1:" + nginx + "/",
                headers("lookup", ""),
                Map.of(),
                Children.pids(proxy),
                ""));
        Files.writeString(work.resolve("upstream.secret"), "static-secret-of-the-upstream");
        Path jwks = Files.writeString(work.resolve("jwks.json"), new JWKSet(key.toPublicJWK()).toString());
        Ladder ladder = new Ladder(work, memory, plain, schema, otlp.url());
        for (Rung rung : Ladder.RUNGS) {
            boolean isEnd = rung.name().equals("pass-through") || rung.name().equals("everything");
            if (only.isEmpty() ? profile != Profile.SMOKE || isEnd : only.contains(rung.name())) {
                targets.add(startRung(ladder, rung, jwks, key, rung.schema() ? schema : plain));
            }
        }
        if (!peer.isEmpty()) {
            targets.add(startStdioRung(ladder, jwks, key));
            targets.add(startPeer());
        }
        return targets;
    }

    private Process startNginx(String name, String core, int port, int upstream) throws IOException {
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"content\":[{\"type\":\"text\","
                        + "\"text\":\"" + FastUpstream.text(RESULT_TEXT_BYTES) + "\"}]}}";
        String config = Files.readString(root.resolve("samples/loadtest/" + name + ".conf"))
                .replace("FOLDER", work.toString())
                .replace("UPSTREAM", Integer.toString(upstream))
                .replace("PORT", Integer.toString(port))
                .replace("BODY", body);
        Path file = Files.writeString(work.resolve(name + ".conf"), config);
        Process process = children.start(name, core, "", List.of("nginx", "-e", "stderr", "-c", file.toString()));
        awaitPort(port);
        return process;
    }

    private int startUpstream(String kind) throws IOException {
        int port = freePort();
        children.start(
                "upstream-" + kind,
                "0",
                "listening",
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FastUpstream.class.getName(),
                        Integer.toString(port),
                        Integer.toString(RESULT_TEXT_BYTES),
                        kind));
        return port;
    }

    private Target startRung(Ladder ladder, Rung rung, Path jwks, ECKey key, int upstream)
            throws IOException, JOSEException {
        int port = freePort();
        String audience = "http://127.0.0.1:" + port + "/mcp";
        Path config = ladder.configure(rung, port, freePort(), jwks, audience);
        Path secret = config.resolveSibling("upstream.secret");
        Files.copy(work.resolve("upstream.secret"), secret);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Process process = children.start("gateway-" + port, "1", "AUDIT_DIR=", gatewayCommand(config));
        return target(
                rung.name(),
                rung.what(),
                port,
                "load__lookup",
                rung.token() ? token(key, audience) : "",
                Children.pids(process),
                upstream);
    }

    private List<String> stdioUpstream() {
        return List.of(
                java,
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                FastStdio.class.getName(),
                Integer.toString(RESULT_TEXT_BYTES));
    }

    /** The gateway pinned to core 1, its stdio upstream to core 0, as the upstreams over HTTP are. */
    private Target startStdioRung(Ladder ladder, Path jwks, ECKey key) throws IOException, JOSEException {
        int port = freePort();
        String audience = "http://127.0.0.1:" + port + "/mcp";
        List<String> upstream = new ArrayList<>(List.of("/usr/bin/taskset", "-c", "0"));
        upstream.addAll(stdioUpstream());
        Path config = ladder.configureStdio(port, freePort(), jwks, audience, upstream);
        Process process = children.start("gateway-" + port, "1", "AUDIT_DIR=", gatewayCommand(config));
        return new Target(
                "stdio",
                "everything, stdio upstream of 2025-11-25",
                "http://127.0.0.1:" + port + "/mcp",
                headers("load__lookup", token(key, audience)),
                Map.of("LOADTEST_TOOL", "load__lookup"),
                List.of(process.pid()),
                "");
    }

    /** npm mcp-proxy in front of the same stdio upstream: no authentication, no policy, no screening, no audit. */
    private Target startPeer() throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                "node",
                peer,
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--server",
                "stream",
                "--no-eventStore",
                "--",
                "/usr/bin/taskset",
                "-c",
                "0"));
        command.addAll(stdioUpstream());
        Process process = children.start("mcp-proxy", "1", "", command);
        awaitPort(port);
        String url = "http://127.0.0.1:" + port + "/mcp";
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, text/event-stream");
        headers.put("Mcp-Session-Id", openSession(url));
        headers.put("MCP-Protocol-Version", "2025-11-25");
        return new Target(
                "mcp-proxy",
                "npm peer, stdio upstream, no controls",
                url,
                headers,
                Map.of("LOADTEST_TOOL", "lookup", "LOADTEST_ERA", "legacy"),
                List.of(process.pid()),
                "");
    }

    private String openSession(String url) throws IOException {
        String initialize = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"loadtest\",\"version\":\"1\"}}}";
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .header("Content-Type", "application/json")
                            .header("Accept", "application/json, text/event-stream")
                            .POST(HttpRequest.BodyPublishers.ofString(initialize))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return response.headers()
                    .firstValue("Mcp-Session-Id")
                    .orElseThrow(() -> new IOException("the peer gave no session: " + response.body()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private List<String> gatewayCommand(Path config) {
        List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-Xmx256m", "-cp"));
        command.add(root.resolve("mcp-gateway/target") + "/*:" + root.resolve("mcp-gateway/target/lib") + "/*");
        command.addAll(List.of("dev.mcpgateway.gateway.Main", "serve", "--config", config.toString()));
        return command;
    }

    private Target target(
            String name, String what, int port, String tool, String token, List<Long> pids, int upstream) {
        return new Target(
                name,
                what,
                "http://127.0.0.1:" + port + "/mcp",
                headers(tool, token),
                Map.of("LOADTEST_TOOL", tool),
                pids,
                "http://127.0.0.1:" + upstream + "/count");
    }

    static Map<String, String> headers(String tool, String token) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, text/event-stream");
        headers.put("MCP-Protocol-Version", "2026-07-28");
        headers.put("Mcp-Method", "tools/call");
        headers.put("Mcp-Name", tool);
        if (!token.isEmpty()) {
            headers.put("Authorization", "Bearer " + token);
        }
        return headers;
    }

    /** About 630 bytes, as tokens of real providers are. */
    static String token(ECKey key, String audience) throws JOSEException {
        Instant now = Instant.now();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("at+jwt"))
                        .keyID(key.getKeyID())
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer("https://id.loadtest.example")
                        .audience(audience)
                        .subject("user-0042")
                        .claim("client_id", "loadtest-agent")
                        .jwtID("3f0c9f5e-7a52-4a7e-9f8e-2f1f4b6d7a10")
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(7200)))
                        .claim("scope", "load:read load:list")
                        .claim("groups", List.of("loaders", "everyone"))
                        .claim("tenant", "tenant-0007")
                        .build());
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private static List<Target> rotated(List<Target> targets, int round) {
        List<Target> rotated = new ArrayList<>(targets);
        Collections.rotate(rotated, round * 3);
        return rotated;
    }

    /** A round is void when nginx itself differs before and after it, or the hypervisor took time. */
    private void measureRound(Wrk wrk, List<Target> targets, int round) throws IOException, InterruptedException {
        Target nginx = targets.stream()
                .filter(target -> target.name().equals("nginx"))
                .findFirst()
                .orElseThrow();
        List<Measurement> taken = new ArrayList<>();
        for (int attempt = 0; attempt <= VOID_ROUNDS_MAX; attempt++) {
            taken.clear();
            long[] machine = ProcessCpu.machine();
            int seconds = profile.seconds;
            Measurement before = measure(wrk, nginx, round, 32, seconds);
            for (Target target : targets) {
                if (!target.equals(nginx)) {
                    taken.add(measure(wrk, target, round, 32, seconds));
                }
            }
            Measurement after = measure(wrk, nginx, round, 32, seconds);
            taken.add(before);
            taken.add(after);
            double spread =
                    Math.abs(before.cpuMicros() - after.cpuMicros()) / Math.min(before.cpuMicros(), after.cpuMicros());
            double steal = ProcessCpu.stealPercent(machine, ProcessCpu.machine());
            boolean good = profile == Profile.SMOKE || (spread <= NGINX_SPREAD_MAX && steal <= STEAL_PERCENT_MAX);
            System.out.printf(
                    "round %d: nginx %.1f and %.1f µs, steal %.1f %%%s%n",
                    round, before.cpuMicros(), after.cpuMicros(), steal, good ? "" : " — void");
            if (good) {
                measurements.addAll(taken);
                return;
            }
        }
        isNoisy = true;
        remarks.add("round " + round + " is noisy: nginx differed by more than 15 % or steal exceeded 2 % each time");
        measurements.addAll(taken);
    }

    private Measurement measure(Wrk wrk, Target target, int round, int connections, int seconds)
            throws IOException, InterruptedException {
        // the target idled while others were measured: its pages may have been reclaimed, its caches are another's
        wrk.run(target, connections, SETTLE_SECONDS);
        long countedBefore = counted(target);
        double cpuBefore = ProcessCpu.cpuMicros(target.pids());
        Wrk.Figures figures = wrk.run(target, connections, seconds);
        double cpu = target.pids().isEmpty() ? 0 : ProcessCpu.cpuMicros(target.pids()) - cpuBefore;
        long counted = counted(target) - countedBefore;
        // wrk leaves requests under way behind when its time is over: up to one per connection, of this and the last
        // run
        long uncounted = target.counterUrl().isEmpty()
                ? 0
                : counted < figures.requests()
                        ? figures.requests() - counted
                        : Math.max(0, counted - figures.requests() - 2L * connections);
        return new Measurement(
                target.name(),
                round,
                connections,
                figures.requests(),
                figures.perSecond(),
                cpu / figures.requests(),
                figures.p50Micros(),
                figures.p90Micros(),
                figures.p99Micros(),
                figures.p999Micros(),
                ProcessCpu.residentMegabytes(target.pids()),
                figures.errors(),
                uncounted);
    }

    private long counted(Target target) throws IOException, InterruptedException {
        if (target.counterUrl().isEmpty()) {
            return 0;
        }
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(target.counterUrl())).build(), HttpResponse.BodyHandlers.ofString());
        return Long.parseLong(response.body());
    }

    /** A figure counts only if the work was done: no errors, each call at the upstream, each log proven. */
    private boolean verified() throws IOException, InterruptedException {
        boolean good = true;
        for (Measurement measurement : measurements) {
            if (measurement.requests() == 0 || measurement.errors() > 0 || measurement.uncounted() > 0) {
                System.out.println("does not count: " + measurement);
                good = false;
            }
        }
        Map<Path, Integer> verdicts = new HashMap<>();
        try (var logs = Files.walk(work, 4)) {
            for (Path log : logs.filter(path -> path.endsWith("log.json")).toList()) {
                Path folder = log.resolveSibling("");
                verdicts.put(folder, verify(java, root, folder, work.resolve("verify.log")));
            }
        }
        for (Map.Entry<Path, Integer> verdict : verdicts.entrySet()) {
            if (verdict.getValue() != 0) {
                System.out.println("the audit log does not verify: " + verdict.getKey());
                good = false;
            }
        }
        System.out.println(verdicts.size() + " audit logs verified" + (good ? "" : ", not all is well"));
        return good;
    }

    /** What {@code audit verify} says of a log: 0 when it is proven. */
    static int verify(String java, Path root, Path log, Path output) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        java,
                        "-cp",
                        root.resolve("mcp-gateway/target") + "/*:" + root.resolve("mcp-gateway/target/lib") + "/*",
                        "dev.mcpgateway.gateway.Main",
                        "audit",
                        "verify",
                        log.toString(),
                        "--vkey",
                        log.resolve("log.vkey").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
    }

    static void awaitPort(int port) throws IOException {
        for (int i = 0; i < 200; i++) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException notYet) {
                Children.pause(50);
            }
        }
        throw new IOException("nothing listens on port " + port);
    }

    /** Of those that no system gives to a connection: neither a generator's nor that of {@link #awaitPort}, to itself, can have it meanwhile. */
    static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException taken) {
                // another one, then
            }
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (Path path : all.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
