package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What one writer does with the records it is handed: forms batches, adds the log's own records when they are due, asks
 * for checkpoints and completes each record after its sync. Used by one thread at a time; knows no threads itself.
 */
final class LogCore implements Closeable {
    /** How often the lock is looked at; a start without a lock file is refused besides. */
    private static final long LOCK_CHECK_NANOS = 100_000_000;

    private static final long NOT_WRITING = Long.MIN_VALUE;

    private final AuditLimits limits;
    private final AuditStorage.Lock lock;
    private final SegmentWriter writer;
    private final EventEncoding encoding;
    private final LogRecords records;
    private final FloodGate flood;
    private final DiskGuard disk;
    private final ClockWatch clockWatch;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Map<Long, OpenCall> open = new LinkedHashMap<>();
    private CheckpointSink sink;
    private long lockNanos;
    private long heartbeatNanos;
    private long segmentNanos;
    private long checkpointNanos;
    private long takenNanos;
    private long checkpointSize;
    private volatile Progress progress = Progress.NONE;
    private volatile List<Pending> inFlight = List.of();
    private volatile long writingSince = NOT_WRITING;

    LogCore(Parts parts, RecoveredLog log, CheckpointSink sink) throws IOException {
        this.limits = parts.limits();
        this.lock = parts.lock();
        this.encoding = parts.encoding();
        this.records = new LogRecords(encoding);
        this.flood = parts.flood();
        this.disk = new DiskGuard(parts.storage(), limits, parts.state());
        this.clockWatch = new ClockWatch(limits.clockJump());
        this.clock = parts.clock();
        this.nanoTime = parts.nanoTime();
        this.sink = sink;
        this.writer = new SegmentWriter(parts.storage(), log);
        this.checkpointSize = log.checkpoint().size();
        long now = nanoTime.getAsLong();
        this.lockNanos = now;
        this.heartbeatNanos = now;
        this.segmentNanos = now;
        this.checkpointNanos = now;
        this.takenNanos = now;
    }

    /**
     * What a core works with.
     *
     * @param limits the limits of the log
     * @param storage its files
     * @param lock the lock that this process holds on it
     * @param encoding makes records
     * @param flood counts refusals of unverified callers
     * @param state told about the volume
     * @param clock wall clock
     * @param nanoTime monotonic clock, nanoseconds
     */
    record Parts(
            AuditLimits limits,
            AuditStorage storage,
            AuditStorage.Lock lock,
            EventEncoding encoding,
            FloodGate flood,
            LogState state,
            InstantSource clock,
            LongSupplier nanoTime) {}

    /** Says what recovery did, ends the calls that a crash left open, then takes the log over. */
    void start(RecoveredLog log, AuditSettings settings, LogIdentity identity, String vkey, String subjectKeyId)
            throws IOException {
        log.open().forEach(call -> open.put(call.seq(), call));
        if (log.torn().isPresent() && writer.nextSeq() > 0) {
            // alone, and in the segment of the torn batch: only this record may follow a short batch
            write(List.of(Pending.internal(records.recovered(log.torn().get(), oldestOpen(), micros()))));
        }
        step(unresolved());
        JsonBytes opened = records.opened(identity, settings, List.of(vkey), subjectKeyId, writer.nextSeq(), micros());
        step(List.of(Pending.internal(opened)));
        for (FinishedSegment segment : log.unsealed()) {
            sink.seal(segment, micros());
        }
        checkpoint(nanoTime.getAsLong());
    }

    /** From now on another sink signs. */
    void signWith(CheckpointSink other) {
        sink = other;
    }

