package dev.mcpgateway.audit;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * The durable, verifiable log of everything the gateway did or refused.
 *
 * <p>What a method returns from is on disk: written, synced with fdatasync, and under a Merkle tree whose head is signed
 * about once a second. Records are numbered without a gap, and no error is survived: after a failed write or sync
 * nothing is taken any more until a new process has recovered the log.
 *
 * <p>Thread-safe; made for one virtual thread per call. One writer per log directory.
 *
 * {@snippet class="dev.mcpgateway.audit.ReadmeTest" region="example"}
 */
public final class AuditLog implements AutoCloseable {
    /** How often the writer is looked at. */
    private static final long WATCH_NANOS = 250_000_000;

    /** Whoever meant to look every quarter of a second and did not for this long was paused, as the disk's callers were. */
    private static final long PAUSE_NANOS = 2_000_000_000;

    /** How long records that guard nothing wait for one that does. */
    private static final long UNAWAITED_NANOS = 2_000_000;

    /** A batch of this size shows callers in parallel; then the next batch may wait for more of them. */
    private static final int BUSY_BATCH_RECORDS = 4;

    private final AuditLimits limits;
    private final LogAddress address;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final EventEncoding encoding;
    private final FloodGate flood;
    private final Semaphore queuedPermits;
    private final LogState state;
    private final RecordQueue queue;
    private final LogCore core;
    private final Checkpointer checkpointer;
    private final CheckpointThread checkpoints;
    private final AuditStorage.Lock lock;
    private final Thread writerThread;
    private final Thread checkpointThread;
    private final Thread watchThread;
    private final AtomicBoolean closeCalled = new AtomicBoolean();
    private volatile List<AuditObserver> observers = List.of();

    private AuditLog(Opening opening) {
        this.limits = opening.settings().limits();
        this.address = opening.address();
        this.clock = opening.clock();
        this.nanoTime = opening.nanoTime();
        this.encoding = opening.encoding();
        this.flood = opening.flood();
        this.state = opening.state();
        this.core = opening.core();
        this.checkpointer = opening.checkpointer();
        this.lock = opening.lock();
        this.queuedPermits = new Semaphore(limits.queue().recordsMax());
        this.queue = new RecordQueue(state, nanoTime);
        this.checkpoints = new CheckpointThread(checkpointer, this::fail);
        this.writerThread = Thread.ofPlatform().daemon().name("audit-writer").unstarted(this::write);
        this.checkpointThread =
                Thread.ofPlatform().daemon().name("audit-checkpoint").unstarted(checkpoints);
        this.watchThread = Thread.ofPlatform().daemon().name("audit-watch").unstarted(this::watch);
    }

    /**
     * Opens the log under {@link AuditSettings#directory()}, or makes one with its keys if there is none. Recovers from
     * a crash, records that the log was opened, and returns after a checkpoint over that.
     *
     * @throws AuditRefusesToStart if acknowledged records are damaged (1), the key or the log is another one (3), or a
     *     file cannot be used or another writer has the log (4)
     */
    public static AuditLog open(AuditSettings settings, InstantSource clock) {
        return open(settings, clock, storage -> storage);
    }

    /**
     * Opens the log with something between it and its files: the seam for tests of failing disks.
     *
     * @param around gets the real files and returns what the log uses instead
     * @throws AuditRefusesToStart as {@link #open(AuditSettings, InstantSource)}
     */
    public static AuditLog open(AuditSettings settings, InstantSource clock, UnaryOperator<AuditStorage> around) {
        LogAddress address = AuditKeys.init(settings, clock);
        Opening opening = Opening.of(
                settings,
                address,
                around.apply(new FileStorage(address.directory())),
                (storage, identity) -> AuditKeys.load(settings, storage, identity),
                clock,
                System::nanoTime,
                new SecureRandom().nextInt());
        return start(opening);
    }

    static AuditLog start(Opening opening) {
        AuditLog log = new AuditLog(opening);
        log.core.signWith(log.checkpoints);
        log.queue.writer(log.writerThread);
        log.writerThread.start();
        log.checkpointThread.start();
        log.watchThread.start();
        return log;
    }

    /** From now on tells this observer, too. */
    public synchronized void observe(AuditObserver observer) {
        List<AuditObserver> all = new ArrayList<>(observers);
        all.add(observer);
        observers = List.copyOf(all);
    }

