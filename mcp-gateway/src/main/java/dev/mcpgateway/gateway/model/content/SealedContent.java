package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.gateway.config.ContentSettings;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.model.ContentKeeper;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.policy.Permit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what was asked and answered, sealed for the tenant whose it is. A call only copies its bytes and hands them over;
 * one that must be kept also waits for the disk before it answers to its end.
 *
 * <p>Bounded by record, by tenant on disk and by memory for all. What finds no room is refused where it must be kept; else it
 * is told in the log ({@code content.lost}, or {@code cut}) and counted, and the call goes on.
 */
public final class SealedContent implements ContentKeeper, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SealedContent.class);
    private static final String LOCK = ".lock";

    private final ContentSettings settings;
    private final FileChannel lock;
    private final Map<String, KeptTenant> tenants = new LinkedHashMap<>();

    /** Also of tenants that are configured no more. */
    private final Map<String, TenantFiles> files = new LinkedHashMap<>();

    private final AuditLog audit;
    private final InstantSource clock;
    private final Memory memory;
    private final ContentWriter writer;

    /**
     * What was deleted.
     *
     * @param files how many files
     * @param bytes their length
     */
    public record Erased(long files, long bytes) {}

    /**
     * Reads the keys, ends what a crash left, and counts what is there.
     *
     * @throws IOException if a key or the folder cannot be used, or another gateway uses it
     */
    public SealedContent(
            ContentSettings settings, AuditLog audit, InstantSource clock, LongSupplier nanoClock, Proofs proofs)
            throws IOException {
        this.settings = settings;
        this.audit = audit;
        this.clock = clock;
        this.memory = new Memory(settings.memoryBytes());
        this.lock = lock(settings.folder());
        Map<String, List<String>> lost = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, ContentSettings.Tenant> each :
                    settings.tenants().entrySet()) {
                KeptTenant tenant = kept(each.getKey(), each.getValue());
                lost.put(tenant.name(), tenant.files().open(proofs));
            }
            for (String each : ContentFolder.tenants(settings.folder())) {
                if (!tenants.containsKey(each)) {
                    lost.put(each, openFormer(each, proofs));
                }
            }
        } catch (IOException | RuntimeException failure) {
            lock.close();
            throw failure;
        }
        this.writer = new ContentWriter(audit, nanoClock, ended -> memory.give(ended.memory()));
        lost.forEach((tenant, calls) -> calls.forEach(call -> writer.lost(tenant, call, "crash")));
    }

    /** What one gateway has not proved yet another one would delete. */
    private static FileChannel lock(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        FileChannel channel = FileChannel.open(
                folder.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException heldHere) {
            // by another gateway of this process
        }
        channel.close();
        throw new IOException(folder + " is used by another gateway: each needs a folder of its own");
    }

    private KeptTenant kept(String name, ContentSettings.Tenant bounds) throws IOException {
        KeptTenant tenant = new KeptTenant(name, bounds, new ContentFolder(settings.folder(), name));
        tenants.put(name, tenant);
        files.put(name, tenant.files());
        LOG.atWarn()
                .addKeyValue("tenant", tenant.name())
                .addKeyValue("key", tenant.key().id())
                .log("requests to models and their answers are kept, sealed");
        return tenant;
    }

    /** Of a tenant that is configured no more: nothing is added, and what is there expires. */
    private List<String> openFormer(String tenant, Proofs proofs) {
        try {
            ContentFolder folder = new ContentFolder(settings.folder(), tenant);
            if (folder.days().isEmpty()) {
                folder.drop();
                return List.of();
            }
            TenantFiles former =
                    new TenantFiles(tenant, folder, folder.keepDays().orElse(ContentSettings.KEEP_DAYS_MAX));
            files.put(tenant, former);
            List<String> lost = former.open(proofs);
            LOG.atWarn()
                    .addKeyValue("tenant", tenant)
                    .addKeyValue("bytes", former.taken())
                    .addKeyValue("keep_days", former.keepDays())
                    .log("content of a tenant that is not configured is there until it expires or is erased");
            return lost;
        } catch (IOException failure) {
            LOG.error("content of tenant {}, who is not configured, cannot be looked at", tenant, failure);
            return List.of();
        }
    }

    @Override
    public OnCall begin(ModelAsk ask, Permit permit) {
        KeptTenant tenant = tenants.get(ask.caller().tenant());
        String alias = permit.feature().own();
        if (tenant == null
                // the gateway's word for a tenant is no issuer's, of whom another may have one of this name
                || ask.caller().issuer().equals(OwnCaller.ISSUER)
                || !tenant.settings().issuers().contains(ask.caller().subject().issuer())
                || !(tenant.settings().aliases().isEmpty()
                        || tenant.settings().aliases().contains(alias))) {
            return OnCall.NOTHING;
        }
        ContentSettings.Tenant bounds = tenant.settings();
        int whole = ask.request().body().bytes().length;
        int requestBytes = Math.min(whole, bounds.recordBytes());
        long disk = TenantKey.sealedBytes(bounds.recordBytes() + 1024L);
        if (bounds.isRequired() && whole > requestBytes) {
            throw CallContent.refused("the request is longer than record_bytes");
        }
        if (bounds.isRequired() && !writer.isWell()) {
            throw CallContent.refused("contents cannot be written");
        }
        if (!tenant.take(disk)) {
            return without(tenant, ask, "no_room_on_disk");
        }
        if (!memory.take(requestBytes)) {
            tenant.give(disk);
            return without(tenant, ask, "no_memory");
        }
        CallContent begun = new CallContent(this, tenant, ask, alias, disk, requestBytes);
        writer.begun();
        return begun;
    }

    private OnCall without(KeptTenant tenant, ModelAsk ask, String reason) {
        if (tenant.settings().isRequired()) {
            throw CallContent.refused(reason);
        }
        return new Lost(writer, tenant.name(), ask.exchange().id(), reason);
    }

    /** A call whose content would be kept if there were room. */
    private record Lost(ContentWriter writer, String tenant, String call, String reason) implements OnCall {
        @Override
        public void recorded() {
            writer.lost(tenant, call, reason);
        }

        @Override
        public void whole(byte[] answer) {}

        @Override
        public void event(ModelEvent event) {}

        @Override
        public void complete() {}

        @Override
        public void close() {}
    }

    Memory memory() {
        return memory;
    }

    ContentWriter writer() {
        return writer;
    }

    Duration longestWait() {
        return settings.longestWait();
    }

    Instant now() {
        return clock.instant();
    }

    /** Contents that are on disk and in the log, since the start. */
    public long kept() {
        return writer.kept();
    }

    /** Contents that were to be kept and are not, since the start. */
    public long lost() {
        return writer.lost();
    }

    /** Bytes on disk, and set aside, by tenant. */
    public Map<String, Long> bytes() {
        Map<String, Long> bytes = new LinkedHashMap<>();
        files.forEach((name, each) -> bytes.put(name, each.taken()));
        return bytes;
    }

    /** Deletes what has been kept for longer than its tenant allows; what cannot be recorded stays for now. */
    public synchronized void expire() {
        LocalDate today = today();
        files.forEach((tenant, each) -> {
            try {
                each.expire(today, audit);
                if (!tenants.containsKey(tenant)) {
                    each.folder().drop();
                }
            } catch (IOException | AuditUnavailable failure) {
                LOG.error("content of tenant {} is over its time and still there", tenant, failure);
            }
        });
    }

    private LocalDate today() {
        return clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    }

    /**
     * Deletes content of a tenant, also of one that is configured no more: of all calls that are over. Who calls has recorded it.
     *
     * @param before content of this day and later stays
     * @param call one call alone; empty for all
     * @throws IOException if something that should be is not deleted, or something is still on its way to the disk
     */
    public Erased erase(String tenant, LocalDate before, String call) throws IOException {
        boolean isWritten = isWritten(tenant);
        FutureTask<ContentDay.Size> deletion = new FutureTask<>(() -> delete(tenant, before, call));
        // a virtual thread would hold its carrier, which calls need, until the last file is gone
        Thread.ofPlatform().daemon().name("content-erase").start(deletion);
        ContentDay.Size erased;
        try {
            erased = deletion.get();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("told to stop", stop);
        } catch (ExecutionException failure) {
            throw new IOException("of tenant " + tenant + " not all is deleted", failure.getCause());
        }
        if (!isWritten) {
            throw new IOException("contents of the tenant still wait for the disk");
        }
        return new Erased(erased.files(), erased.bytes());
    }

    private synchronized ContentDay.Size delete(String tenant, LocalDate before, String call) throws IOException {
        TenantFiles known = files.get(tenant);
        return (known == null ? new TenantFiles(tenant, new ContentFolder(settings.folder(), tenant), 1) : known)
                .erase(before, call, today());
    }

    /** What waits would be there again after its deletion. */
    private boolean isWritten(String tenant) throws IOException {
        try {
            return writer.isWrittenWithin(tenant, settings.longestWait());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("told to stop", stop);
        }
    }

    /** Waits for calls that are not over to hand in what they have, and writes it, for ten seconds together. */
    @Override
    public void close() throws IOException {
        writer.close();
        lock.close();
    }
}
