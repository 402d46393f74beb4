package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.ContentChanged;
import dev.mcpgateway.audit.AuditEvent.ContentChanged.Fate;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals what is handed in and writes it on threads of its own: the file first, then the record that proves it. What cannot be
 * written is told in the log.
 */
final class ContentWriter implements AutoCloseable {
    /** Contents that wait. Their bytes are bounded by who hands them in. */
    private static final int QUEUE_MAX = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ContentWriter.class);
    /** One mostly waits for the disk, which syncs for several at once. */
    private static final int THREADS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(1);
    private static final long LOOK_MILLIS = 100;
    private static final String CLOSING = "closing";

    /** After a failure it is taken to go on failing for so long; then one call may find out. */
    private static final long REST_NANOS = Duration.ofSeconds(5).toNanos();

    private final BlockingQueue<Keeping> queue = new ArrayBlockingQueue<>(QUEUE_MAX);

    /** What is neither kept nor lost yet. */
    private final Set<Keeping> pending = ConcurrentHashMap.newKeySet();

    private final ReentrantLock calls = new ReentrantLock();
    private final Condition noneIsOpen = calls.newCondition();
    private int open;

    private final AuditLog audit;
    private final LongSupplier nanoClock;
    private final Consumer<Keeping> ended;
    private final Duration patience;
    private final AtomicLong kept = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final List<Thread> threads;
    private volatile boolean isClosed;
    private volatile boolean hasFailed;
    private volatile long failedNanos;

    /** Starts the threads; {@code ended} is told of each that is written or lost, to free its memory. */
    ContentWriter(AuditLog audit, LongSupplier nanoClock, Consumer<Keeping> ended) {
        this(audit, nanoClock, ended, PATIENCE, THREADS);
    }

    ContentWriter(AuditLog audit, LongSupplier nanoClock, Consumer<Keeping> ended, Duration patience, int threads) {
        this.audit = audit;
        this.nanoClock = nanoClock;
        this.ended = ended;
        this.patience = patience;
        this.threads = IntStream.range(0, threads)
                .mapToObj(each -> Thread.ofPlatform()
                        .daemon()
                        .name("content-writer-" + each)
                        .start(this::run))
                .toList();
    }

    long kept() {
        return kept.get();
    }

    long lost() {
        return lost.get();
    }

    /** Whether nothing is known that would keep a content from being written. */
    boolean isWell() {
        return threads.stream().anyMatch(Thread::isAlive)
                && (!hasFailed || nanoClock.getAsLong() - failedNanos > REST_NANOS);
    }

    /** A call has begun that may hand in a content: the end waits for it. */
    void begun() {
        calls.lock();
        try {
            open++;
        } finally {
            calls.unlock();
        }
    }

    /** A call that had begun has handed in its content, or never will. */
    void over() {
        calls.lock();
        try {
            if (--open == 0) {
                noneIsOpen.signalAll();
            }
        } finally {
            calls.unlock();
        }
    }

    /** How many calls have begun and are not over after at most so long. */
    private int openAfter(Duration longest) throws InterruptedException {
        calls.lock();
        try {
            long left = longest.toNanos();
            while (open > 0 && left > 0) {
                left = noneIsOpen.awaitNanos(left);
            }
            return open;
        } finally {
            calls.unlock();
        }
    }

    /** Hands in a content; what finds no room is lost at once. */
    void write(Keeping keeping) {
        pending.add(keeping);
        if (isClosed || !queue.offer(keeping)) {
            lost(keeping, isClosed ? CLOSING : "queue_full", 0);
        } else if (isClosed && queue.remove(keeping)) {
            // the threads may have looked for the last time
            lost(keeping, CLOSING, 0);
        }
    }

    /** Whether all that was handed in for a tenant is kept or lost, after at most so long. */
    boolean isWrittenWithin(String tenant, Duration longest) throws InterruptedException {
        long since = nanoClock.getAsLong();
        for (Keeping each : pending) {
            if (each.tenant().name().equals(tenant)
                    && !each.hasEndedWithin(longest.toNanos() - (nanoClock.getAsLong() - since))) {
                return false;
            }
        }
        return true;
    }

    private void run() {
        while (!isClosed || !queue.isEmpty()) {
            try {
                Keeping next = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    keep(next);
                }
            } catch (InterruptedException closing) {
                return;
            }
        }
    }

    private void keep(Keeping keeping) {
        Content content = keeping.content();
        KeptTenant tenant = keeping.tenant();
        ContentFolder folder = tenant.files().folder();
        LocalDate date = content.at().atZone(ZoneOffset.UTC).toLocalDate();
        ContentDay day = folder.day(date);
        try {
            byte[] sealed = tenant.key().seal(content.toBytes());
            folder.make(date);
            day.write(content.call(), sealed);
            record(tenant, content, day, sealed);
            day.proved(content.call());
            hasFailed = false;
            kept.incrementAndGet();
            ended(keeping, sealed.length, true);
        } catch (IOException | RuntimeException | OutOfMemoryError failure) {
            failedNanos = nanoClock.getAsLong();
            hasFailed = true;
            LOG.error("a content is not kept: {}", failure.toString());
            // a file that no record proves is none
            lost(keeping, reason(failure), day.discard(content.call()));
        }
    }

    private static String reason(Throwable failure) {
        return switch (failure) {
            case AuditUnavailable _ -> "audit";
            case OutOfMemoryError _ -> "no_memory";
            default -> "disk";
        };
    }

    private void record(KeptTenant tenant, Content content, ContentDay day, byte[] sealed) {
        audit.append(new ContentChanged(
                Fate.KEPT,
                whose(tenant.name()),
                Source.NONE,
                content.call(),
                day.where(content.call()),
                sha256(sealed),
                tenant.key().id(),
                sealed.length,
                0,
                content.isCut(),
                ""));
    }

    /** What could not be deleted again takes its place on disk. */
    private void lost(Keeping keeping, String reason, long left) {
        lost(keeping.tenant().name(), keeping.content().call(), reason);
        ended(keeping, left, false);
    }

    private void ended(Keeping keeping, long bytes, boolean isKept) {
        keeping.tenant().give(keeping.disk() - bytes);
        ended.accept(keeping);
        pending.remove(keeping);
        keeping.ended(isKept);
    }

    /** Tells that the content of a call is not kept. */
    void lost(String tenant, String call, String reason) {
        lost.incrementAndGet();
        try {
            audit.appendAsync(
                    new ContentChanged(Fate.LOST, whose(tenant), Source.NONE, call, "", "", "", 0, 0, false, reason));
        } catch (AuditUnavailable failure) {
            LOG.error("a content is not kept, nor is that in the audit log: {}", failure.getMessage());
        }
    }

    static Actor whose(String tenant) {
        return new Actor("", "", "", List.of(), "", tenant);
    }

    /** The digest that the log holds of a file. */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }

    /**
     * Waits for the calls that are not over, which somebody else breaks off, and writes what they hand in and what waits, for a
     * limited time; what then still waits is lost, and told to be.
     */
    @Override
    public void close() {
        try {
            long since = nanoClock.getAsLong();
            int left = openAfter(patience);
            if (left > 0) {
                LOG.error("{} calls do not end: their contents are not kept", left);
            }
            isClosed = true;
            if (!haveEndedWithin(patience.minusNanos(nanoClock.getAsLong() - since))) {
                if (!pending.isEmpty()) {
                    LOG.error("{} contents are not kept: the disk is too slow to stop for", pending.size());
                }
                threads.forEach(Thread::interrupt);
                var _ = haveEndedWithin(LAST_PATIENCE);
            }
        } catch (InterruptedException ended) {
            isClosed = true;
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        for (Keeping left = queue.poll(); left != null; left = queue.poll()) {
            lost(left, CLOSING, 0);
        }
    }

    private boolean haveEndedWithin(Duration longest) throws InterruptedException {
        long since = nanoClock.getAsLong();
        for (Thread each : threads) {
            if (!each.join(longest.minusNanos(nanoClock.getAsLong() - since))) {
                return false;
            }
        }
        return true;
    }
}
