package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How many tokens of one address may fail. */
class FailureLimitTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final FailureLimit limit = new FailureLimit(60, nanos::get);

    private void fail(String address, int times) {
        for (int i = 0; i < times; i++) {
            limit.failed(address);
        }
    }

    @Test
    void sixtyMayFailAndThenOneASecond() {
        fail("192.0.2.1", 59);
        assertThat(limit.secondsToWait("192.0.2.1")).isZero();
        fail("192.0.2.1", 1);
        assertThat(limit.secondsToWait("192.0.2.1")).isEqualTo(2);

        nanos.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(limit.secondsToWait("192.0.2.1")).isEqualTo(1);
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(limit.secondsToWait("192.0.2.1")).isZero();
        fail("192.0.2.1", 1);
        assertThat(limit.secondsToWait("192.0.2.1")).isPositive();
    }

    @Test
    void aPauseFillsTheBucketAndNoMore() {
        fail("192.0.2.1", 60);
        nanos.addAndGet(Duration.ofHours(1).toNanos());

        fail("192.0.2.1", 59);
        assertThat(limit.secondsToWait("192.0.2.1")).isZero();
        fail("192.0.2.1", 1);
        assertThat(limit.secondsToWait("192.0.2.1")).isPositive();
    }

    @Test
    void addressesAreCountedApart() {
        fail("192.0.2.1", 100);

        assertThat(limit.secondsToWait("192.0.2.2")).isZero();
        assertThat(limit.secondsToWait("")).isZero();
    }

    @Test
    void anIpv6NetworkIsOneSource() {
        fail("2001:db8:0:7:1:2:3:4", 100);

        assertThat(limit.secondsToWait("2001:db8:0:7:ffff:0:0:1")).isPositive();
        assertThat(limit.secondsToWait("2001:db8:0:8:1:2:3:4")).isZero();
        assertThat(limit.secondsToWait("2001:db8:0:77:1:2:3:4")).isZero();
    }

    @Test
    void whatIsForgivenDoesNotCount() {
        fail("2001:db8:0:7:1:2:3:4", 61);

        limit.forgive("2001:db8:0:7", 1);
        assertThat(limit.secondsToWait("2001:db8:0:7::1")).isEqualTo(2);
        limit.forgive("2001:db8:0:7::1", 1);
        assertThat(limit.secondsToWait("2001:db8:0:7::1")).isZero();

        limit.forgive("192.0.2.9", 5);
        fail("192.0.2.9", 59);
        assertThat(limit.secondsToWait("192.0.2.9")).isZero();
        fail("192.0.2.9", 1);
        assertThat(limit.secondsToWait("192.0.2.9"))
                .as("nobody has more failures in store than the limit says")
                .isPositive();
    }

    @Test
    void severalAreForgivenAtOnce() {
        fail("192.0.2.1", 63);

        limit.forgive("192.0.2.1", 4);

        assertThat(limit.secondsToWait("192.0.2.1")).isZero();
        fail("192.0.2.1", 1);
        assertThat(limit.secondsToWait("192.0.2.1")).isPositive();
    }

    @Test
    void moreForgivenThanFailedIsNoStore() {
        fail("192.0.2.1", 1);
        limit.forgive("192.0.2.1", 1_000);

        fail("192.0.2.1", 60);
        assertThat(limit.secondsToWait("192.0.2.1")).isPositive();
    }

    @Test
    void zeroIsNoLimit() {
        FailureLimit none = new FailureLimit(0, nanos::get);
        for (int i = 0; i < 1_000; i++) {
            none.failed("192.0.2.1");
        }

        assertThat(none.secondsToWait("192.0.2.1")).isZero();
    }
}
