package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void pausesDoubleUpToTheBoundAndAreSpread() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), new Random(1));

        for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
            assertThat(backoff.next()).isBetween(Duration.ofMillis(seconds * 500), Duration.ofSeconds(seconds));
        }
        backoff.reset();
        assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void noNumberOfFailuresMakesItOverflow() {
        Backoff backoff = new Backoff(Duration.ofHours(1), Duration.ofDays(1), new Random(1));

        for (int i = 0; i < 1000; i++) {
            assertThat(backoff.next()).isBetween(Duration.ofMinutes(30), Duration.ofDays(1));
        }
    }

    @Test
    void twoGatewaysDoNotComeBackTogether() {
        Backoff one = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), new Random(1));
        Backoff other = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), new Random(2));

        assertThat(one.next()).isNotEqualTo(other.next());
    }
}
