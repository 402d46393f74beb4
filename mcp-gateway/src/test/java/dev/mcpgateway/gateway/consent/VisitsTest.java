package dev.mcpgateway.gateway.consent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Visits under way: each secret works once, at its step, in its time, and strangers cannot fill the memory with them. */
class VisitsTest {
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final Visits visits = new Visits(() -> now, new Random(7));

    private Visits.Reading reading(String subject) {
        return new Visits.Reading("https://id.example", subject, "browser", visits.end());
    }

    @Test
    void aSecretIsGoodOnceAndAtItsStepOnly() {
        String token = visits.put(reading("alice"));

        assertThat(visits.take(token, Visits.LoggingIn.class)).isEmpty();
        assertThat(visits.take(token, Visits.Reading.class)).contains(reading("alice"));
        assertThat(visits.take(token, Visits.Reading.class)).isEmpty();
        assertThat(visits.take("guess", Visits.Reading.class)).isEmpty();
    }

    @Test
    void aVisitEndsTenMinutesAfterItBegan() {
        String token = visits.put(reading("alice"));
        String late = visits.put(reading("alice"));

        now = now.plus(Duration.ofMinutes(10)).minusMillis(1);
        assertThat(visits.take(token, Visits.Reading.class)).isPresent();
        now = now.plusMillis(1);
        assertThat(visits.take(late, Visits.Reading.class)).isEmpty();
    }

    @Test
    void beyondTheLimitTheOldestGoes() {
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i <= Visits.VISITS_MAX; i++) {
            tokens.add(visits.put(reading("user-" + i)));
        }

        assertThat(visits.take(tokens.getFirst(), Visits.Reading.class)).isEmpty();
        assertThat(visits.take(tokens.get(1), Visits.Reading.class)).isPresent();
        assertThat(visits.take(tokens.getLast(), Visits.Reading.class)).isPresent();
    }

    @Test
    void whatHasEndedMakesRoom() {
        String first = visits.put(reading("first"));
        now = now.plus(Duration.ofMinutes(5));
        String second = visits.put(reading("second"));
        now = now.plus(Duration.ofMinutes(5));
        for (int i = 1; i < Visits.VISITS_MAX; i++) {
            visits.put(reading("user-" + i));
        }

        assertThat(visits.take(first, Visits.Reading.class)).isEmpty();
        assertThat(visits.take(second, Visits.Reading.class)).isPresent();
    }
}
