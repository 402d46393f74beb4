package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Everything between a directory and a log that takes records: lock, keys, recovery, the log's own first records, and a
 * checkpoint over them. Nobody else can record anything before that checkpoint is published.
 */
final class Opening {
    private final AuditSettings settings;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final LogAddress address;
    private final LogState state = new LogState();
    private final FloodGate flood;
    private final EventEncoding encoding;
    private final AuditStorage.Lock lock;
    private final Checkpointer checkpointer;
    private final LogCore core;

    private Opening(
            AuditSettings settings,
            LogAddress address,
            AuditStorage storage,
            AuditKeys keys,
            LogIdentity identity,
            AuditStorage.Lock lock,
            InstantSource clock,
            LongSupplier nanoTime,
            int drawnBits,
            List<Closeable> opened)
            throws IOException {
        this.settings = settings;
        this.address = address;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.lock = lock;
        this.flood = new FloodGate(settings.limits());
        this.encoding = new EventEncoding(new RecordIds(drawnBits), keys.pseudonyms());
        RecoveredLog log = new Recovery(storage, identity, keys.signer().key()).run();
        this.checkpointer = new Checkpointer(storage, keys.signer(), log);
        opened.add(checkpointer);
        LogCore.Parts parts =
                new LogCore.Parts(settings.limits(), storage, lock, encoding, flood, state, clock, nanoTime);
        this.core = new LogCore(parts, log, checkpointer);
        opened.add(core);
        core.start(
                log,
                settings,
                identity,
                keys.signer().key().vkey(),
                keys.pseudonyms().keyId());
    }

    /**
     * Opens the log in a storage.
     *
     * @param drawnBits random bits that tell record ids of this process from those of others
     * @throws AuditRefusesToStart if the log must not be written to
     */
    static Opening of(
            AuditSettings settings,
            LogAddress address,
            AuditStorage storage,
            KeySource keySource,
            InstantSource clock,
            LongSupplier nanoTime,
            int drawnBits) {
        List<Closeable> opened = new ArrayList<>();
        try {
            AuditStorage.Lock lock = lock(storage, address);
            opened.add(lock);
            LogIdentity identity = identity(settings, storage);
            AuditKeys keys = keySource.keys(storage, identity);
            return new Opening(settings, address, storage, keys, identity, lock, clock, nanoTime, drawnBits, opened);
        } catch (IOException e) {
            closeAll(opened);
            throw AuditKeys.refusal(e, address.directory());
        } catch (RuntimeException | Error e) {
            closeAll(opened);
            throw e;
        }
    }

    /** Where the keys of a log come from. */
    interface KeySource {
        AuditKeys keys(AuditStorage storage, LogIdentity identity) throws IOException;
    }

    private static AuditStorage.Lock lock(AuditStorage storage, LogAddress address) throws IOException {
        if (!storage.exists(LogFiles.LOCK)) {
            throw new AuditRefusesToStart(
                    AuditRefusesToStart.UNREADABLE,
                    "The audit log " + address.directory()
                            + " has no file LOCK, which every log keeps for ever: somebody"
                            + " removed it, and another writer may be at work. Make sure that none is, then create an"
                            + " empty file of that name.");
        }
        try {
            return storage.lock(LogFiles.LOCK);
        } catch (AuditStorage.LockTaken e) {
            throw new AuditRefusesToStart(
                    AuditRefusesToStart.UNREADABLE,
                    "The audit log " + address.directory() + " is in use by " + e.getMessage()
                            + ". End that process, or give this one its own audit.dir and audit.origin.");
        }
    }

    private static LogIdentity identity(AuditSettings settings, AuditStorage storage) throws IOException {
        LogIdentity identity = LogIdentity.read(storage);
        if (!identity.origin().equals(settings.origin() + "/" + identity.logId())) {
            throw new AuditRefusesToStart(
                    AuditRefusesToStart.FOREIGN,
                    "log.json names the origin " + TerminalText.safe(identity.origin()) + ", but audit.origin is "
                            + settings.origin()
                            + ". Set audit.origin back, or start a new log in another audit.dir.");
        }
        return identity;
    }

    /** Gives up what was opened, newest first. */
    private static void closeAll(List<Closeable> opened) {
        for (Closeable part : opened.reversed()) {
            try {
                part.close();
            } catch (IOException _) {
                // the reason for giving up is already on its way to the caller
            }
        }
    }

    AuditSettings settings() {
        return settings;
    }

    InstantSource clock() {
        return clock;
    }

    LongSupplier nanoTime() {
        return nanoTime;
    }

    LogAddress address() {
        return address;
    }

    LogState state() {
        return state;
    }

    FloodGate flood() {
        return flood;
    }

    EventEncoding encoding() {
        return encoding;
    }

    AuditStorage.Lock lock() {
        return lock;
    }

    Checkpointer checkpointer() {
        return checkpointer;
    }

    LogCore core() {
        return core;
    }
}
