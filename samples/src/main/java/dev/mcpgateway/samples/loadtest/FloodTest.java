package dev.mcpgateway.samples.loadtest;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.loadtest.Ladder.Rung;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What is left of the throughput of known callers while somebody at another address floods the gateway with tokens that only a
 * signature check can tell from good ones; {@code flood.sh} starts it.
 */
public final class FloodTest {
    private static final String USAGE = """
            Usage: flood --work FOLDER --root CHECKOUT --java PROGRAM [--rate TOKENS_A_SECOND] [--sources N]
              --work  folder for configurations and logs; on a disk
              --root  the checkout, built
              --java  a Java 25
              --rate  bad tokens a second, in all (1000)
              --sources  from so many addresses, 127.0.0.2 and on; 1 to 200 (1)""";

    private static final int SOURCES_MAX = 200;
    private static final int CONNECTIONS = 32;
    private static final int PAIRS = 5;
    private static final int SECONDS = 5;
    private static final int WARM_SECONDS = 12;
    private static final int RESULT_TEXT_BYTES = 900;
    private static final int ATTEMPTS = 3;

    private static final double KEPT_MIN = 0.8;
    private static final double SPREAD_MAX = 0.15;
    private static final double RATE_MIN = 0.9;

    private final Path work;
    private final Path root;
    private final String java;
    private final int rate;
    private final List<InetAddress> sources = new ArrayList<>();
    private final Children children;

    /** One run without the flood and one with it, side by side. */
    private record Pair(double alone, double flooded, double floodPerSecond, Map<Integer, Long> answers) {
        double kept() {
            return flooded / alone;
        }
    }

    private FloodTest(Arguments arguments) {
        work = arguments.requiredPath("work");
        root = arguments.requiredPath("root");
        java = arguments.text("java").orElse("");
        rate = Integer.parseInt(arguments.text("rate").orElse("1000"));
        int addresses = Integer.parseInt(arguments.text("sources").orElse("1"));
        if (addresses < 1 || addresses > SOURCES_MAX) {
            arguments.problem("--sources must be a number from 1 to " + SOURCES_MAX);
        }
        arguments.done();
        for (int i = 0; i < addresses; i++) {
            sources.add(InetAddress.ofLiteral("127.0.0." + (i + 2)));
        }
        children = new Children(work);
    }

    /** Measures and reports; exits with 1 when less is left than should be. */
    public static void main(String... args) throws InterruptedException {
        try {
            System.exit(new FloodTest(Arguments.of(args)).run() ? 0 : 1);
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException | JOSEException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "not measured: " + Launch.reason(e));
        }
    }

    private boolean run() throws IOException, InterruptedException, JOSEException {
        try (children) {
            ECKey key = new ECKeyGenerator(Curve.P_256).keyID("load").generate();
            int port = LoadTest.freePort();
            String audience = "http://127.0.0.1:" + port + "/mcp";
            String token = LoadTest.token(key, audience);
            Target target = start(port, audience, key, token);
            Wrk wrk = new Wrk(root.resolve("samples/loadtest/call.lua"), "0");
            wrk.run(target, CONNECTIONS, WARM_SECONDS);
            for (int attempt = 1; ; attempt++) {
                List<Pair> pairs = new ArrayList<>();
                for (int i = 0; i < PAIRS; i++) {
                    pairs.add(pair(wrk, target, port, token, i % 2 == 0));
                }
                double least = Collections.min(pairs.stream().map(Pair::alone).toList());
                double most = Collections.max(pairs.stream().map(Pair::alone).toList());
                boolean isNoisy = most > least * (1 + SPREAD_MAX);
                if (!isNoisy || attempt == ATTEMPTS) {
                    return report(pairs, isNoisy);
                }
                System.out.printf("noisy: %.0f to %.0f calls a second without a flood; once more%n", least, most);
            }
        }
    }

    private boolean report(List<Pair> pairs, boolean isNoisy) {
        for (Pair pair : pairs) {
            System.out.printf(
                    "%.0f calls/s alone, %.0f calls/s beside %.0f bad tokens/s: %.0f %% kept; answers to them %s%n",
                    pair.alone(), pair.flooded(), pair.floodPerSecond(), 100 * pair.kept(), pair.answers());
        }
        double kept = pairs.stream().map(Pair::kept).sorted().toList().get(pairs.size() / 2);
        boolean wasFlooded = pairs.stream().allMatch(pair -> pair.floodPerSecond() >= RATE_MIN * rate);
        boolean wasRefused = pairs.stream().noneMatch(pair -> pair.answers().containsKey(200));
        System.out.printf(
                "%s%.0f %% of the throughput kept (median of %d pairs, goal %.0f %%) beside %d bad tokens a second from %d addresses%s%s%n",
                isNoisy ? "noisy: " : "",
                100 * kept,
                pairs.size(),
                100 * KEPT_MIN,
                rate,
                sources.size(),
                wasFlooded ? "" : "; NOT MET: they could not be sent that fast",
                wasRefused ? "" : "; A BAD TOKEN WAS ACCEPTED");
        return kept >= KEPT_MIN && wasFlooded && wasRefused;
    }

    private Pair pair(Wrk wrk, Target target, int port, String token, boolean aloneFirst)
            throws IOException, InterruptedException {
        double alone = aloneFirst ? perSecond(wrk, target) : 0;
        double flooded;
        double floodPerSecond;
        Map<Integer, Long> answers;
        try (Flood flood = new Flood(port, sources, token, rate)) {
            flooded = perSecond(wrk, target);
            floodPerSecond = flood.perSecond();
            answers = flood.answers();
        }
        return new Pair(aloneFirst ? alone : perSecond(wrk, target), flooded, floodPerSecond, answers);
    }

    private static double perSecond(Wrk wrk, Target target) throws IOException, InterruptedException {
        wrk.run(target, CONNECTIONS, 1);
        Wrk.Figures figures = wrk.run(target, CONNECTIONS, SECONDS);
        if (figures.errors() > 0) {
            throw new IOException(figures.errors() + " good calls failed");
        }
        return figures.perSecond();
    }

    /** Gateway on core 1 with every control on, its upstream on core 0 beside the generator. */
    private Target start(int port, String audience, ECKey key, String token) throws IOException {
        int upstream = LoadTest.freePort();
        children.start(
                "upstream",
                "0",
                "listening",
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FastUpstream.class.getName(),
                        Integer.toString(upstream),
                        Integer.toString(RESULT_TEXT_BYTES),
                        "schema"));
        Path jwks = Files.writeString(work.resolve("jwks.json"), new JWKSet(key.toPublicJWK()).toString());
        Rung rung = Ladder.RUNGS.stream()
                .filter(each -> each.name().equals("+audit strict"))
                .findFirst()
                .orElseThrow();
        Path config = new Ladder(work, work, upstream, upstream, "")
                .configure(rung, port, LoadTest.freePort(), jwks, audience);
        Path secret = Files.writeString(config.resolveSibling("upstream.secret"), "static-secret-of-the-upstream");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Process process = children.start(
                "gateway",
                "1",
                "AUDIT_DIR=",
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        root.resolve("mcp-gateway/target") + "/*:" + root.resolve("mcp-gateway/target/lib") + "/*",
                        "dev.mcpgateway.gateway.Main",
                        "serve",
                        "--config",
                        config.toString()));
        return new Target(
                "flooded",
                "everything",
                audience,
                LoadTest.headers("load__lookup", token),
                Map.of("LOADTEST_TOOL", "load__lookup"),
                Children.pids(process),
                "");
    }
}