    /** Writes what was handed over and what is due; may be called with nothing to let time pass. */
    void step(List<Pending> handed) throws IOException {
        inFlight = handed;
        List<Pending> batch = due();
        int bytes = bytes(batch);
        for (Pending record : handed) {
            int more = SegmentWriter.lineBytesMax(record.middle().length());
            if (!batch.isEmpty()
                    && (batch.size() >= limits.batches().recordsMax()
                            || bytes + more > limits.batches().bytesMax())) {
                append(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(record);
            bytes += more;
        }
        if (!batch.isEmpty()) {
            append(batch);
        }
        inFlight = List.of();
        checkpointIfDue();
    }

    private List<Pending> due() {
        long nanos = nanoTime.getAsLong();
        long micros = micros();
        List<Pending> due = new ArrayList<>();
        long jump = clockWatch.jumpMillis(micros, nanos);
        if (jump != 0) {
            due.add(Pending.internal(records.clock(jump, micros)));
        }
        if (nanos - heartbeatNanos >= limits.heartbeatInterval().toNanos()) {
            heartbeatNanos = nanos;
            due.add(Pending.internal(records.heartbeat(open.size(), oldestOpen(), micros)));
        }
        flood.due(nanos).forEach(summary -> due.add(Pending.internal(encoding.refusalSummary(summary, micros))));
        return due;
    }

    /** Writes a batch, in a new segment if it does not fit into this one. */
    private void append(List<Pending> batch) throws IOException {
        long nanos = nanoTime.getAsLong();
        if (mustRotate(bytes(batch), nanos)) {
            List<Pending> first = new ArrayList<>(batch);
            first.addFirst(rotate(nanos));
            write(first);
        } else {
            write(batch);
        }
    }

    private void write(List<Pending> batch) throws IOException {
        long nanos = nanoTime.getAsLong();
        writingSince = nanos;
        requireLock(nanos);
        disk.check(nanos, bytes(batch));
        long position = writer.position();
        writer.append(batch, micros());
        progress = progress.plus(
                writer.nextSeq(), batch.size(), writer.position() - position, nanoTime.getAsLong() - nanos);
        writingSince = NOT_WRITING;
        batch.forEach(this::complete);
    }

    private void requireLock(long nanos) throws IOException {
        if (nanos - lockNanos >= LOCK_CHECK_NANOS) {
            lockNanos = nanos;
            if (!lock.isHeld()) {
                throw new IOException("the file LOCK was removed or replaced, so another writer may be at work; end"
                        + " it, then restart");
            }
        }
    }

    private boolean mustRotate(int bytes, long nanos) {
        boolean isFull = writer.position() + bytes > limits.segments().bytesMax();
        boolean isOld = nanos - segmentNanos >= limits.segments().ageMax().toNanos();
        return writer.position() > 0 && (isFull || isOld);
    }

    private Pending rotate(long nanos) throws IOException {
        writingSince = nanos;
        FinishedSegment segment = writer.rotate();
        sink.seal(segment, micros());
        segmentNanos = nanos;
        return Pending.internal(records.sealed(segment, oldestOpen(), micros()));
    }

    private void complete(Pending record) {
        record.opens().ifPresent(call -> open.put(call.seq(), call));
        open.remove(record.closes());
        record.durable();
    }

    private void checkpointIfDue() throws IOException {
        long unsigned = writer.nextSeq() - checkpointSize;
        long nanos = nanoTime.getAsLong();
        boolean isDue =
                nanos - checkpointNanos >= limits.checkpoints().interval().toNanos()
                        || unsigned >= limits.checkpoints().recordsMax();
        if (unsigned > 0 && isDue) {
            checkpoint(nanos);
        }
    }

    private void checkpoint(long nanos) throws IOException {
        writingSince = nanos;
        writer.writeLeaves();
        writingSince = NOT_WRITING;
        boolean isTaken = sink.checkpoint(writer.head(), micros());
        if (isTaken) {
            checkpointSize = writer.nextSeq();
            takenNanos = nanos;
        } else if (nanos - checkpointNanos
                > limits.checkpoints().interval().plus(limits.writeTimeout()).toNanos()) {
            takenNanos = nanos; // nobody asked for that long: the process was paused, and the thread that signs, too
        } else if (nanos - takenNanos > limits.writeTimeout().toNanos()) {
            throw new IOException("signing or publishing a checkpoint takes longer than "
                    + limits.writeTimeout().toSeconds() + " s");
        }
        checkpointNanos = nanos;
    }

    /** How long the writer may sleep when nothing is handed over. */
    long idleNanos() {
        long interval = limits.checkpoints().interval().toNanos();
        long elapsed = nanoTime.getAsLong() - checkpointNanos;
        return writer.nextSeq() > checkpointSize ? Math.clamp(interval - elapsed, 1, interval) : interval;
    }

    /** Ends the calls that are still open and says that the log is closed. */
    void finish() throws IOException {
        List<Pending> last = new ArrayList<>();
        flood.all().forEach(summary -> last.add(Pending.internal(encoding.refusalSummary(summary, micros()))));
        last.addAll(unresolved());
        last.add(Pending.internal(records.closed(micros())));
        step(last);
    }

    private List<Pending> unresolved() {
        return open.values().stream()
                .map(call -> Pending.queued(encoding.unresolved(call, micros()), call.seq(), () -> {}))
                .toList();
    }

    /** Every call that began before this number has ended. */
    private long oldestOpen() {
        return open.isEmpty() ? writer.nextSeq() : open.keySet().iterator().next();
    }

    private static int bytes(List<Pending> batch) {
        return batch.stream()
                .mapToInt(record -> SegmentWriter.lineBytesMax(record.middle().length()))
                .sum();
    }

    private long micros() {
        return Rfc3339.micros(clock.instant());
    }

    TreeHead head() {
        return writer.head();
    }

    Progress progress() {
        return progress;
    }

    /** Records handed to the writer and not yet durable. */
    int inFlightRecords() {
        return inFlight.size();
    }

    /** Completes what the writer holds as failed; safe from any thread. */
    void failInFlight() {
        inFlight.forEach(Pending::failed);
    }

    /**
     * Whether a write has taken longer than the limit; safe from any thread.
     *
     * @param awakeSince when the process was paused for the last time, monotonic nanoseconds: nothing took its time before
     */
    boolean isHanging(long awakeSince) {
        long since = writingSince;
        long nanos = nanoTime.getAsLong();
        return since != NOT_WRITING
                && Math.min(nanos - since, nanos - awakeSince)
                        > limits.writeTimeout().toNanos();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
