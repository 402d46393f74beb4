package dev.mcpgateway.gateway.model.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one thread that keeps the ledger: what ends it is told, and no question holds it up. */
class LedgerJournalTest {
    private static final Instant NOON = Instant.parse("2026-06-15T12:00:00Z");
    private static final LocalDate DAY = LocalDate.parse("2026-06-15");
    private static final Pot TOTAL = new Pot("all", "", 0, Long.MAX_VALUE);

    @TempDir
    Path folder;

    /** Runs on the ledger's thread, each time that it is about to sync. */
    private final AtomicReference<Runnable> atSync = new AtomicReference<>(() -> {});

    private final InstantSource clock = () -> {
        atSync.get().run();
        return NOON;
    };

    private LocalLedger open() throws LedgerUnavailable {
        return new LocalLedger(
                folder.resolve("ledger.mv"), clock, Duration.ofDays(30), TokenWeights.EQUAL, Outcomes.NONE);
    }

    private static Hold hold(String call, String user) {
        Budget.Limits limits =
                new Budget.Limits(OptionalLong.of(1_000_000), OptionalLong.empty(), OptionalLong.empty());
        return new Hold(
                call,
                NOON,
                new Payer(DAY, "", user, "", "", "gpt"),
                List.of(new Hold.Claim(TOTAL, limits, true)),
                new Amount(30, 10, 1));
    }

    private static Used used(long nano) {
        return new Used(1, 6, 0, 0, 4, 0, 0, 0, 0, nano, 0, 0);
    }

    @Test
    void whateverEndsTheLedgerIsToldAndNothingIsKeptThatWasRefused() throws Exception {
        try (LocalLedger ledger = open()) {
            Hold settled = hold("settled", "u");
            assertThat(ledger.hold(settled)).isInstanceOf(Ledger.Answer.Held.class);
            ledger.settle(settled, "acme", used(7));
            assertThat(ledger.usage(Ledger.By.DAY, DAY, DAY)).hasSize(1);
            assertThat(ledger.failure()).isEmpty();
            atSync.set(() -> {
                throw new OutOfMemoryError("made by a test");
            });

            assertThatThrownBy(() -> ledger.hold(hold("refused", "u")))
                    .isInstanceOf(LedgerUnavailable.class)
                    .hasMessageContaining("before the gateway is started again")
                    .hasMessageContaining("made by a test");
            atSync.set(() -> {});
            assertThat(ledger.failure()).contains("made by a test");
            assertThatThrownBy(() -> ledger.hold(hold("later", "u"))).hasMessage(ledger.failure());
            assertThatThrownBy(() -> ledger.usage(Ledger.By.DAY, DAY, DAY)).hasMessage(ledger.failure());
        }

        try (LocalLedger again = open()) {
            assertThat(again.failure()).isEmpty();
            assertThat(again.balances().getFirst().spent().nanoUsd())
                    .as("what was open would count as spent")
                    .isEqualTo(7);
        }
    }

    @Test
    void whoSetsAsideWaitsForASliceOfAQuestionAndNotForItsAnswer() throws Exception {
        int rows = 2 * UsageScan.SLICE + 1;
        fill(rows);
        AtomicInteger syncs = new AtomicInteger();
        AtomicBoolean wasHeldBefore = new AtomicBoolean();
        try (LocalLedger ledger = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Hold hold = hold("meanwhile", "v");
            Thread holding = Thread.ofVirtual().unstarted(() -> {
                try {
                    var _ = ledger.hold(hold);
                } catch (LedgerUnavailable failure) {
                    throw new AssertionError(failure);
                }
            });
            atSync.set(() -> {
                int sync = syncs.incrementAndGet();
                if (sync == 1) {
                    holding.start();
                    Await.until("it waits", () -> holding.getState() == Thread.State.TIMED_WAITING);
                } else if (sync == 3) {
                    // the last slice is not answered before this sync
                    Await.until("it is held", () -> !holding.isAlive());
                    wasHeldBefore.set(true);
                }
            });

            Future<List<Ledger.Row>> answer = threads.submit(
                    (Callable<List<Ledger.Row>>) () -> ledger.usage(Ledger.By.DAY, DAY.minusDays(1), DAY.plusDays(1)));

            assertThat(answer.get())
                    .singleElement()
                    .satisfies(row -> assertThat(row.used().calls()).isEqualTo(rows))
                    .satisfies(row -> assertThat(row.used().nanoUsd()).isEqualTo(7L * rows));
            assertThat(wasHeldBefore).isTrue();
            atSync.set(() -> {});
            ledger.release(hold);
        }
    }

    @Test
    void everyRowIsInOneSliceAndNoneInTwo() throws Exception {
        for (int rows : new int[] {UsageScan.SLICE - 1, UsageScan.SLICE, UsageScan.SLICE + 1}) {
            fill(rows);
            try (LocalLedger ledger = open()) {
                assertThat(ledger.usage(Ledger.By.USER, DAY, DAY))
                        .hasSize(rows)
                        .allMatch(row -> row.used().calls() > 0);
                assertThat(ledger.usage(Ledger.By.DAY, DAY.plusDays(1), DAY.plusDays(2)))
                        .isEmpty();
            }
        }
    }

    /** One call of each user more, as many users as there are to be rows. */
    private void fill(int rows) throws LedgerUnavailable {
        try (LedgerFile file =
                new LedgerFile(folder.resolve("ledger.mv"), clock, Duration.ofDays(30), TokenWeights.EQUAL)) {
            for (int i = 0; i < rows; i++) {
                file.settled(hold("c", "u" + i), "acme", used(7));
            }
            file.sync();
        }
    }
}
