package dev.mcpgateway.audit.testing;

import dev.mcpgateway.audit.AuditLimits;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.audit.AuditSettings;
import dev.mcpgateway.audit.AuditVerifier;
import dev.mcpgateway.audit.VerifyOptions;
import dev.mcpgateway.audit.VerifyReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A real log in a temporary folder, on a disk that a test can break. */
public final class TestAuditLog implements AutoCloseable {
    private final AuditSettings settings;
    private final AuditLog log;
    private final FaultyStorage disk;
    private final Path vkeyFile;

    private TestAuditLog(AuditSettings settings, InstantSource clock) {
        List<FaultyStorage> disks = new ArrayList<>();
        this.settings = settings;
        this.log = AuditLog.open(settings, clock, real -> {
            disks.add(new FaultyStorage(real));
            return disks.getFirst();
        });
        this.disk = disks.getFirst();
        this.vkeyFile = settings.signingKeyFile().resolveSibling("pinned.vkey");
        write(vkeyFile, log.address().vkey() + "\n");
    }

    /** Opens the log in this folder, or makes one, with default limits. */
    public static TestAuditLog in(Path folder) {
        return new TestAuditLog(settings(folder), InstantSource.system());
    }

    /** Opens the log with these settings. */
    public static TestAuditLog with(AuditSettings settings, InstantSource clock) {
        return new TestAuditLog(settings, clock);
    }

    /** The settings that {@link #in} uses; the volume of the test machine may be nearly full. */
    public static AuditSettings settings(Path folder) {
        AuditSettings plain =
                AuditSettings.of(folder.resolve("audit"), "audit.test/gw", folder.resolve("keys/signing.pem"));
        AuditLimits limits = AuditLimits.DEFAULTS;
        return new AuditSettings(
                plain.directory(),
                plain.origin(),
                plain.signingKeyFile(),
                plain.subjectKeyFile(),
                "test-host",
                "test",
                new AuditLimits(
                        limits.segments(),
                        limits.batches(),
                        limits.checkpoints(),
                        new AuditLimits.Volume(0, 0),
                        limits.queue(),
                        limits.flood(),
                        limits.heartbeatInterval(),
                        limits.writeTimeout(),
                        limits.clockJump()));
    }

    /** The log. */
    public AuditLog log() {
        return log;
    }

    /** The disk under it. */
    public FaultyStorage disk() {
        return disk;
    }

    /** The directory that holds {@code log.json}. */
    public Path directory() {
        return log.address().directory();
    }

    /** The verifier key, kept outside the log. */
    public Path vkeyFile() {
        return vkeyFile;
    }

    /** The settings it was opened with. */
    public AuditSettings settings() {
        return settings;
    }

    /** All records that are in the files now, oldest first. */
    public List<AuditRecord> records() {
        List<AuditRecord> records = new ArrayList<>();
        try {
            new AuditReader(directory()).read(AuditQuery.ALL, records::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }

    /** The event names of all records, oldest first. */
    public List<String> events() {
        return records().stream().map(found -> found.text("ev")).toList();
    }

    /** Verifies the files against the pinned key. */
    public VerifyReport verify() {
        return AuditVerifier.verify(directory(), VerifyOptions.pinned(vkeyFile));
    }

    /** Closes the log. */
    @Override
    public void close() {
        log.close();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
