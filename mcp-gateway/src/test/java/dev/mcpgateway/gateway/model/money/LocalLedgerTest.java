package dev.mcpgateway.gateway.model.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.gateway.model.money.Ledger.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No limit is overspent, by calls at once, by parts, or by a process that died. */
class LocalLedgerTest {
    private static final Instant NOON = Instant.parse("2026-06-15T12:00:00Z");
    private static final LocalDate DAY = LocalDate.parse("2026-06-15");
    private static final Pot TOTAL = new Pot("all", "", 0, Long.MAX_VALUE);

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);

    private LocalLedger open(Path file, Outcomes outcomes) throws LedgerUnavailable {
        return new LocalLedger(file, now::get, Duration.ofDays(30), TokenWeights.EQUAL, outcomes);
    }

    private LocalLedger open() throws LedgerUnavailable {
        return open(folder.resolve("ledger.mv"), Outcomes.NONE);
    }

    private static Hold.Claim claim(Pot pot, long limitNano) {
        return new Hold.Claim(
                pot, new Budget.Limits(OptionalLong.of(limitNano), OptionalLong.empty(), OptionalLong.empty()), true);
    }

    private static Hold hold(String call, long nano, Hold.Claim... claims) {
        return new Hold(
                call,
                NOON,
                new Payer(DAY, "k1", "corp/alice", "blue\n%", "", "gpt"),
                List.of(claims),
                new Amount(nano, 10, 1));
    }

    private static Used used(long nano) {
        return new Used(1, 6, 0, 0, 4, 0, 0, 0, 0, nano, 0, 0);
    }

    private static Amount spent(Ledger ledger) {
        return ledger.balances().getFirst().spent();
    }

    @ParameterizedTest
    @CsvSource({"99, true", "100, true", "101, false"})
    void aCallThatCouldCostAsMuchAsIsLeftPasses(long nano, boolean passes) throws Exception {
        try (LocalLedger ledger = open()) {
            assertThat(ledger.hold(hold("c", nano, claim(TOTAL, 100))))
                    .isInstanceOf(passes ? Answer.Held.class : Answer.Shortfall.class);
        }
    }

    @Test
    void whatIsSetAsideIsNotThereForOthersUntilItIsSettled() throws Exception {
        try (LocalLedger ledger = open()) {
            Hold first = hold("a", 60, claim(TOTAL, 100));
            assertThat(ledger.hold(first)).isInstanceOf(Answer.Held.class);
            assertThat(ledger.hold(hold("b", 41, claim(TOTAL, 100)))).isEqualTo(new Answer.HeldByOthers(TOTAL));
            ledger.settle(first, "acme", used(59));
            Hold second = hold("c", 41, claim(TOTAL, 100));
            assertThat(ledger.hold(second)).isInstanceOf(Answer.Held.class);
            ledger.release(second);

            assertThat(ledger.balances())
                    .containsExactly(new Ledger.Balance(TOTAL, TokenWeights.EQUAL.of(used(59)), Amount.ZERO));
        }
    }

    @ParameterizedTest
    @CsvSource({"41, HeldByOthers", "80, HeldByOthers", "81, Shortfall"})
    void whatCallsUnderWayHoldIsToldFromWhatIsSpent(long nano, String answer) throws Exception {
        try (LocalLedger ledger = open()) {
            Hold over = hold("a", 30, claim(TOTAL, 100));
            assertThat(ledger.hold(over)).isInstanceOf(Answer.Held.class);
            ledger.settle(over, "acme", used(20));
            Hold underWay = hold("b", 40, claim(TOTAL, 100));
            assertThat(ledger.hold(underWay)).isInstanceOf(Answer.Held.class);

            Answer said = ledger.hold(hold("c", nano, claim(TOTAL, 100)));

            assertThat(said.getClass().getSimpleName()).isEqualTo(answer);
            ledger.release(underWay);
        }
    }

    @Test
    void whoeverWaitsForOneOfTwoPotsIsToldOfTheOtherThatHasTooLittle() throws Exception {
        Pot poor = new Pot("team", "blue", 0, Long.MAX_VALUE);
        try (LocalLedger ledger = open()) {
            Hold underWay = hold("a", 60, claim(TOTAL, 100));
            assertThat(ledger.hold(underWay)).isInstanceOf(Answer.Held.class);

            assertThat(ledger.hold(hold("b", 50, claim(TOTAL, 100), claim(poor, 49))))
                    .isEqualTo(new Answer.Shortfall(poor));
            assertThat(ledger.hold(hold("c", 50, claim(poor, 49), claim(TOTAL, 100))))
                    .isEqualTo(new Answer.Shortfall(poor));
            assertThat(ledger.hold(hold("d", 50, claim(poor, 50), claim(TOTAL, 100))))
                    .isEqualTo(new Answer.HeldByOthers(TOTAL));
            assertThat(ledger.balances())
                    .as("a refused call takes nothing from any pot")
                    .containsExactly(new Ledger.Balance(TOTAL, Amount.ZERO, new Amount(60, 10, 1)));
            ledger.release(underWay);
        }
    }

    @Test
    void aPeriodThatIsOverIsForgottenALittleWithEachSync() throws Exception {
        Path path = folder.resolve("pots.mv");
        int pots = 3 * LedgerFile.PRUNED_MAX;
        try (LedgerFile file = new LedgerFile(path, now::get, Duration.ofDays(30), TokenWeights.EQUAL)) {
            file.settled(hold("c", 1, claim(TOTAL, 100)), "acme", used(1));
            for (int i = 0; i < pots; i++) {
                long minute = NOON.getEpochSecond();
                file.settled(hold("c", 1, claim(new Pot("rate", "u" + i, minute, minute + 60), 100)), "acme", used(1));
            }
            file.sync();
            assertThat(pots(file)).hasSize(pots + 1);
            now.set(NOON.plusSeconds(120));

            file.sync();
            assertThat(pots(file).size()).isBetween(pots + 1 - LedgerFile.PRUNED_MAX, pots);
            for (int i = 0; i < 10; i++) {
                now.set(now.get().plusSeconds(60));
                file.sync();
            }

            assertThat(pots(file)).containsExactly(TOTAL);
        }
    }

    private static List<Pot> pots(LedgerFile file) {
        List<Pot> all = new ArrayList<>();
        file.pots((pot, _) -> all.add(pot));
        return all;
    }

    @Test
    void aLedgerThatClosesWaitsForACallThatIsAboutToBeSettled() throws Exception {
        LocalLedger ledger = open();
        Hold late = hold("late", 60, claim(TOTAL, 100));
        assertThat(ledger.hold(late)).isInstanceOf(Answer.Held.class);
        Thread closing = Thread.ofVirtual().start(ledger::close);
        Await.until("it waits", () -> closing.getState() == Thread.State.TIMED_WAITING);

        ledger.settle(late, "acme", used(7));
        closing.join();

        try (LocalLedger again = open()) {
            assertThat(spent(again).nanoUsd()).isEqualTo(7);
        }
    }

    @Test
    void nothingMayBeSpentOfZeroNotEvenNothing() throws Exception {
        try (LocalLedger ledger = open()) {
            assertThat(ledger.hold(hold("a", 0, claim(TOTAL, 0)))).isEqualTo(new Answer.Shortfall(TOTAL));
        }
    }

    @Test
    void aCallTakesFromAllPotsOrFromNone() throws Exception {
        Pot empty = new Pot("team", "blue", 0, Long.MAX_VALUE);
        try (LocalLedger ledger = open()) {
            assertThat(ledger.hold(hold("a", 50, claim(TOTAL, 100), claim(empty, 49))))
                    .isEqualTo(new Answer.Shortfall(empty));
            assertThat(ledger.balances()).isEmpty();
            assertThat(ledger.hold(hold("b", 100, claim(TOTAL, 100)))).isInstanceOf(Answer.Held.class);
        }
    }

    @Test
    void ofAHundredAtOnceAsManyPassAsThereIsMoneyFor() throws Exception {
        try (LocalLedger ledger = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String call = "call-" + i;
                answers.add(threads.submit((Callable<Answer>) () -> ledger.hold(hold(call, 100, claim(TOTAL, 799)))));
            }
            int held = 0;
            int waiting = 0;
            for (Future<Answer> answer : answers) {
                held += answer.get() instanceof Answer.Held ? 1 : 0;
                waiting += answer.get() instanceof Answer.HeldByOthers ? 1 : 0;
            }
            assertThat(held).isEqualTo(7);
            assertThat(waiting).isEqualTo(93);
        }
    }

    @Test
    void whatADeadProcessHadSetAsideIsSpentUnlessItsOutcomeIsKnown() throws Exception {
        Path copy = folder.resolve("after.mv");
        try (LocalLedger ledger = open()) {
            Hold settled = hold("settled", 10, claim(TOTAL, 1000));
            Hold released = hold("released", 20, claim(TOTAL, 1000));
            ledger.hold(settled);
            ledger.settle(settled, "acme", used(7));
            ledger.hold(released);
            ledger.release(released);
            ledger.hold(hold("known", 100, claim(TOTAL, 1000)));
            ledger.hold(hold("unknown", 300, claim(TOTAL, 1000)));
            // what is on disk when the process is killed now
            Files.copy(folder.resolve("ledger.mv"), copy);
        }
        AtomicReference<Set<String>> asked = new AtomicReference<>(Set.of());
        Outcomes log = (calls, oldest) -> {
            asked.set(calls);
            assertThat(oldest).isEqualTo(NOON);
            return Map.of("known", new Outcomes.Outcome("acme", used(40)));
        };

        try (LocalLedger again = open(copy, log)) {
            assertThat(asked.get()).containsExactlyInAnyOrder("known", "unknown");
            assertThat(spent(again)).isEqualTo(new Amount(7 + 40 + 300, 10 + 10 + 10, 3));
            assertThat(again.usage(Ledger.By.TEAM, DAY, DAY))
                    .extracting(Ledger.Row::value, row -> row.used().nanoUsd())
                    .containsExactly(tuple("blue\n%", 347L));
        }
        try (LocalLedger third = open(copy, Outcomes.NONE)) {
            assertThat(spent(third).nanoUsd())
                    .as("once, not again at each start")
                    .isEqualTo(347);
        }
    }

    @Test
    void aFurtherAttemptIsPaidWithItsCallAfterAKillToo() throws Exception {
        Path copy = folder.resolve("after.mv");
        try (LocalLedger ledger = open()) {
            List<Hold> open = new ArrayList<>();
            for (String call : List.of("known", "unknown", "settled", "old")) {
                for (String id : List.of(call, call + "/2", call + "/3")) {
                    open.add(hold(id, 100, claim(TOTAL, 9_999)));
                    assertThat(ledger.hold(open.getLast())).isInstanceOf(Answer.Held.class);
                }
            }
            for (Hold whole : List.of(open.remove(9), open.remove(6))) {
                ledger.settle(whole, "acme", used(7));
            }
            assertThat(ledger.usage(Ledger.By.DAY, DAY, DAY)).hasSize(1);
            // the process is killed before anything is given back
            Files.copy(folder.resolve("ledger.mv"), copy);
            open.forEach(ledger::release);
        }
        Outcomes log = (_, _) -> Map.of(
                "known", new Outcomes.Outcome("acme", used(40)), "settled", new Outcomes.Outcome("acme", used(7)));

        try (LocalLedger again = open(copy, log)) {
            assertThat(spent(again).nanoUsd())
                    .as("all of what nobody knows the end of, and of the others what they cost")
                    .isEqualTo(3 * 100 + 40 + 7 + 7);
            assertThat(again.usage(Ledger.By.PROVIDER, DAY, DAY))
                    .extracting(
                            Ledger.Row::value,
                            row -> row.used().nanoUsd(),
                            row -> row.used().calls())
                    .containsExactly(tuple("", 300L, 3L), tuple("acme", 54L, 3L));
        }
        try (LocalLedger third = open(copy, log)) {
            assertThat(spent(third).nanoUsd()).as("nothing is open any more").isEqualTo(354);
        }
    }

    @Test
    void potsThatAreOverMakeRoomAlsoWhereAllHadBeenInUse() throws Exception {
        try (LocalLedger ledger = new LocalLedger(
                folder.resolve("ledger.mv"), now::get, Duration.ofDays(30), TokenWeights.EQUAL, Outcomes.NONE, 8)) {
            for (int i = 0; i < 8; i++) {
                assertThat(isHeldAndSettled(ledger, "u" + i)).isTrue();
            }
            assertThat(isHeldAndSettled(ledger, "u8")).as("one more").isFalse();
            now.set(NOON.plusSeconds(59));
            assertThat(isHeldAndSettled(ledger, "u8")).isFalse();
            assertThat(isHeldAndSettled(ledger, "u7")).as("who has a pot").isTrue();

            now.set(NOON.plusSeconds(60));
            for (int i = 0; i < 8; i++) {
                assertThat(isHeldAndSettled(ledger, "v" + i))
                        .as("in the next minute")
                        .isTrue();
            }
            assertThat(isHeldAndSettled(ledger, "v8")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClockThatWasAheadForAWhileOpensNoPotASecondTime(boolean isRestarted) throws Exception {
        long midnight = NOON.getEpochSecond() / 86_400 * 86_400;
        Pot today = new Pot("daily", "", midnight, midnight + 86_400);
        Pot tomorrow = new Pot("daily", "", today.to(), today.to() + 86_400);
        LocalLedger ledger = small();
        try {
            for (int i = 0; i < 12; i++) {
                assertThat(isHeldAndSettled(ledger, "u" + i)).isTrue();
            }
            spend(ledger, today, 60);
            now.set(NOON.plus(Duration.ofDays(1)));
            spend(ledger, tomorrow, 10);
            for (int i = 0; i < 12; i++) {
                assertThat(isHeldAndSettled(ledger, "v" + i))
                        .as("in the place of what is long over")
                        .isTrue();
            }
            ledger = isRestarted ? again(ledger) : ledger;
            assertThat(ledger.balances()).extracting(Ledger.Balance::pot).doesNotContain(today);

            now.set(NOON.plusSeconds(60));
            ledger = isRestarted ? again(ledger) : ledger;

            assertThat(ledger.hold(hold("c", 41, claim(today, 100)))).isEqualTo(new Answer.Shortfall(today));
            assertThat(ledger.hold(hold("d", 91, claim(tomorrow, 100)))).isEqualTo(new Answer.Shortfall(tomorrow));
            spend(ledger, today, 40);
        } finally {
            ledger.close();
        }
    }

    private LocalLedger small() throws LedgerUnavailable {
        return new LocalLedger(
                folder.resolve("ledger.mv"), now::get, Duration.ofDays(30), TokenWeights.EQUAL, Outcomes.NONE, 20);
    }

    private LocalLedger again(LocalLedger ledger) throws LedgerUnavailable {
        ledger.close();
        return small();
    }

    private static void spend(LocalLedger ledger, Pot pot, long nano) throws LedgerUnavailable {
        Hold hold = hold("c", nano, claim(pot, 100));
        assertThat(ledger.hold(hold)).isInstanceOf(Answer.Held.class);
        ledger.settle(hold, "acme", used(nano));
    }

    private boolean isHeldAndSettled(Ledger ledger, String whose) throws LedgerUnavailable {
        long minute = now.get().getEpochSecond() / 60 * 60;
        Hold hold = hold(whose, 1, claim(new Pot("rate", whose, minute, minute + 60), 100));
        if (ledger.hold(hold) instanceof Answer.Shortfall) {
            return false;
        }
        ledger.settle(hold, "acme", used(1));
        return true;
    }

    @Test
    void aCallIsPaidFromThePeriodInWhichItBegan() throws Exception {
        Pot hour =
                new Pot("h", "", NOON.getEpochSecond(), NOON.plusSeconds(3600).getEpochSecond());
        try (LocalLedger ledger = open()) {
            Hold late = hold("a", 60, claim(hour, 100));
            ledger.hold(late);
            now.set(NOON.plusSeconds(3601));
            ledger.settle(late, "acme", used(60));
            assertThat(ledger.balances()).as("of a period that is over").isEmpty();
            Pot next = new Pot("h", "", hour.to(), hour.to() + 3600);
            assertThat(ledger.hold(hold("b", 100, claim(next, 100)))).isInstanceOf(Answer.Held.class);
        }
    }

    @Test
    void usageIsKeptByDayAndForgottenInTheEnd() throws Exception {
        try (LocalLedger ledger = open()) {
            Hold hold = hold("a", 60);
            ledger.hold(hold);
            ledger.settle(hold, "acme", used(60));
            assertThat(ledger.usage(Ledger.By.PROVIDER, DAY, DAY)).containsExactly(new Ledger.Row("acme", used(60)));
            assertThat(ledger.usage(Ledger.By.PROVIDER, DAY.plusDays(1), DAY.plusDays(9)))
                    .isEmpty();
            assertThat(ledger.usage(Ledger.By.PROVIDER, DAY.minusDays(9), DAY.minusDays(1)))
                    .isEmpty();
        }
        now.set(NOON.plus(Duration.ofDays(31)));
        try (LocalLedger ledger = open()) {
            Hold other = hold("b", 1);
            ledger.hold(other);
            ledger.release(other);
            assertThat(ledger.usage(Ledger.By.DAY, DAY.minusDays(9), DAY.plusDays(99)))
                    .isEmpty();
        }
    }

    @Test
    void aFileThatIsInUseOrNoLedgerIsRefused() throws Exception {
        try (LocalLedger _ = open()) {
            assertThatThrownBy(this::open).isInstanceOf(LedgerUnavailable.class);
        }
        Path broken = folder.resolve("broken.mv");
        Files.writeString(broken, "x".repeat(20_000));
        assertThatThrownBy(() -> open(broken, Outcomes.NONE)).isInstanceOf(LedgerUnavailable.class);
    }

    @Test
    void openCallsAreNotForgottenWhileTheirOutcomesCannotBeRead() throws Exception {
        Path copy = folder.resolve("after.mv");
        try (LocalLedger ledger = open()) {
            ledger.hold(hold("a", 30, claim(TOTAL, 100)));
            Files.copy(folder.resolve("ledger.mv"), copy);
        }
        Outcomes unreadable = (calls, oldest) -> {
            throw new IOException("no log");
        };

        assertThatThrownBy(() -> open(copy, unreadable))
                .isInstanceOf(LedgerUnavailable.class)
                .hasMessageContaining("no log");
        try (LocalLedger again = open(copy, Outcomes.NONE)) {
            assertThat(spent(again).nanoUsd()).isEqualTo(30);
        }
    }

    @Test
    void anInterruptedCallerDoesNotCloseTheFile() throws Exception {
        try (LocalLedger ledger = open()) {
            Thread.currentThread().interrupt();
            Answer answer = ledger.hold(hold("a", 1, claim(TOTAL, 100)));
            assertThat(Thread.interrupted()).isTrue();

            assertThat(answer).isInstanceOf(Answer.Held.class);
            assertThat(ledger.hold(hold("b", 1, claim(TOTAL, 100)))).isInstanceOf(Answer.Held.class);
        }
    }
}
