package dev.mcpgateway.connectors.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private final AtomicLong now = new AtomicLong(1000);
    private final TimeSource time = new TimeSource(InstantSource.system(), now::get);

    @Test
    void itIsOverExactlyAtItsInstant() {
        Deadline deadline = Deadline.after(Duration.ofNanos(10), time);

        now.addAndGet(9);
        assertThat(deadline.isOver(time)).isFalse();
        assertThat(deadline.remainingNanos(time)).isEqualTo(1);
        now.addAndGet(1);
        assertThat(deadline.isOver(time)).isTrue();
        now.addAndGet(1);
        assertThat(deadline.remainingNanos(time)).isZero();
    }

    @Test
    void itSurvivesTheWrapOfTheMonotonicClock() {
        now.set(Long.MAX_VALUE - 5);

        Deadline deadline = Deadline.after(Duration.ofNanos(10), time);
        assertThat(deadline.isOver(time)).isFalse();

        now.addAndGet(10);
        assertThat(deadline.isOver(time)).isTrue();
    }

    @Test
    void neverIsNeverOverAndLaterThanAll() {
        Deadline soon = Deadline.after(Duration.ofNanos(1), time);

        assertThat(Deadline.NEVER.isOver(time)).isFalse();
        assertThat(Deadline.NEVER.orEarlier(soon)).isEqualTo(soon);
        assertThat(soon.orEarlier(Deadline.NEVER)).isEqualTo(soon);
        assertThat(soon.orEarlier(Deadline.after(Duration.ofNanos(2), time))).isEqualTo(soon);
    }

    @Test
    void remainingMillisecondsAreRoundedUpAndLimited() {
        assertThat(Deadline.after(Duration.ofNanos(1), time).remainingMillis(time, Duration.ofSeconds(1)))
                .isEqualTo(1);
        assertThat(Deadline.NEVER.remainingMillis(time, Duration.ofSeconds(1))).isEqualTo(1000);
    }
}
