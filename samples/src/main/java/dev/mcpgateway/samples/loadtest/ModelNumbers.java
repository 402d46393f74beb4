package dev.mcpgateway.samples.loadtest;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.loadtest.Report.Range;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a model's call costs, beside its provider asked directly, nginx and Portkey; {@code models.sh} starts it. */
public final class ModelNumbers {
    private static final String USAGE = """
            Usage: models --work FOLDER --root CHECKOUT --java PROGRAM [--profile smoke|full]
                          [--only whole|stream|held|rate|leak] [--peer SCRIPT] --out FILE
              --work     folder for configurations and logs; on a disk
              --root     the checkout, built
              --java     a Java 25
              --profile  smoke: does it all work, no figures to keep (full)
              --only     one of the five parts
              --peer     start script of npm @portkey-ai/gateway, run with node from the PATH; without it no peer is measured
              --out      results as JSON""";

    private static final int CONNECTIONS = 32;
    private static final double WHOLE_CPU_MAX = 60;
    private static final double ADDED_P50_MAX = 300;
    private static final double ADDED_FIRST_MAX = 200;
    private static final int HELD = 1_000;
    private static final double HELD_MEGABYTES_MAX = 256;
    private static final String KEY = "sk-loadtest-provider";
    private static final String SLOW =
            "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"slowly\"}],\"stream\":true}";
    private static final String WHOLE = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    private static final String STREAMED =
            "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"Where is order 4711?\"}],\"stream\":true}";

    /** How long and how often is measured. */
    private enum Profile {
        SMOKE(1, 1, 2, 20, 100, 1_250, 4, 20_000, 1_000),
        FULL(5, 4, 12, 2_000, HELD, 3_000, 60, 1_000_000, 10_000);

        private final int rounds;
        private final int seconds;
        private final int warmSeconds;
        private final int alone;
        private final int held;
        private final int rateMax;
        private final int rateSeconds;
        private final int calls;
        private final int streams;

        Profile(
                int rounds,
                int seconds,
                int warmSeconds,
                int alone,
                int held,
                int rateMax,
                int rateSeconds,
                int calls,
                int streams) {
            this.rounds = rounds;
            this.seconds = seconds;
            this.warmSeconds = warmSeconds;
            this.alone = alone;
            this.held = held;
            this.rateMax = rateMax;
            this.rateSeconds = rateSeconds;
            this.calls = calls;
            this.streams = streams;
        }
    }

    private final Path work;
    private final Path root;
    private final String java;
    private final Profile profile;
    private final String only;
    private final String peer;
    private final Path out;
    private final Children children;
    private final Wrk wrk;
    private final ObjectNode figures = JsonMapper.shared().createObjectNode();
    private final List<String> problems = new ArrayList<>();

    private ModelNumbers(Arguments arguments) {
        work = arguments.requiredPath("work");
        root = arguments.requiredPath("root");
        java = arguments.text("java").orElse("");
        profile = arguments.oneOf("profile", List.of("full", "smoke")).equals("smoke") ? Profile.SMOKE : Profile.FULL;
        only = arguments.text("only").orElse("");
        peer = arguments.text("peer").orElse("");
        out = arguments.requiredPath("out");
        arguments.done();
        children = new Children(work);
        wrk = new Wrk(root.resolve("samples/loadtest/chat.lua"), "0");
    }

