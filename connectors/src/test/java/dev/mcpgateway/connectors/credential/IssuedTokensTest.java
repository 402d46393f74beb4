package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How often the server of tokens is asked while it does not answer, and nobody needs a new one yet. */
class IssuedTokensTest {
    private static final Instant BEGIN = Instant.parse("2026-11-23T00:00:00Z");
    private static final Duration LIFE = Duration.ofHours(24);

    private record Token(Instant expiresAt) implements IssuedTokens.Ending {}

    private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
    private final IssuedTokens<String, Token> tokens = new IssuedTokens<>(10, new TimeSource(now::get, () -> 0));
    private final AtomicInteger asked = new AtomicInteger();

    private Token refuse() throws CredentialUnavailable {
        asked.incrementAndGet();
        throw new CredentialUnavailable("the token endpoint is down");
    }

    @Test
    void aRenewalThatFailedIsNotTriedAgainWithEachCall() throws Exception {
        Token first = tokens.get("crm", () -> new Token(BEGIN.plus(LIFE)));
        now.set(BEGIN.plus(Duration.ofHours(20)));
        assertThat(tokens.get("crm", this::refuse)).isEqualTo(first);
        Await.until("it was asked once", () -> asked.get() == 1);

        // whether a renewal has ended cannot be seen from here, so calls go on until the next one is due
        for (int minute = 0; minute < 29; minute++) {
            now.set(now.get().plus(Duration.ofMinutes(1)));
            assertThat(tokens.get("crm", this::refuse)).isEqualTo(first);
            Thread.sleep(5);
        }
        assertThat(asked).as("an eighth of the four hours that are left").hasValue(1);

        now.set(BEGIN.plus(Duration.ofHours(22)));
        assertThat(tokens.get("crm", this::refuse)).isEqualTo(first);
        Await.until("it is asked again", () -> asked.get() == 2);
    }

    @Test
    void aTokenThatFollowsIsRenewedAheadAllTheSame() throws Exception {
        Token first = tokens.get("crm", () -> new Token(BEGIN.plus(LIFE)));
        now.set(BEGIN.plus(Duration.ofHours(20)));
        assertThat(tokens.get("crm", this::refuse)).isEqualTo(first);
        Await.until("it was asked", () -> asked.get() == 1);
        now.set(now.get().plus(Duration.ofSeconds(2)));
        assertThat(tokens.giveUp("crm", first)).isTrue();

        Token second = tokens.get("crm", () -> new Token(now.get().plus(Duration.ofMinutes(5))));
        now.set(now.get().plus(Duration.ofMinutes(4)));

        assertThat(tokens.get("crm", this::refuse)).isEqualTo(second).isNotEqualTo(first);
        Await.until("it is asked for the next before its end", () -> asked.get() == 2);
    }
}
