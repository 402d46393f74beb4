package dev.mcpgateway.gateway.model.money;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The ledger of one gateway. Balances are decided upon in memory under one lock; a {@link LedgerJournal} keeps them. What
 * was set aside when the process ended counts as spent at the next start, unless the call's outcome is known by then.
 */
public final class LocalLedger implements Ledger {
    /** Pots in memory; whoever would need another one is refused. */
    private static final int POTS_MAX = 500_000;

    /** Fewer are not worth a look for those that are over. */
    private static final int SWEPT_MIN = 1_024;

    private static final Amount NOTHING = Amount.ZERO;

    /** Longest wait for calls whose providers are gone already. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final LedgerJournal journal;
    private final TokenWeights weights;
    private final int potsMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Pot, Sum> pots = new HashMap<>();
    private final Condition settled = lock.newCondition();
    private int sweepAt;
    private long sweptAt = Long.MIN_VALUE;
    private int open;

    private record Sum(Amount spent, Amount held) {
        Amount all() {
            return spent.plus(held);
        }
    }

    /**
     * Opens the ledger in this file, or makes it.
     *
     * @param weights what tokens count for from now on; what pots counted before stays
     * @param outcomes asked once for calls that were open when the file was last in use
     * @param keep how long usage is kept; pots until their period has been over for as long as it lasted
     * @throws LedgerUnavailable if the file is damaged, or in use by another process
     */
    public LocalLedger(Path file, InstantSource clock, Duration keep, TokenWeights weights, Outcomes outcomes)
            throws LedgerUnavailable {
        this(file, clock, keep, weights, outcomes, POTS_MAX);
    }

    LocalLedger(Path file, InstantSource clock, Duration keep, TokenWeights weights, Outcomes outcomes, int potsMax)
            throws LedgerUnavailable {
        this.clock = clock;
        this.weights = weights;
        this.potsMax = potsMax;
        this.sweepAt = Math.min(potsMax, SWEPT_MIN);
        this.journal = new LedgerJournal(file, clock, keep, weights);
        try {
            journal.reconcile(outcomes);
            long now = clock.instant().getEpochSecond();
            journal.pots((pot, spent) -> {
                if (!pot.isForgotten(now)) {
                    pots.put(pot, new Sum(spent, NOTHING));
                }
            });
            journal.start();
        } catch (IOException | RuntimeException failure) {
            journal.close();
            throw new LedgerUnavailable("the ledger cannot be read: " + failure.getMessage(), failure);
        }
    }

    @Override
    public Answer hold(Hold hold) throws LedgerUnavailable {
        lock.lock();
        try {
            sweep();
            Answer answer = answer(hold);
            if (!(answer instanceof Answer.Held)) {
                return answer;
            }
            hold.claims().forEach(claim -> change(claim.pot(), NOTHING, hold.most(), NOTHING));
            open++;
        } finally {
            lock.unlock();
        }
        try {
            journal.opened(hold, hold.mustLast());
        } catch (LedgerUnavailable failure) {
            giveBack(hold);
            ended();
            throw failure;
        }
        return new Answer.Held();
    }

    /** A pot that has too little in any case is told of first: who waits for the others waits in vain. */
    private Answer answer(Hold hold) {
        for (Hold.Claim claim : hold.claims()) {
            if (!fits(claim, Sum::spent, hold.most())) {
                return new Answer.Shortfall(claim.pot());
            }
        }
        for (Hold.Claim claim : hold.claims()) {
            if (!fits(claim, Sum::all, hold.most())) {
                return new Answer.HeldByOthers(claim.pot());
            }
        }
        return new Answer.Held();
    }

    private boolean fits(Hold.Claim claim, Function<Sum, Amount> gone, Amount most) {
        if (!claim.isEnforced()) {
            return true;
        }
        Sum sum = pots.get(claim.pot());
        return sum == null
                ? pots.size() < potsMax && claim.limits().hold(most)
                : claim.limits().hold(gone.apply(sum).plus(most));
    }

    /** What is only observed is not worth more memory either. */
    private void change(Pot pot, Amount spent, Amount held, Amount given) {
        Sum sum = pots.get(pot);
        if (sum != null || pots.size() < potsMax) {
            Sum before = sum == null ? new Sum(NOTHING, NOTHING) : sum;
            pots.put(
                    pot,
                    new Sum(before.spent().plus(spent), before.held().plus(held).minus(given)));
        }
    }

    private void sweep() {
        if (pots.size() < sweepAt) {
            return;
        }
        long now = clock.instant().getEpochSecond();
        // periods end with a second, and a look at all pots keeps every caller waiting
        if (now != sweptAt) {
            forget(pot -> pot.isForgotten(now));
            if (pots.size() > potsMax / 2) {
                // who calls now needs the room, and a clock that will come back is rare
                forget(pot -> pot.to() <= now);
            }
            sweepAt = Math.min(potsMax, Math.max(SWEPT_MIN, pots.size() * 2));
            sweptAt = now;
        }
    }

    private void forget(Predicate<Pot> over) {
        pots.entrySet()
                .removeIf(entry ->
                        over.test(entry.getKey()) && entry.getValue().held().equals(NOTHING));
    }

    private void giveBack(Hold hold) {
        lock.lock();
        try {
            hold.claims().forEach(claim -> change(claim.pot(), NOTHING, NOTHING, hold.most()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void settle(Hold hold, String provider, Used used) {
        lock.lock();
        try {
            Amount spent = weights.of(used);
            hold.claims().forEach(claim -> change(claim.pot(), spent, NOTHING, hold.most()));
        } finally {
            lock.unlock();
        }
        journal.settled(hold, provider, used);
        ended();
    }

    @Override
    public void release(Hold hold) {
        giveBack(hold);
        journal.released(hold);
        ended();
    }

    /** After the journal has it, so that who waits for the last one closes behind it. */
    private void ended() {
        lock.lock();
        try {
            open--;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Balance> balances() {
        long now = clock.instant().getEpochSecond();
        lock.lock();
        try {
            return pots.entrySet().stream()
                    .filter(entry -> entry.getKey().to() > now)
                    .map(entry -> new Balance(
                            entry.getKey(),
                            entry.getValue().spent(),
                            entry.getValue().held()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Row> usage(By by, LocalDate from, LocalDate to) throws LedgerUnavailable {
        return journal.usage(by, from, to);
    }

    @Override
    public String failure() {
        return journal.failure();
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        lock.lock();
        try {
            long left = PATIENCE.toNanos();
            while (open > 0 && left > 0) {
                left = settled.awaitNanos(left);
            }
        } catch (InterruptedException again) {
            interrupted = true;
        } finally {
            lock.unlock();
        }
        journal.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