    /** Measures and reports; exits with 1 when a figure could not be taken. A goal that is missed is only said. */
    public static void main(String... args) throws InterruptedException {
        try {
            System.exit(new ModelNumbers(Arguments.of(args)).run());
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException | JOSEException | GeneralSecurityException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "the numbers were not taken: " + Launch.reason(e));
        }
    }

    /** A gateway that serves, and the token that it takes. */
    private record Running(Process process, int port, String token) {
        Target target(boolean streamed) {
            return ModelNumbers.target("gateway", port, List.of(process.pid()), streamed, bearer(token));
        }
    }

    /** A part of the measurement. */
    private interface Part {
        void measure() throws IOException, InterruptedException;
    }

    private int run() throws IOException, InterruptedException, JOSEException, GeneralSecurityException {
        Calibration calibration;
        try (children;
                OtlpSink otlp = new OtlpSink()) {
            ECKey key = new ECKeyGenerator(Curve.P_256).keyID("load").generate();
            calibration = Calibration.measure(work, key);
            System.out.printf("sync %.0f µs%n", calibration.syncMicros());
            int provider = LoadTest.freePort();
            Process models = java(
                    "provider", "0", "listening", "-Xmx256m", FastModels.class.getName(), Integer.toString(provider));
            Running gateway = startGateway("gateway", "-Xmx256m", key, provider, otlp.url());
            Running small = startGateway("gateway-held", "-Xmx128m", key, provider, otlp.url());
            Map<String, Part> parts = new LinkedHashMap<>();
            parts.put("whole", () -> compared("whole", targets(provider, gateway, false)));
            parts.put("stream", () -> compared("stream", targets(provider, gateway, true)));
            parts.put("held", () -> held(small));
            Endurance endurance = new Endurance(
                    wrk, java, List.of(models.pid(), ProcessHandle.current().pid()), figures, problems);
            parts.put("rate", () -> {
                wrk.warm(gateway.target(false), profile.warmSeconds, profile != Profile.SMOKE);
                endurance.rate(gateway.target(false), profile.rateMax, profile.warmSeconds, profile.rateSeconds);
            });
            parts.put("leak", () -> {
                wrk.warm(gateway.target(false), profile.warmSeconds, false);
                wrk.warm(gateway.target(true), profile.warmSeconds, false);
                endurance.leak(gateway.target(false), profile.calls, gateway.target(true), profile.streams);
            });
            for (Map.Entry<String, Part> part : parts.entrySet()) {
                if (only.isEmpty() || only.equals(part.getKey())) {
                    part.getValue().measure();
                }
            }
        }
        for (String gateway : List.of("gateway", "gateway-held")) {
            try (var logs = Files.list(work.resolve(gateway).resolve("audit"))) {
                for (Path log : logs.toList()) {
                    if (LoadTest.verify(java, root, log, work.resolve("verify.log")) != 0) {
                        problems.add("the audit log does not verify: " + log);
                    }
                }
            }
        }
        report(calibration);
        return problems.isEmpty() ? 0 : 1;
    }

    private void report(Calibration calibration) throws IOException {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.put("date", Instant.now().toString());
        document.put("java", Runtime.version().toString());
        document.put("cores", Runtime.getRuntime().availableProcessors());
        document.put("load", Files.readString(Path.of("/proc/loadavg")).strip());
        document.set("calibration", JsonMapper.shared().valueToTree(calibration));
        document.set("figures", figures);
        problems.forEach(document.putArray("problems")::add);
        Files.writeString(
                out, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
        System.out.println("results in " + out);
        problems.forEach(problem -> System.out.println("not measured: " + problem));
    }

    // ---- beside others

    private List<Target> targets(int provider, Running gateway, boolean streamed) throws IOException {
        List<Target> targets = new ArrayList<>();
        targets.add(target("direct", provider, List.of(), streamed, bearer(KEY)));
        int nginx = LoadTest.freePort();
        Process proxy = startNginx(nginx, provider);
        targets.add(target("nginx", nginx, Children.pids(proxy), streamed, bearer(KEY)));
        targets.add(gateway.target(streamed));
        if (!peer.isEmpty()) {
            targets.add(startPortkey(provider, streamed));
        }
        return targets;
    }

    private static Map<String, String> bearer(String credential) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Authorization", "Bearer " + credential);
        return headers;
    }

    private static Target target(
            String name, int port, List<Long> pids, boolean streamed, Map<String, String> headers) {
        return new Target(
                name,
                "",
                "http://127.0.0.1:" + port + "/v1/chat/completions",
                headers,
                Map.of("LOADTEST_STREAM", streamed ? "yes" : "no"),
                pids,
                "");
    }

    private Target startPortkey(int provider, boolean streamed) throws IOException {
        int port = LoadTest.freePort();
        Process process = children.start(
                "portkey-" + port,
                "1",
                "",
                List.of(
                        "env",
                        "TRUSTED_CUSTOM_HOSTS=127.0.0.1,localhost",
                        "node",
                        peer,
                        "--headless",
                        "--port=" + port));
        LoadTest.awaitPort(port);
        Map<String, String> headers = bearer(KEY);
        headers.put("x-portkey-provider", "openai");
        headers.put("x-portkey-custom-host", "http://127.0.0.1:" + provider + "/v1");
        return target("portkey", port, Children.pids(process), streamed, headers);
    }

    /** CPU at 32 connections in rounds of rotating order, and latency at one connection. */
    private void compared(String name, List<Target> targets) throws IOException, InterruptedException {
        for (Target target : targets) {
            requireAnswer(target);
            wrk.warm(target, profile.warmSeconds, profile != Profile.SMOKE);
        }
        Map<String, List<Double>> cpu = new LinkedHashMap<>();
        Map<String, List<Double>> alone = new LinkedHashMap<>();
        for (int round = 0; round < profile.rounds; round++) {
            Collections.rotate(targets, 1);
            for (Target target : targets) {
                wrk.run(target, CONNECTIONS, 1);
                double before = ProcessCpu.cpuMicros(target.pids());
                Wrk.Figures seen = wrk.run(target, CONNECTIONS, profile.seconds);
                if (seen.errors() > 0 || seen.requests() == 0) {
                    problems.add(name + ", " + target.name() + ": " + seen.errors() + " errors of " + seen.requests());
                }
                cpu.computeIfAbsent(target.name(), _ -> new ArrayList<>())
                        .add(
                                target.pids().isEmpty()
                                        ? 0
                                        : (ProcessCpu.cpuMicros(target.pids()) - before) / seen.requests());
                alone.computeIfAbsent(target.name(), _ -> new ArrayList<>())
                        .add(
                                name.equals("stream")
                                        ? firstEvent(target)
                                        : wrk.run(target, 1, 2).p50Micros());
            }
        }
        ObjectNode part = figures.putObject(name);
        Map<String, Double> medians = new LinkedHashMap<>();
        cpu.forEach((target, values) -> {
            Range micros = range(values);
            Range latency = range(alone.getOrDefault(target, List.of()));
            medians.put(target, latency.median());
            System.out.printf(
                    "%s, %-8s CPU %6.1f µs [%.1f..%.1f], %s at one connection %6.0f µs [%.0f..%.0f]%n",
                    name,
                    target,
                    micros.median(),
                    micros.min(),
                    micros.max(),
                    name.equals("stream") ? "first event" : "p50",
                    latency.median(),
                    latency.min(),
                    latency.max());
            ObjectNode entry = part.putObject(target);
            entry.set("cpu_us", JsonMapper.shared().<JsonNode>valueToTree(micros));
            entry.set("alone_us", JsonMapper.shared().<JsonNode>valueToTree(latency));
        });
        double added = medians.getOrDefault("gateway", 0.0) - medians.getOrDefault("nginx", 0.0);
        double goal = name.equals("stream") ? ADDED_FIRST_MAX : ADDED_P50_MAX;
        double micros = range(cpu.getOrDefault("gateway", List.of(0.0))).median();
        System.out.printf(
                "%s: %.0f µs more than nginx at one connection (goal %.0f: %s)%s%n",
                name,
                added,
                goal,
                verdict(added <= goal),
                name.equals("stream")
                        ? ""
                        : "; CPU %.1f µs (goal %.0f: %s)"
                                .formatted(micros, WHOLE_CPU_MAX, verdict(micros <= WHOLE_CPU_MAX)));
        part.put("added_us", added);
    }

    /** What answers with an error is fast, too. */
    private static void requireAnswer(Target target) throws IOException {
        try (RawHttp http = new RawHttp(port(target))) {
            http.firstByte("/v1/chat/completions", target.headers(), WHOLE);
            http.firstByte("/v1/chat/completions", target.headers(), STREAMED);
        } catch (IOException failed) {
            throw new IOException(target.name() + ": " + failed.getMessage(), failed);
        }
    }

    private static int port(Target target) {
        return URI.create(target.url()).getPort();
    }

    private static Range range(List<Double> values) {
        return Range.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Median time from the first byte sent to the first byte of the body. */
    private double firstEvent(Target target) throws IOException {
        double[] micros = new double[profile.alone];
        int done = 0;
        try (RawHttp http = new RawHttp(port(target))) {
            while (done < micros.length) {
                micros[done] = http.firstByte("/v1/chat/completions", target.headers(), STREAMED) / 1e3;
                done++;
            }
        } catch (IOException broken) {
            throw new IOException(target.name() + ", after " + done + " streams: " + broken.getMessage(), broken);
        }
        return Range.of(micros).median();
    }

    // ---- what waits, and what must not grow

    /** Asked of a gateway with half of the heap and no calls before: what is held counts, not what a full heap was. */
    private void held(Running gateway) throws IOException {
        List<RawHttp> streams = new ArrayList<>();
        List<Long> pids = List.of(gateway.process().pid());
        try {
            long before = ProcessCpu.residentMegabytes(pids);
            for (int i = 0; i < profile.held; i++) {
                RawHttp http = new RawHttp(gateway.port());
                streams.add(http);
                RawHttp.Answer answer = http.open("POST", "/v1/chat/completions", bearer(gateway.token()), SLOW);
                if (answer.status() != 200) {
                    problems.add("a slow stream was answered with " + answer.status() + ": " + answer.body());
                    return;
                }
            }
            Children.pause(10_000);
            long after = ProcessCpu.residentMegabytes(pids);
            System.out.printf(
                    "held: %d slow streams, %d MB resident, %d before (goal %.0f: %s)%n",
                    profile.held, after, before, HELD_MEGABYTES_MAX, verdict(after <= HELD_MEGABYTES_MAX));
            figures.putObject("held")
                    .put("streams", profile.held)
                    .put("rss_mb", after)
                    .put("rss_mb_before", before);
        } finally {
            for (RawHttp http : streams) {
                http.close();
            }
        }
    }

    static String verdict(boolean isReached) {
        return isReached ? "reached" : "MISSED";
    }

    // ---- processes

    private Process java(String name, String core, String ready, String heap, String main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(
                List.of(java, "-XX:+UseSerialGC", heap, "-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        return children.start(name, core, ready, command);
    }

    private Process startNginx(int port, int provider) throws IOException {
        String config = Files.readString(root.resolve("samples/loadtest/nginx-proxy.conf"))
                .replace("FOLDER", work.toString())
                .replace("UPSTREAM", Integer.toString(provider))
                .replace("PORT", Integer.toString(port))
                .replace("nginx-proxy.pid", "nginx-" + port + ".pid");
        Path file = Files.writeString(work.resolve("nginx-" + port + ".conf"), config);
        Process process =
                children.start("nginx-" + port, "1", "", List.of("nginx", "-e", "stderr", "-c", file.toString()));
        LoadTest.awaitPort(port);
        return process;
    }

    /** Every control that a model's call has: token, rules, durable intent, metrics, 10 % of spans. */
    private Running startGateway(String name, String heap, ECKey key, int provider, String otlpUrl)
            throws IOException, JOSEException {
        int port = LoadTest.freePort();
        Path folder = Files.createDirectory(work.resolve(name));
        Files.writeString(folder.resolve("jwks.json"), new JWKSet(key.toPublicJWK()).toString());
        Path secret = folder.resolve("provider.key");
        Files.createFile(secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, KEY);
        StringBuilder rules = new StringBuilder("version: 1\nrules:\n");
        for (int i = 0; i < 999; i++) {
            rules.append("  - {id: other-")
                    .append(i)
                    .append(", effect: permit, principals: {issuer: load, groups: [group-");
            rules.append(i % 50)
                    .append("]}, actions: [model/call], resources: [\"model:other-")
                    .append(i)
                    .append("\"]}\n");
        }
        rules.append(
                "  - {id: load, effect: permit, principals: {issuer: load, groups: [loaders]}, actions: [model/call],");
        rules.append(" resources: [\"model:fast\"], requires_scope: [\"load:read\"]}\n");
        Files.writeString(folder.resolve("policy.yaml"), rules.toString());
        Path config = Files.writeString(
                folder.resolve("gateway.yaml"), """
                version: 1
                listen: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                issuers: {load: {issuer: "https://id.loadtest.example", jwks: {file: jwks.json}}}
                models:
                  providers:
                    fast:
                      kind: openai
                      base_url: "http://127.0.0.1:%d/v1"
                      credential: {static: {secret: {file: provider.key}}}
                      concurrent_calls: 4000
                  aliases:
                    fast: {targets: [{provider: fast, model: fast-1}]}
                policy: {files: [policy.yaml]}
                limits: {calls_per_minute: 2000000000, connections: 10000, model_calls_per_caller: 4000}
                audit: {dir: audit, origin: audit.loadtest.example/models}
                telemetry: {otlp_url: "%s", sample_percent: 10}
                """.formatted(port, LoadTest.freePort(), provider, otlpUrl));
        List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", heap, "-cp"));
        command.add(root.resolve("mcp-gateway/target") + "/*:" + root.resolve("mcp-gateway/target/lib") + "/*");
        command.addAll(List.of("dev.mcpgateway.gateway.Main", "serve", "--config", config.toString()));
        Process process = children.start(name, "1", "AUDIT_DIR=", command);
        return new Running(process, port, LoadTest.token(key, "http://127.0.0.1:" + port + "/v1"));
    }
}
