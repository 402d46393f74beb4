package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import dev.mcpgateway.connectors.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** So many signatures at once, so many waiting, and not one more. */
class SignatureWorkTest {
    private static final TestIssuer ISSUER = new TestIssuer();

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);

    /** Verifies everything once it is released. */
    private final class Slow implements JWSVerifier {
        @Override
        public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                release.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            running.decrementAndGet();
            return true;
        }

        @Override
        public Set<JWSAlgorithm> supportedJWSAlgorithms() {
            return Set.of(JWSAlgorithm.ES256);
        }

        @Override
        public JCAContext getJCAContext() {
            return new JCAContext();
        }
    }

    @Test
    void whatIsTooMuchIsToldToComeAgain() throws Exception {
        SignatureWork work = new SignatureWork(2, 3, Duration.ofMinutes(1));
        VerificationKey key = new VerificationKey("k", Set.of("ES256"), new Slow());
        TokenText token = TokenText.of(ISSUER.token(Instant.EPOCH), TokenStep.FORM);
        AtomicInteger good = new AtomicInteger();
        AtomicInteger busy = new AtomicInteger();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2; i++) {
                callers.execute(() -> attempt(work, key, token, good, busy));
            }
            Await.until("two are at work", () -> running.get() == 2);
            for (int i = 0; i < 10; i++) {
                callers.execute(() -> attempt(work, key, token, good, busy));
            }
            Await.until("those beyond the limit are refused", () -> busy.get() == 7);
            assertThat(running).hasValue(2);
            release.countDown();
        }

        assertThat(good).hasValue(5);
        assertThat(most).hasValue(2);
        work.check(key, token, "ES256", TokenStep.SIGNATURE);
    }

    private static void attempt(
            SignatureWork work, VerificationKey key, TokenText token, AtomicInteger good, AtomicInteger busy) {
        try {
            work.check(key, token, "ES256", TokenStep.SIGNATURE);
            good.incrementAndGet();
        } catch (KeysUnavailable tooMuch) {
            busy.incrementAndGet();
        } catch (BadToken unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @Test
    void aTurnIsGivenBackAlsoAfterABadSignature() throws Exception {
        SignatureWork work = new SignatureWork(1, 1, Duration.ofMinutes(1));
        release.countDown();
        String good = ISSUER.token(Instant.EPOCH);
        TokenText forged =
                TokenText.of(good.substring(0, good.lastIndexOf('.')) + "." + "A".repeat(86), TokenStep.FORM);
        VerificationKey key = KeyRules.usable(ISSUER.ec().toPublicJWK()).orElseThrow();
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> work.check(key, forged, "ES256", TokenStep.SIGNATURE))
                    .isInstanceOf(BadToken.class);
        }

        work.check(key, TokenText.of(good, TokenStep.FORM), "ES256", TokenStep.SIGNATURE);
    }

    @Test
    void aTurnIsWaitedForSoLong() throws Exception {
        SignatureWork work = new SignatureWork(0, 1, Duration.ofMillis(1));
        VerificationKey key = KeyRules.usable(ISSUER.ec().toPublicJWK()).orElseThrow();
        TokenText token = TokenText.of(ISSUER.token(Instant.EPOCH), TokenStep.FORM);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> work.check(key, token, "ES256", TokenStep.SIGNATURE))
                    .isInstanceOf(KeysUnavailable.class)
                    .hasMessageContaining("no turn");
        }
    }

    @Test
    void whoeverIsInterruptedLeavesNothingBehind() throws Exception {
        SignatureWork work = new SignatureWork(1, 1, Duration.ofMinutes(1));
        VerificationKey key = new VerificationKey("k", Set.of("ES256"), new Slow());
        TokenText token = TokenText.of(ISSUER.token(Instant.EPOCH), TokenStep.FORM);
        release.countDown();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> work.check(key, token, "ES256", TokenStep.SIGNATURE))
                .isInstanceOf(KeysUnavailable.class);
        assertThat(Thread.interrupted()).isTrue();

        work.check(key, token, "ES256", TokenStep.SIGNATURE);
    }
}
