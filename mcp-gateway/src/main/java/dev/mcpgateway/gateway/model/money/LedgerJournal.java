package dev.mcpgateway.gateway.model.money;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps changes of the ledger for good. One thread owns the file: it takes all changes that wait, makes them one version
 * and syncs it, so that callers who wait share the price of the disk. No other thread touches the file, since the interrupt
 * of a caller would close it.
 */
final class LedgerJournal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerJournal.class);

    /** Changes that wait; more than the calls that can be under way, so a full queue means a disk that hangs. */
    private static final int QUEUE_MAX = 65_536;

    private static final int BATCH_MAX = 4_096;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LedgerFile file;

    /** Who asks about usage; one at a time, since rows are read on the thread that calls wait for. */
    private final ReentrantLock asking = new ReentrantLock();

    private final BlockingQueue<Change> queue = new LinkedBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;
    private volatile String failure = "";
    private volatile boolean closing;

    /** One change, or one question; who waits for it is told when it is durable, or will never be. */
    private record Change(Work work, CountDownLatch done) {}

    @FunctionalInterface
    private interface Work {
        void on(LedgerFile file);
    }

    LedgerJournal(Path path, InstantSource clock, Duration keep, TokenWeights weights) throws LedgerUnavailable {
        this.file = new LedgerFile(path, clock, keep, weights);
        this.thread = Thread.ofPlatform().daemon().name("ledger").unstarted(this::run);
    }

    /** Before the start: ends what was open when the file was last in use. */
    void reconcile(Outcomes outcomes) throws IOException {
        file.reconcile(outcomes);
    }

    /** Before the start: all pots and what was spent of them. */
    void pots(BiConsumer<Pot, Amount> sink) {
        file.pots(sink);
    }

    void start() {
        thread.start();
    }

    /** A hold that can refuse is durable when this returns; any other one soon after. */
    void opened(Hold hold, boolean wait) throws LedgerUnavailable {
        Change change = new Change(file -> file.opened(hold), new CountDownLatch(1));
        if (!offered(change)) {
            throw unavailable();
        }
        if (wait && !await(change)) {
            // it may still become durable, and would count as spent at the next start
            released(hold);
            throw unavailable();
        }
    }

    /** Whether the thread will come to it: what is offered after its end would wait in vain. */
    private boolean offered(Change change) {
        return failure.isEmpty() && queue.offer(change) && failure.isEmpty();
    }

    void settled(Hold hold, String provider, Used used) {
        add(file -> file.settled(hold, provider, used));
    }

    void released(Hold hold) {
        add(file -> file.released(hold));
    }

    /** Read in slices, each behind the changes that wait, and no further once somebody has waited too long for one. */
    List<Ledger.Row> usage(Ledger.By by, LocalDate from, LocalDate to) throws LedgerUnavailable {
        try {
            if (!asking.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new LedgerUnavailable("somebody else asks about usage; try again");
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new LedgerUnavailable("nobody waits for the usage any more", ended);
        }
        try {
            UsageScan scan = new UsageScan(by, from, to);
            while (!scan.isDone()) {
                Change slice = new Change(file -> file.usage(scan), new CountDownLatch(1));
                if (!offered(slice) || !await(slice)) {
                    throw unavailable();
                }
            }
            return scan.rows();
        } finally {
            asking.unlock();
        }
    }

    /** Why nothing is kept any more; empty while changes are. */
    String failure() {
        return failure;
    }

    private LedgerUnavailable unavailable() {
        return new LedgerUnavailable(failure.isEmpty() ? "the ledger's disk does not keep up" : failure);
    }

    /** A change that cannot be kept leaves the hold as it is, and that counts as spent at the next start. */
    private void add(Work work) {
        if (!offered(new Change(work, new CountDownLatch(1)))) {
            LOG.error("the ledger misses the end of a call, which stays spent as it was set aside: {}", failure);
        }
    }

    /** Waits through interrupts: the hold must be known to be kept or not. */
    private boolean await(Change change) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return change.done().await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS) && failure.isEmpty();
                } catch (InterruptedException wakened) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        List<Change> batch = new ArrayList<>();
        try {
            while (!closing || !queue.isEmpty()) {
                Change first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, BATCH_MAX);
                    batch.forEach(change -> change.work().on(file));
                    file.sync();
                    tell(batch);
                }
            }
        } catch (Throwable broken) {
            // whatever it is: nobody else would tell those who wait
            failure = "the ledger cannot be written, and takes nothing before the gateway is started again: " + broken;
            queue.drainTo(batch);
            tell(batch);
            LOG.error("{}", failure, broken);
        }
    }

    private static void tell(List<Change> batch) {
        batch.forEach(change -> change.done().countDown());
        batch.clear();
    }

    @Override
    public void close() {
        closing = true;
        boolean interrupted = Thread.interrupted();
        try {
            if (thread.getState() != Thread.State.NEW) {
                thread.join(PATIENCE);
            }
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (failure.isEmpty()) {
            file.close();
            failure = "the ledger is closed";
        } else {
            file.drop();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
