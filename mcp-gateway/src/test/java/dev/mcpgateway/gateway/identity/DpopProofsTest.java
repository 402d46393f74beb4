package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each proof is good but for one thing, and is refused for that thing. */
class DpopProofsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final String URL = "https://gw.example/mcp";
    private static final String TOKEN = "the.access.token";
    private static final TestProver PROVER = TestProver.generate();

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final AtomicLong nanos = new AtomicLong();
    private final DpopNonces nonces = new DpopNonces(new Random(7), now::get);
    private final DpopProofs proofs = proofs(new ProofMemory(100, 50, nanos::get));

    private DpopProofs proofs(ProofMemory memory) {
        return new DpopProofs(now::get, new SignatureWork(1, 8, Duration.ofMinutes(1)), nonces, memory);
    }

    private static DpopProofs.Use use(TestProver prover, boolean withNonce) {
        return new DpopProofs.Use("POST", URI.create(URL), TOKEN, prover.thumbprint(), withNonce);
    }

    private void check(String proof) throws BadToken, KeysUnavailable {
        proofs.check(proof, use(PROVER, false));
    }

    private static String proof(Consumer<Map<String, Object>> change) {
        return PROVER.proof("POST", URL, TOKEN, NOW, change);
    }

    private static String headed(Consumer<Map<String, Object>> change) {
        Map<String, Object> header = PROVER.header();
        change.accept(header);
        return PROVER.sign(header, claims());
    }

    private static Map<String, Object> claims() {
        return Map.of(
                "htm", "POST", "htu", URL, "iat", NOW.getEpochSecond(), "jti", "id", "ath", DpopProofs.hash(TOKEN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://gw.example/mcp",
                "HTTPS://GW.EXAMPLE/mcp",
                "https://gw.example:443/mcp",
                "https://gw.example/mcp?query=1",
                "https://gw.example/mcp#part"
            })
    void spellingsOfTheSameUrlAreTheSame(String url) throws Exception {
        check(proof(claims -> claims.put("htu", url)));
    }

    @Test
    void noPathIsTheRootAndEachSchemeHasItsPort() throws Exception {
        for (String[] pair : new String[][] {
            {"https://gw.example/", "https://gw.example"},
            {"https://gw.example", "https://gw.example:443/"},
            {"http://gw.example:80/mcp", "http://gw.example/mcp"},
            {"http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080/mcp"}
        }) {
            proofs.check(
                    proof(claims -> claims.put("htu", pair[1])),
                    new DpopProofs.Use("POST", URI.create(pair[0]), TOKEN, PROVER.thumbprint(), false));
        }
    }

    @Test
    void keysOfEachKindProve() throws Exception {
        TestProver rsa = TestProver.of(new RSAKeyGenerator(2048).generate());
        TestEd25519 ed = TestEd25519.generate("ed");
        String edThumbprint = ed.jwk().computeThumbprint().toString();

        check(proof(claims -> {}));
        proofs.check(rsa.proof("POST", URL, TOKEN, NOW), use(rsa, false));
        for (String algorithm : List.of("EdDSA", "Ed25519")) {
            proofs.check(
                    edProof(ed, algorithm), new DpopProofs.Use("POST", URI.create(URL), TOKEN, edThumbprint, false));
        }
    }

    private static String edProof(TestEd25519 ed, String algorithm) {
        String json = "{\"typ\":\"dpop+jwt\",\"alg\":\"" + algorithm + "\",\"jwk\":"
                + ed.jwk().toPublicJWK() + "}";
        String claims = "{\"htm\":\"POST\",\"htu\":\"" + URL + "\",\"iat\":" + NOW.getEpochSecond() + ",\"jti\":\""
                + algorithm + "\",\"ath\":\"" + DpopProofs.hash(TOKEN) + "\"}";
        String input = TestIssuer.encode(json) + "." + TestIssuer.encode(claims);
        return input + "." + ed.sign(input);
    }

    @Test
    void aProofMayBeAMinuteOldAndHalfAMinuteAhead() throws Exception {
        check(proof(claims -> claims.put("iat", NOW.getEpochSecond() - 60)));
        check(proof(claims -> claims.put("iat", NOW.getEpochSecond() + 30)));
    }

    /** A proof and a word of the reason for which it must be refused. */
    record Hostile(String name, String proof, String reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Hostile> hostileProofs() throws JOSEException {
        List<Hostile> all = new ArrayList<>();
        String good = proof(claims -> {});
        all.add(new Hostile("no JWS", "proof", "three parts"));
        all.add(new Hostile("unsigned", good.substring(0, good.lastIndexOf('.') + 1), "three parts"));
        all.add(new Hostile("two proofs in one", good + ", " + good, "three parts"));
        all.add(new Hostile("too long", proof(claims -> claims.put("x", "y".repeat(4_000))), "longer"));
        all.add(new Hostile(
                "signature of another proof",
                good.substring(0, good.lastIndexOf('.')) + proof(claims -> {}).substring(good.lastIndexOf('.')),
                "does not verify"));
        all.add(new Hostile("typ of an access token", headed(header -> header.put("typ", "at+jwt")), "typ"));
        all.add(new Hostile("typ missing", headed(header -> header.remove("typ")), "typ"));
        all.add(new Hostile("typ is a number", headed(header -> header.put("typ", 7)), "typ"));
        all.add(new Hostile("alg none", headed(header -> header.put("alg", "none")), "alg"));
        all.add(new Hostile("alg symmetric", headed(header -> header.put("alg", "HS256")), "alg"));
        all.add(new Hostile("alg missing", headed(header -> header.remove("alg")), "alg"));
        all.add(new Hostile("alg of another key", headed(header -> header.put("alg", "RS256")), "with this alg"));
        all.add(new Hostile("kid instead of jwk", headed(header -> header.put("kid", "k")), "header member"));
        all.add(new Hostile("crit", headed(header -> header.put("crit", List.of("x"))), "header member"));
        all.add(new Hostile("jwk missing", headed(header -> header.remove("jwk")), "jwk"));
        all.add(new Hostile("jwk is text", headed(header -> header.put("jwk", "key")), "jwk"));
        all.add(new Hostile("jwk is empty", headed(header -> header.put("jwk", Map.of())), "no key"));
        all.add(new Hostile(
                "jwk off the curve",
                headed(header -> header.put(
                        "jwk", Map.of("kty", "EC", "crv", "P-256", "x", "A".repeat(43), "y", "A".repeat(43)))),
                "no key"));
        all.add(new Hostile(
                "jwk holds the private key",
                headed(header -> header.put("jwk", PROVER.key().toJSONObject())),
                "private"));
        all.add(new Hostile("jwk is a shared secret", headed(header -> header.put("jwk", secret())), "private"));
        all.add(new Hostile(
                "key of somebody else", TestProver.generate().proof("POST", URL, TOKEN, NOW), "another key"));
        all.add(new Hostile("other method", proof(claims -> claims.put("htm", "GET")), "htm"));
        all.add(new Hostile("method in lower case", proof(claims -> claims.put("htm", "post")), "htm"));
        all.add(new Hostile("method missing", proof(claims -> claims.remove("htm")), "htm"));
        all.add(new Hostile("other host", proof(claims -> claims.put("htu", "https://evil.example/mcp")), "htu"));
        all.add(new Hostile("other port", proof(claims -> claims.put("htu", "https://gw.example:8443/mcp")), "htu"));
        all.add(new Hostile(
                "the port of http", proof(claims -> claims.put("htu", "https://gw.example:80/mcp")), "htu"));
        all.add(new Hostile("other scheme", proof(claims -> claims.put("htu", "http://gw.example/mcp")), "htu"));
        all.add(new Hostile("other view", proof(claims -> claims.put("htu", URL + "/b")), "htu"));
        all.add(new Hostile("path in other case", proof(claims -> claims.put("htu", "https://gw.example/MCP")), "htu"));
        all.add(new Hostile("no path", proof(claims -> claims.put("htu", "https://gw.example")), "htu"));
        all.add(new Hostile(
                "a user in the URL", proof(claims -> claims.put("htu", "https://u@gw.example/mcp")), "htu"));
        all.add(new Hostile("no URL", proof(claims -> claims.put("htu", "not a url")), "htu"));
        all.add(new Hostile("URL missing", proof(claims -> claims.remove("htu")), "htu"));
        all.add(new Hostile("too old", proof(claims -> claims.put("iat", NOW.getEpochSecond() - 61)), "iat"));
        all.add(new Hostile("too far ahead", proof(claims -> claims.put("iat", NOW.getEpochSecond() + 31)), "iat"));
        all.add(new Hostile("iat missing", proof(claims -> claims.remove("iat")), "iat"));
        all.add(new Hostile("iat is text", proof(claims -> claims.put("iat", "now")), "iat"));
        all.add(new Hostile("jti missing", proof(claims -> claims.remove("jti")), "jti"));
        all.add(new Hostile("jti empty", proof(claims -> claims.put("jti", "")), "jti"));
        all.add(new Hostile("jti too long", proof(claims -> claims.put("jti", "j".repeat(257))), "jti"));
        all.add(new Hostile("for another token", proof(claims -> claims.put("ath", DpopProofs.hash("other"))), "ath"));
        all.add(new Hostile("for no token", proof(claims -> claims.remove("ath")), "ath"));
        return all.stream();
    }

    private static Map<String, Object> secret() {
        try {
            return new OctetSequenceKeyGenerator(256).generate().toJSONObject();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @ParameterizedTest
    @MethodSource("hostileProofs")
    void aHostileProofIsRefusedForItsFault(Hostile hostile) {
        assertThatThrownBy(() -> check(hostile.proof()))
                .isInstanceOfSatisfying(
                        BadToken.class, refused -> assertThat(refused.step()).isEqualTo(TokenStep.PROOF))
                .hasMessageContaining(hostile.reason());
    }

    @Test
    void aWeakKeyProvesNothing() throws Exception {
        TestProver weak = TestProver.of(new RSAKeyGenerator(1024, true).generate());
        assertThatThrownBy(() -> proofs.check(weak.proof("POST", URL, TOKEN, NOW), use(weak, false)))
                .hasMessageContaining("cannot be used");
    }

    @Test
    void aProofIsGoodOnce() throws Exception {
        String proof = proof(claims -> {});
        check(proof);

        assertThatThrownBy(() -> check(proof)).hasMessageContaining("used before");

        now.set(NOW.plusSeconds(59));
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThatThrownBy(() -> check(proof)).hasMessageContaining("used before");
        now.set(NOW.plusSeconds(61));
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThatThrownBy(() -> check(proof)).hasMessageContaining("iat");
    }

    @Test
    void aProofFromTheFutureIsRememberedForAsLongAsItIsGood() throws Exception {
        String proof = proof(claims -> claims.put("iat", NOW.getEpochSecond() + 30));
        check(proof);

        now.set(NOW.plusSeconds(90));
        nanos.addAndGet(Duration.ofSeconds(90).toNanos());

        assertThatThrownBy(() -> check(proof)).hasMessageContaining("used before");
    }

    @Test
    void theSameIdOfAnotherKeyIsAnotherProof() throws Exception {
        TestProver other = TestProver.generate();
        check(proof(claims -> claims.put("jti", "same")));

        proofs.check(other.proof("POST", URL, TOKEN, NOW, claims -> claims.put("jti", "same")), use(other, false));
    }

    @Test
    void aBadProofTakesNoRoomAndNoId() throws Exception {
        DpopProofs small = proofs(new ProofMemory(1, 1, nanos::get));
        String good = proof(claims -> claims.put("jti", "mine"));
        String forged = TestProver.generate().proof("POST", URL, TOKEN, NOW, claims -> claims.put("jti", "mine"));

        assertThatThrownBy(() -> small.check(forged, use(PROVER, false))).isInstanceOf(BadToken.class);

        small.check(good, use(PROVER, false));
    }

    @Test
    void whatCannotBeRememberedIsRefused() throws Exception {
        DpopProofs small = proofs(new ProofMemory(3, 2, nanos::get));
        TestProver other = TestProver.generate();
        TestProver third = TestProver.generate();
        small.check(proof(claims -> {}), use(PROVER, false));
        small.check(proof(claims -> {}), use(PROVER, false));

        assertThatThrownBy(() -> small.check(proof(claims -> {}), use(PROVER, false)))
                .as("the key's share is used up")
                .isInstanceOf(KeysUnavailable.class);
        small.check(other.proof("POST", URL, TOKEN, NOW), use(other, false));
        assertThatThrownBy(() -> small.check(third.proof("POST", URL, TOKEN, NOW), use(third, false)))
                .as("the memory is full")
                .isInstanceOf(KeysUnavailable.class);

        nanos.addAndGet(ProofMemory.GENERATION.toNanos());
        now.set(NOW.plus(ProofMemory.GENERATION));
        small.check(third.proof("POST", URL, TOKEN, now.get()), use(third, false));
    }

    @Test
    void anOldGenerationIsForgotten() throws Exception {
        ProofMemory memory = new ProofMemory(10, 10, nanos::get);
        assertThat(memory.isNew("k", "a")).isTrue();

        nanos.addAndGet(ProofMemory.GENERATION.toNanos());
        assertThat(memory.isNew("k", "a")).as("one generation later").isFalse();
        nanos.addAndGet(ProofMemory.GENERATION.toNanos());
        assertThat(memory.isNew("k", "a")).as("two generations later").isTrue();
        nanos.addAndGet(3 * ProofMemory.GENERATION.toNanos());
        assertThat(memory.isNew("k", "a")).as("after a long pause").isTrue();
    }

    @Test
    void whereANonceIsAskedForOnlyALateOneWillDo() throws Exception {
        String first = nonces.current();
        proofs.check(proof(claims -> claims.put("nonce", first)), use(PROVER, true));

        for (String bad : List.of("", "x", first + "x", first.toLowerCase(java.util.Locale.ROOT))) {
            assertThatThrownBy(() -> proofs.check(proof(claims -> claims.put("nonce", bad)), use(PROVER, true)))
                    .isInstanceOf(BadToken.class);
        }
        assertThatThrownBy(() -> proofs.check(proof(claims -> {}), use(PROVER, true)))
                .isInstanceOfSatisfying(
                        BadToken.class, refused -> assertThat(refused.step()).isEqualTo(TokenStep.NONCE));

        now.set(NOW.plus(DpopNonces.STRETCH));
        assertThat(nonces.isCurrent(first)).as("good for one stretch more").isTrue();
        assertThat(nonces.current()).isNotEqualTo(first);
        now.set(NOW.plus(DpopNonces.STRETCH.multipliedBy(2)));
        assertThat(nonces.isCurrent(first)).isFalse();
        assertThatThrownBy(() -> proofs.check(
                        PROVER.proof("POST", URL, TOKEN, now.get(), claims -> claims.put("nonce", first)),
                        use(PROVER, true)))
                .isInstanceOfSatisfying(
                        BadToken.class, refused -> assertThat(refused.step()).isEqualTo(TokenStep.NONCE));
        assertThat(new DpopNonces(new Random(8), now::get).isCurrent(nonces.current()))
                .as("another process has other nonces")
                .isFalse();
    }
}
