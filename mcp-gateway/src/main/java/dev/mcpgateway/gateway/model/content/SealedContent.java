package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.audit.AuditEvent.ContentChanged;
import dev.mcpgateway.audit.AuditEvent.ContentChanged.Fate;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.gateway.config.ContentSettings;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.model.ContentKeeper;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.policy.Permit;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
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

    private final ContentSettings settings;
    private final Map<String, KeptTenant> tenants = new LinkedHashMap<>();
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
     * Reads the keys and counts what is there.
     *
     * @throws IOException if a key or the folder cannot be used
     */
    public SealedContent(ContentSettings settings, AuditLog audit, InstantSource clock, LongSupplier nanoClock)
            throws IOException {
        this.settings = settings;
        this.audit = audit;
        this.clock = clock;
        this.memory = new Memory(settings.memoryBytes());
        for (Map.Entry<String, ContentSettings.Tenant> each : settings.tenants().entrySet()) {
            KeptTenant tenant = new KeptTenant(each.getKey(), each.getValue(), settings.folder());
            tenants.put(each.getKey(), tenant);
            LOG.atWarn()
                    .addKeyValue("tenant", tenant.name())
                    .addKeyValue("key", tenant.key().id())
                    .log("requests to models and their answers are kept, sealed");
        }
        this.writer = new ContentWriter(audit, nanoClock, ended -> memory.give(ended.memory()));
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
        return new CallContent(this, tenant, ask, alias, disk, requestBytes);
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
        tenants.forEach((name, tenant) -> bytes.put(name, tenant.taken()));
        return bytes;
    }

    /** Deletes what has been kept for longer than its tenant allows; what cannot be recorded stays for now. */
    public synchronized void expire() {
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        for (KeptTenant tenant : tenants.values()) {
            try {
                for (LocalDate day : tenant.folder().days()) {
                    if (day.plusDays(tenant.settings().keepDays()).isBefore(today)) {
                        expire(tenant, day);
                    }
                }
            } catch (IOException | AuditUnavailable failure) {
                LOG.error("content of tenant {} is over its time and still there", tenant.name(), failure);
            }
        }
    }

    /** The record comes first: there may be one of what is still there, and none is missing of what is not. */
    private void expire(KeptTenant tenant, LocalDate day) throws IOException {
        ContentFolder.Size size = tenant.folder().size(day);
        if (size.files() > 0) {
            audit.append(new ContentChanged(
                    Fate.EXPIRED,
                    ContentWriter.whose(tenant.name()),
                    Source.NONE,
                    "",
                    tenant.folder().whereDay(day),
                    "",
                    "",
                    size.bytes(),
                    size.files(),
                    false,
                    ""));
            tenant.give(tenant.folder().delete(day, "").bytes());
        }
        tenant.folder().drop(day);
    }

    /**
     * Deletes content of a tenant, also of one that is configured no more. Who calls has recorded it.
     *
     * @param before content of this day and later stays
     * @param call one call alone; empty for all
     * @throws IOException if something that should be is not deleted
     */
    public synchronized Erased erase(String tenant, LocalDate before, String call) throws IOException {
        KeptTenant known = tenants.get(tenant);
        ContentFolder folder = known == null ? new ContentFolder(settings.folder(), tenant) : known.folder();
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        ContentFolder.Size all = ContentFolder.Size.NOTHING;
        for (LocalDate day : folder.days()) {
            if (day.isBefore(before)) {
                ContentFolder.Size deleted = folder.delete(day, call);
                all = all.plus(deleted);
                if (known != null) {
                    known.give(deleted.bytes());
                }
                if (day.isBefore(today.minusDays(1))) {
                    folder.drop(day);
                }
            }
        }
        return new Erased(all.files(), all.bytes());
    }

    /** Writes what was handed in. */
    @Override
    public void close() {
        writer.close();
    }
}
