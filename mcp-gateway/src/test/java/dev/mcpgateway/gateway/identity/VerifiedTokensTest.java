package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.policy.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long what was found out about a token is believed. */
class VerifiedTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final TokenHash HASH = TokenHash.of("aud", "token");

    private final VerifiedTokens verified = new VerifiedTokens(List.of("corp", "partner"));

    private static VerifiedToken token(String alias, Instant end) {
        return new VerifiedToken(
                new Caller(new Subject(alias, "alice", "desk", Set.of(), Set.of(), Map.of()), "iss", "jti", end),
                TestProfile.plain().named(alias, "iss").profile(),
                Confirmation.NONE);
    }

    @Test
    void aTokenIsBelievedForAMinute() {
        VerifiedToken token = token("corp", NOW.plusSeconds(300));
        verified.add(HASH, token, 400, NOW, 1);

        assertThat(verified.find(HASH, NOW.plusSeconds(60).minusNanos(1), 1)).isSameAs(token);
        assertThat(verified.find(HASH, NOW.plusSeconds(60), 1)).isNull();
        assertThat(verified.find(TokenHash.of("other", "token"), NOW, 1))
                .as("for another audience")
                .isNull();
    }

    @Test
    void aTokenIsBelievedUntilItEndsAtTheLatest() {
        VerifiedToken token = token("partner", NOW.plusSeconds(10));
        verified.add(HASH, token, 400, NOW, 1);

        assertThat(verified.find(HASH, NOW.plusSeconds(10).minusNanos(1), 1)).isSameAs(token);
        assertThat(verified.find(HASH, NOW.plusSeconds(10), 1)).isNull();
    }

    @Test
    void whenTheKeysHaveChangedNothingIsBelieved() {
        verified.add(HASH, token("corp", NOW.plusSeconds(300)), 400, NOW, 1);

        assertThat(verified.find(HASH, NOW, 2)).isNull();
        assertThat(verified.find(HASH, NOW, 0)).isNull();
    }

    @Test
    void ofAnIssuerWithoutAShareNothingIsKept() {
        verified.add(HASH, token("stranger", NOW.plusSeconds(300)), 400, NOW, 1);

        assertThat(verified.find(HASH, NOW, 1)).isNull();
    }

    @Test
    void oneIssuersManyTokensDoNotDisplaceAnothers() {
        VerifiedToken kept = token("partner", NOW.plusSeconds(300));
        verified.add(HASH, kept, 400, NOW, 1);
        for (int i = 0; i < 30_000; i++) {
            verified.add(TokenHash.of("aud", "t" + i), token("corp", NOW.plusSeconds(300)), 16_000, NOW, 1);
        }

        assertThat(verified.find(HASH, NOW, 1)).isSameAs(kept);
    }

    @Test
    void aBadSignatureIsRememberedForTenSecondsAndNothingElseIs() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
        RefusedTokens refused = new RefusedTokens(nanos::get);
        BadToken bad = new BadToken(TokenStep.SIGNATURE, "bad");
        refused.add(HASH, bad, 1);
        TokenHash other = TokenHash.of("aud", "other");
        refused.add(other, new BadToken(TokenStep.KEY, "no key"), 1);

        assertThat(refused.find(other, 1)).as("may heal").isNull();
        assertThat(refused.find(HASH, 2)).as("the keys have changed").isNull();
        nanos.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
        assertThat(refused.find(HASH, 1)).isSameAs(bad);
        nanos.addAndGet(1);
        assertThat(refused.find(HASH, 1)).isNull();
    }
}
