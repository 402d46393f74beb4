package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JWSAlgorithm;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Times a token that is known, new tokens of each algorithm, and a DPoP proof, on one thread. Run by hand; prints
 * microseconds of CPU.
 */
final class TokenBenchmark {
    private static final int KNOWN = 2_000_000;
    private static final int FRESH = 2_000;

    private TokenBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path jwks = Files.createTempFile("jwks", ".json");
        try (TestIssuer issuer = new TestIssuer()) {
            issuer.writeTo(jwks);
            TokenAuthenticator authenticator = new TokenAuthenticator(
                    new TokenAuthenticator.Settings(
                            List.of(new IssuerSource.Local(TestProfile.plain().profile(), jwks)),
                            ScopeHierarchy.NONE,
                            URI.create("http://127.0.0.1"),
                            300),
                    List.of(),
                    InstantSource.system(),
                    System::nanoTime,
                    new SecureRandom());
            String known = issuer.token(Instant.now());
            print(
                    "known token, " + known.length() + " characters",
                    KNOWN,
                    () -> authenticator.verified(known, TestIssuer.AUDIENCE, "192.0.2.1"));
            fresh(issuer, authenticator);
            proof();
        } finally {
            Files.delete(jwks);
        }
    }

    private static void fresh(TestIssuer issuer, TokenAuthenticator authenticator) throws Exception {
        for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.ES256, JWSAlgorithm.RS256, JWSAlgorithm.EdDSA)) {
            List<String> tokens = new ArrayList<>();
            for (int i = 0; i < 2 * FRESH; i++) {
                Map<String, Object> claims = TestIssuer.claims(Instant.now());
                claims.put("jti", "t" + i);
                var key = algorithm.equals(JWSAlgorithm.RS256)
                        ? issuer.rsa()
                        : algorithm.equals(JWSAlgorithm.EdDSA) ? issuer.ed() : issuer.ec();
                tokens.add(issuer.sign(TestIssuer.header(algorithm, key), claims));
            }
            var next = tokens.iterator();
            print(
                    "new token, " + algorithm,
                    FRESH,
                    () -> authenticator.verified(next.next(), TestIssuer.AUDIENCE, "192.0.2.1"));
        }
    }

    private static void proof() throws Exception {
        InstantSource clock = InstantSource.system();
        DpopProofs proofs = new DpopProofs(
                clock,
                SignatureWork.ofThisMachine(),
                new DpopNonces(new SecureRandom(), clock),
                new ProofMemory(ProofMemory.MAX, ProofMemory.SHARE_MAX, System::nanoTime));
        TestProver prover = TestProver.generate();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 2 * FRESH; i++) {
            made.add(prover.proof("POST", "http://127.0.0.1/mcp", "token", clock.instant()));
        }
        var next = made.iterator();
        DpopProofs.Use use =
                new DpopProofs.Use("POST", URI.create("http://127.0.0.1/mcp"), "token", prover.thumbprint(), false);
        print("DPoP proof, ES256", FRESH, () -> {
            proofs.check(next.next(), use);
            return use;
        });
    }

    /** The first half warms up. */
    private static void print(String what, int times, Callable<?> call) throws Exception {
        for (int i = 0; i < times; i++) {
            call.call();
        }
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < times; i++) {
            call.call();
        }
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
        System.out.printf("%-40s %8.2f us%n", what, Duration.ofNanos(nanos).toNanos() / 1_000.0 / times);
    }
}
