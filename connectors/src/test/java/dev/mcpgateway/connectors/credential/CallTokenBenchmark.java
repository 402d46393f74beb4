package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * CPU of one call token, of the whole process: not a test, has a {@code main}. The arguments have a few hundred bytes. Run:
 * {@code java -cp … dev.mcpgateway.connectors.credential.CallTokenBenchmark}.
 */
final class CallTokenBenchmark {
    private static final int WARM_UP = 20_000;
    private static final int ROUND = 5_000;
    private static final int ROUNDS = 7;

    private CallTokenBenchmark() {}

    public static void main(String... arguments) throws Exception {
        Path folder = Files.createTempDirectory("call-tokens");
        CallTokenKeys keys = CallTokenKeys.open(
                folder.resolve("keys.pem"),
                EnumSet.allOf(SigningAlgorithm.class),
                new TimeSource(InstantSource.system(), System::nanoTime),
                new SecureRandom());
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"refund\",\"arguments\":"
                        + "{\"customer\":\"C-1001\",\"amount\":49.90,\"currency\":\"EUR\",\"lines\":[1,2,3],\"note\":\""
                        + "x".repeat(200) + "\"}}}";
        Envelope request = Envelope.read(StrictJson.parse(
                body.getBytes(StandardCharsets.UTF_8), JsonLimits.forRequests(1 << 20, JsonLimits.DEPTH_DEFAULT)));
        CredentialUse use = new CredentialUse.Call(
                new Principal("https://id.example/", "alice", "desk-agent", List.of(), Optional.empty()),
                request,
                "refund",
                "01a1ff6b-0293-79f9-ac18-a1a6c72801bb",
                "b18df2d8f62a857aeb39179e46c67c4f40aca04296d0fba4bcb1bb2c093dda68");
        for (SigningLibrary library : SigningLibrary.values()) {
            measure(library, keys, use);
        }
        measure(
                "digest alone",
                () -> ArgumentDigest.of(request).orElseThrow().value().length());
    }

    private static void measure(SigningLibrary library, CallTokenKeys keys, CredentialUse use) throws Exception {
        TokenSigner signer = TokenSigner.open(library);
        for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
            if (!library.signs(algorithm)) {
                continue;
            }
            String name = algorithm.jose() + ", " + library;
            CallToken tokens = new CallToken(
                    new CallToken.Settings(
                            "https://gw.example",
                            "https://crm.example/mcp",
                            algorithm,
                            CallToken.LIFE_DEFAULT,
                            CallToken.SubjectForm.PLAIN),
                    keys,
                    signer,
                    InstantSource.system(),
                    new SecureRandom());
            System.out.printf("%s: %d bytes%n", name, bytes(tokens.issue(use)));
            measure(name, () -> bytes(tokens.issue(use)));
        }
    }

    private static int bytes(Credential credential) {
        return credential.headers().getFirst().value().length();
    }

    /** Of the whole process: what compiles and collects garbage counts. */
    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    @FunctionalInterface
    private interface Work {
        int run() throws CredentialUnavailable;
    }

    private static void measure(String name, Work work) throws CredentialUnavailable {
        long sum = 0;
        for (int i = 0; i < WARM_UP; i++) {
            sum += work.run();
        }
        double[] micros = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long before = cpuNanos();
            for (int i = 0; i < ROUND; i++) {
                sum += work.run();
            }
            micros[round] = (cpuNanos() - before) / 1000.0 / ROUND;
        }
        Arrays.sort(micros);
        System.out.printf(
                "%s: %.1f us CPU (median of %d rounds of %d; best %.1f, worst %.1f) %d%n",
                name, micros[ROUNDS / 2], ROUNDS, ROUND, micros[0], micros[ROUNDS - 1], sum & 1);
    }
}
