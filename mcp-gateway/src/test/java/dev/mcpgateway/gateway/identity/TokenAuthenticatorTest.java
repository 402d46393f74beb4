package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.gateway.call.Refused;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered of tokens, and what ends that. */
class TokenAuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final TestIssuer ISSUER = new TestIssuer();
    private static final TestIssuer PARTNER = new TestIssuer();
    private static final String SOURCE = "192.0.2.1";

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private TokenAuthenticator authenticator;

    @BeforeEach
    void wire() throws Exception {
        authenticator = new TokenAuthenticator(
                new TokenAuthenticator.Settings(
                        List.of(
                                new IssuerSource.Local(
                                        TestProfile.plain().profile(), ISSUER.writeTo(folder.resolve("corp.json"))),
                                new IssuerSource.Local(
                                        TestProfile.plain()
                                                .named("partner", "https://partner.example")
                                                .profile(),
                                        PARTNER.writeTo(folder.resolve("partner.json")))),
                        ScopeHierarchy.NONE,
                        URI.create("http://127.0.0.1"),
                        60),
                List.of(),
                () -> NOW.plusNanos(nanos.get()),
                nanos::get,
                new Random(1));
    }

    private void later(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private VerifiedToken verified(String token) throws Exception {
        return authenticator.verified(token, TestIssuer.AUDIENCE, SOURCE);
    }

    private static String forged() {
        String token = ISSUER.token(NOW);
        return token.substring(0, token.lastIndexOf('.')) + "." + "A".repeat(86);
    }

    @Test
    void aKnownTokenIsNotVerifiedAgainForAMinute() throws Exception {
        String token = ISSUER.token(NOW);
        VerifiedToken first = verified(token);

        later(Duration.ofSeconds(59));
        assertThat(verified(token)).isSameAs(first);
        later(Duration.ofSeconds(1));
        assertThat(verified(token)).isNotSameAs(first);
    }

    @Test
    void whatIsKnownForOneAudienceIsNotForAnother() throws Exception {
        String token = ISSUER.token(NOW);
        verified(token);

        assertThatThrownBy(() -> authenticator.verified(token, "http://127.0.0.1/mcp/other", SOURCE))
                .isInstanceOfSatisfying(
                        BadToken.class, bad -> assertThat(bad.step()).isEqualTo(TokenStep.AUDIENCE));
    }

    @Test
    void aChangeOfAnyIssuersKeysEndsWhatIsKnown() throws Exception {
        String token = ISSUER.token(NOW);
        VerifiedToken first = verified(token);
        try (TestIssuer other = new TestIssuer()) {
            other.writeTo(folder.resolve("partner.json"));
            later(Duration.ofSeconds(2));
            VerifiedToken second = verified(token);
            assertThat(second).isNotSameAs(first);

            other.writeTo(folder.resolve("corp.json"));
            later(Duration.ofSeconds(2));
            assertThatThrownBy(() -> verified(token))
                    .as("known a moment ago, and signed by a key that is gone")
                    .isInstanceOfSatisfying(
                            BadToken.class, bad -> assertThat(bad.step()).isEqualTo(TokenStep.SIGNATURE));
        }
    }

    @Test
    void theVeryBadTokenIsRefusedFromMemoryForTenSeconds() {
        String bad = forged();
        BadToken first = refusal(bad);

        later(Duration.ofSeconds(9));
        assertThat(refusal(bad)).isSameAs(first);
        later(Duration.ofSeconds(1));
        assertThat(refusal(bad)).isNotSameAs(first);
    }

    private BadToken refusal(String token) {
        try {
            verified(token);
        } catch (BadToken bad) {
            return bad;
        } catch (Exception other) {
            throw new AssertionError(other);
        }
        throw new AssertionError("not refused");
    }

    @Test
    void whatIsNotReadyIsNamed() throws Exception {
        assertThat(authenticator.notReady()).isEmpty();
        TokenAuthenticator keyless = new TokenAuthenticator(
                new TokenAuthenticator.Settings(
                        List.of(new IssuerSource.Local(TestProfile.plain().profile(), folder.resolve("absent.json"))),
                        ScopeHierarchy.NONE,
                        URI.create("http://127.0.0.1"),
                        60),
                List.of(),
                () -> NOW,
                nanos::get,
                new Random(1));

        assertThat(keyless.notReady()).singleElement().asString().contains("absent.json");
        assertThatThrownBy(() -> keyless.verified(ISSUER.token(NOW), TestIssuer.AUDIENCE, SOURCE))
                .isInstanceOf(KeysUnavailable.class)
                .isNotInstanceOf(Refused.class);
    }
}