    /** Where the log is and how to verify it. */
    public LogAddress address() {
        return address;
    }

    /**
     * Records the intent of a call and returns once it is durable. Nothing may go upstream before.
     *
     * @throws AuditUnavailable if it is not durable: the call must be refused
     */
    public AuditTicket open(CallOpened call) {
        state.requireOpen();
        long openedNanos = nanoTime.getAsLong();
        Pending intent = Pending.intent(fitting(encoding.intent(call, micros())), call);
        handOver(intent);
        return new AuditTicket(this, call, intent.seq(), openedNanos);
    }

    /**
     * Records a refusal and returns once it is durable. Of unverified callers only the first {@link
     * AuditLimits.Flood#recordsMax} per address, reason and window are written; the others are counted and written as
     * one record per window.
     *
     * @throws AuditUnavailable if it is not durable: answer with that instead of the refusal
     */
    public void refused(CallRefused refusal) {
        state.requireOpen();
        long micros = micros();
        String ip = refusal.source().ip();
        if (refusal.authenticated() || flood.admits(ip, refusal.reason(), nanoTime.getAsLong(), micros)) {
            handOver(Pending.awaited(fitting(encoding.refused(refusal, micros))));
        }
    }

    /**
     * Records an event and returns once it is durable.
     *
     * @throws AuditUnavailable if it is not durable: what it reports must not happen
     */
    public void append(AuditEvent event) {
        state.requireOpen();
        handOver(Pending.awaited(fitting(encoding.event(event, micros()))));
        observers.forEach(observer -> observer.happened(event));
    }

    /**
     * Queues an event that guards nothing, such as {@code tools.list}. Never drops one: a full queue holds the caller
     * back for {@link AuditLimits#queue}, then refuses. A crash can lose what is queued.
     *
     * @throws AuditUnavailable if the event is not taken: the request must be refused
     */
    public void appendAsync(AuditEvent event) {
        state.requireOpen();
        enqueue(fitting(encoding.event(event, micros())), -1);
        observers.forEach(observer -> observer.happened(event));
    }

    void finish(CallOpened call, long seq, CallOutcome outcome) {
        if (state.isFinal()) {
            throw state.unavailable();
        }
        JsonBytes record = fitting(encoding.outcome(call, seq, outcome, micros()));
        switch (call.durability()) {
            case STRICT -> handOver(Pending.outcome(record, seq));
            case INTENT -> enqueue(record, seq);
        }
    }

    void ended(CallOpened call, CallOutcome outcome) {
        observers.forEach(observer -> observer.ended(call, outcome));
    }

    /**
     * Ends a call that nobody gave an outcome. Waits for the disk in either durability: a full queue must not leave the
     * call open for as long as the process lives.
     */
    void abort(CallOpened call, long seq, long openedNanos) {
        if (state.isFinal()) {
            throw state.unavailable();
        }
        long micros = Math.max(0, (nanoTime.getAsLong() - openedNanos) / 1_000);
        CallOutcome aborted = CallOutcome.without(CallStatus.ABORTED, "", micros);
        handOver(Pending.outcome(fitting(encoding.outcome(call, seq, aborted, micros())), seq));
    }

    private void handOver(Pending record) {
        queue.put(record);
        if (!record.await()) {
            throw state.unavailable();
        }
    }

    private void enqueue(JsonBytes record, long parent) {
        if (!queuedPermits.tryAcquire() && !acquireInTime()) {
            throw new AuditUnavailable(
                    AuditUnavailable.Reason.QUEUE_FULL,
                    "The audit queue of " + limits.queue().recordsMax() + " records stayed full for "
                            + limits.queue().waitMax().toMillis() + " ms");
        }
        queue.put(Pending.queued(record, parent, queuedPermits::release));
    }

