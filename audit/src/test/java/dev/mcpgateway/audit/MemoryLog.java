package dev.mcpgateway.audit;

import dev.mcpgateway.audit.testing.CrashingStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A log in memory that is driven step by step on the test's own thread, with clocks that the test moves: the same core,
 * writer, recovery and checkpoints as in production, without threads.
 */
final class MemoryLog {
    static final String ORIGIN = "audit.test/gw/20261121-00000001";

    private static final Path PLACE = Path.of("memory");

    final CrashingStorage storage;
    final NoteSigner signer;
    long nanos;
    Instant now = Instant.parse("2026-11-21T04:49:00Z");
    private final AuditSettings settings;
    private @Nullable Opening opening;

    private MemoryLog(CrashingStorage storage, NoteSigner signer, AuditLimits limits) {
        this.storage = storage;
        this.signer = signer;
        AuditSettings plain = AuditSettings.of(PLACE, "audit.test/gw", PLACE.resolve("unused"));
        this.settings = new AuditSettings(
                plain.directory(),
                plain.origin(),
                plain.signingKeyFile(),
                plain.subjectKeyFile(),
                "test-host",
                "test",
                limits);
    }

    /** The files of a log that was never opened. */
    static MemoryLog fresh(AuditLimits limits) {
        CrashingStorage storage = new CrashingStorage();
        NoteSigner signer = TestKeys.signer(ORIGIN);
        storage.overwrite(LogFiles.LOCK, new byte[0]);
        storage.overwrite(LogFiles.CHECKPOINTS, new byte[0]);
        storage.overwrite(LogFiles.VKEY, (signer.key().vkey() + "\n").getBytes(StandardCharsets.UTF_8));
        storage.overwrite(LogFiles.LOG_JSON, LogIdentity.encode("20261121-00000001", ORIGIN, 0));
        return new MemoryLog(storage, signer, limits);
    }

    /** The same log on other files. */
    MemoryLog on(CrashingStorage files) {
        MemoryLog log = new MemoryLog(files, signer, settings.limits());
        log.now = now;
        log.nanos = nanos;
        return log;
    }

    /** Limits for logs of a few records: a checkpoint whenever time passes. */
    static AuditLimits limits(long segmentBytesMax) {
        AuditLimits limits = AuditLimits.DEFAULTS;
        return new AuditLimits(
                new AuditLimits.Segments(segmentBytesMax, limits.segments().ageMax()),
                new AuditLimits.Batches(
                        limits.batches().bytesMax(), limits.batches().recordsMax(), Duration.ZERO),
                limits.checkpoints(),
                new AuditLimits.Volume(0, 0),
                limits.queue(),
                limits.flood(),
                limits.heartbeatInterval(),
                limits.writeTimeout(),
                limits.clockJump());
    }

    /** Opens the log: recovery, the log's own records, a checkpoint. */
    MemoryLog open() {
        opening = Opening.of(
                settings,
                new LogAddress(PLACE, ORIGIN, signer.key().vkey()),
                storage,
                (_, _) -> new AuditKeys(signer, new Pseudonyms(new byte[Pseudonyms.KEY_BYTES])),
                () -> now,
                () -> nanos,
                7);
        return this;
    }

    private Opening opening() {
        return Objects.requireNonNull(opening, "open the log first");
    }

    LogCore core() {
        return opening().core();
    }

    EventEncoding encoding() {
        return opening().encoding();
    }

    FloodGate flood() {
        return opening().flood();
    }

    /** Lets both clocks go on. */
    MemoryLog pass(Duration time) {
        nanos += time.toNanos();
        now = now.plus(time);
        return this;
    }

    Pending intent(String callId) {
        CallOpened call = Samples.call(callId);
        return Pending.intent(encoding().intent(call, Rfc3339.micros(now)), call);
    }

    Pending outcome(String callId, long parent) {
        return Pending.outcome(
                encoding().outcome(Samples.call(callId), parent, Samples.outcome(), Rfc3339.micros(now)), parent);
    }

    /** Writes these records as one batch. */
    MemoryLog write(Pending... records) throws IOException {
        core().step(List.of(records));
        return this;
    }

    /** Writes whole calls, intent and outcome each a batch of its own. */
    MemoryLog calls(String name, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Pending intent = intent(name + i);
            write(intent);
            write(outcome(name + i, intent.seq()));
            pass(Duration.ofMillis(300));
        }
        return this;
    }

    /** Closes it as {@link AuditLog#close} does. */
    MemoryLog close() throws IOException {
        core().finish();
        opening().checkpointer().checkpoint(core().head(), Rfc3339.micros(now));
        core().close();
        opening().checkpointer().close();
        opening().lock().close();
        return this;
    }

    VerifyReport verify() {
        return AuditVerifier.verify(storage, TestKeys.pinned(signer), false);
    }

    /** All lines of all segments, oldest first, without LF. */
    List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (long first : LogFiles.segments(storage)) {
            String text = new String(storage.content(LogFiles.records(first)), StandardCharsets.UTF_8);
            lines.addAll(text.lines().toList());
        }
        return lines;
    }

    List<String> events() throws IOException {
        return lines().stream()
                .map(line -> {
                    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
                    return RecordFields.read(bytes, 0, bytes.length).event();
                })
                .toList();
    }
}
