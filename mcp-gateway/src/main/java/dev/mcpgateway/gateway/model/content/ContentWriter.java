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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals what is handed in and writes it, one after the other on a thread of its own: the file first, then the record that
 * proves it. What cannot be written is told in the log.
 */
final class ContentWriter implements AutoCloseable {
    /** Contents that wait. Their bytes are bounded by who hands them in. */
    private static final int QUEUE_MAX = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ContentWriter.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_MILLIS = 100;

    /** After a failure it is taken to go on failing for so long; then one call may find out. */
    private static final long REST_NANOS = Duration.ofSeconds(5).toNanos();

    private final BlockingQueue<Keeping> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final AuditLog audit;
    private final LongSupplier nanoClock;
    private final Consumer<Keeping> ended;
    private final AtomicLong kept = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile boolean hasFailed;
    private volatile long failedNanos;

    /** Starts the thread; {@code ended} is told of each that is written or lost, to free its memory. */
    ContentWriter(AuditLog audit, LongSupplier nanoClock, Consumer<Keeping> ended) {
        this.audit = audit;
        this.nanoClock = nanoClock;
        this.ended = ended;
        this.thread = Thread.ofPlatform().daemon().name("content-writer").start(this::run);
    }

    long kept() {
        return kept.get();
    }

    long lost() {
        return lost.get();
    }

    /** Whether nothing is known that would keep a content from being written. */
    boolean isWell() {
        return !hasFailed || nanoClock.getAsLong() - failedNanos > REST_NANOS;
    }

    /** Hands in a content; what finds no room is lost at once. */
    void write(Keeping keeping) {
        if (isClosed || !queue.offer(keeping)) {
            lost(keeping, "queue_full");
        }
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
        try {
            Content content = keeping.content();
            KeptTenant tenant = keeping.tenant();
            byte[] sealed = tenant.key().seal(content.toBytes());
            LocalDate day = content.at().atZone(ZoneOffset.UTC).toLocalDate();
            tenant.folder().write(day, content.call(), sealed);
            record(tenant, content, day, sealed);
            tenant.give(keeping.disk() - sealed.length);
            hasFailed = false;
            kept.incrementAndGet();
            ended.accept(keeping);
            keeping.ended(true);
        } catch (IOException | RuntimeException failure) {
            failedNanos = nanoClock.getAsLong();
            hasFailed = true;
            LOG.error("a content is not kept: {}", failure.toString());
            lost(keeping, failure instanceof AuditUnavailable ? "audit" : "disk");
        }
    }

    /** A file that no record proves is none: it is deleted again. */
    private void record(KeptTenant tenant, Content content, LocalDate day, byte[] sealed) throws IOException {
        try {
            audit.append(new ContentChanged(
                    Fate.KEPT,
                    whose(tenant.name()),
                    Source.NONE,
                    content.call(),
                    tenant.folder().where(day, content.call()),
                    sha256(sealed),
                    tenant.key().id(),
                    sealed.length,
                    0,
                    content.isCut(),
                    ""));
        } catch (AuditUnavailable unproved) {
            var _ = tenant.folder().delete(day, content.call());
            throw unproved;
        }
    }

    private void lost(Keeping keeping, String reason) {
        keeping.tenant().give(keeping.disk());
        ended.accept(keeping);
        lost(keeping.tenant().name(), keeping.content().call(), reason);
        keeping.ended(false);
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

    /** Writes what waits, for a limited time. */
    @Override
    public void close() {
        isClosed = true;
        try {
            if (!thread.join(PATIENCE)) {
                LOG.error("{} contents are not kept: the disk is too slow to stop for", queue.size());
                thread.interrupt();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