    private boolean acquireInTime() {
        try {
            return queuedPermits.tryAcquire(limits.queue().waitMax().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static JsonBytes fitting(JsonBytes record) {
        int bytes = SegmentWriter.lineBytesMax(record.length()) - 1;
        if (bytes > RecordLine.BYTES_MAX) {
            throw new AuditUnavailable(
                    AuditUnavailable.Reason.RECORD_TOO_LARGE,
                    "An audit record of " + bytes + " bytes is longer than " + RecordLine.BYTES_MAX);
        }
        return record;
    }

    private long micros() {
        return Rfc3339.micros(clock.instant());
    }

    /** The writer thread: one batch after the other until the log is closed or fails. */
    private void write() {
        List<Pending> records = List.of();
        try {
            boolean closing = false;
            while (!state.isFailed() && !(closing && records.isEmpty())) {
                core.step(records);
                queue.awaitRecord(core.idleNanos());
                queue.awaitUrgency(limits.batches().recordsMax(), UNAWAITED_NANOS);
                if (records.size() >= BUSY_BATCH_RECORDS) {
                    queue.linger(
                            limits.batches().recordsMax(),
                            limits.batches().lingerMax().toNanos());
                }
                // asked before the queue is emptied, so that nothing handed over before the closing is left in it
                closing = state.isClosing();
                records = queue.takeAll();
            }
            if (!state.isFailed()) {
                core.finish();
                state.closed();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        } finally {
            records.forEach(Pending::failed);
            queue.failAll();
        }
    }

    /**
     * The watch thread: touches no file, because a volume that hangs holds the writer and the checkpoint thread alike, and
     * somebody must free their callers.
     */
    private void watch() {
        long looked = nanoTime.getAsLong();
        long awakeSince = looked;
        while (!state.isFinal()) {
            LockSupport.parkNanos(this, WATCH_NANOS);
            long now = nanoTime.getAsLong();
            if (now - looked > PAUSE_NANOS) {
                awakeSince = now;
            }
            looked = now;
            if (core.isHanging(awakeSince)) {
                fail(new IOException("a write or sync takes longer than "
                        + limits.writeTimeout().toSeconds() + " s"));
            }
        }
    }

    private void fail(Throwable cause) {
        state.fail(cause);
        core.failInFlight();
        queue.failAll();
    }

    /** The state of the log at this moment. */
    public AuditHealth health() {
        Checkpointer.Published published = checkpointer.published();
        return new AuditHealth(
                state.healthState(),
                state.reason(),
                core.progress().nextSeq(),
                published.size(),
                Instant.EPOCH.plus(published.micros(), ChronoUnit.MICROS),
                queuedRecords());
    }

    /** Counts since the log was opened. */
    public AuditMetrics metrics() {
        Progress progress = core.progress();
        Checkpointer.Published published = checkpointer.published();
        return new AuditMetrics(
                progress.batches(),
                progress.records(),
                progress.bytes(),
                progress.syncNanosSum(),
                progress.syncNanosMax(),
                published.count(),
                Math.max(0, progress.nextSeq() - published.size()),
                flood.summarised(),
                queuedRecords());
    }

    private int queuedRecords() {
        return queue.depth() + core.inFlightRecords();
    }

    /**
     * Ends the log in an orderly way: takes no new calls, writes what was handed over, records calls without an outcome
     * as unresolved and the log as closed, signs a last checkpoint and gives up the lock. Does nothing the second time.
     *
     * @throws AuditUnavailable if the log failed before or meanwhile, so that the end is not recorded or not signed
     */
    @Override
    public void close() {
        if (!closeCalled.compareAndSet(false, true)) {
            return;
        }
        state.startClosing();
        queue.wakeWriter();
        boolean ended = joined(writerThread);
        LockSupport.unpark(watchThread);
        if (ended && !state.isFailed()) {
            checkpoints.last(core.head(), micros());
        }
        checkpoints.end();
        if (ended && joined(checkpointThread)) {
            endFiles();
        } else {
            fail(new IOException(
                    "ending the log takes longer than " + limits.writeTimeout().toSeconds() + " s"));
        }
        if (state.isFailed()) {
            throw state.unavailable();
        }
    }

    /** An interrupt waits until the files are closed: it would close their channels in the middle of a write. */
    private void endFiles() {
        boolean interrupted = Thread.interrupted();
        try (lock;
                core) {
            checkpointer.close();
        } catch (IOException e) {
            fail(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A thread that hangs in the disk is left behind with its lock; the process is about to end. */
    private boolean joined(Thread thread) {
        boolean interrupted = false;
        long deadline = nanoTime.getAsLong() + limits.writeTimeout().toNanos();
        while (thread.isAlive() && nanoTime.getAsLong() - deadline < 0) {
            try {
                thread.join(limits.writeTimeout());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
