package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The keys of a log and the log's directory: made once, found again at every start. */
public final class AuditKeys {
    private static final int RANDOM_ID_BYTES = 4;
    private static final int DATE_CHARS = 10;

    private final NoteSigner signer;
    private final Pseudonyms pseudonyms;

    AuditKeys(NoteSigner signer, Pseudonyms pseudonyms) {
        this.signer = signer;
        this.pseudonyms = pseudonyms;
    }

    NoteSigner signer() {
        return signer;
    }

    Pseudonyms pseudonyms() {
        return pseudonyms;
    }

    /**
     * Makes what is missing: the signing key, the subject key, and a log directory with {@code log.json} and {@code
     * log.vkey}. Does nothing if there is a log already.
     *
     * @throws AuditRefusesToStart (4) if a file cannot be read or written, or the folder holds more than one log
     */
    public static LogAddress init(AuditSettings settings, InstantSource clock) {
        try {
            Optional<Path> existing = find(settings.directory());
            if (existing.isEmpty()) {
                KeyFiles.createSigningKey(settings.signingKeyFile());
                KeyFiles.createSubjectKey(settings.subjectKeyFile());
            }
            Path directory = existing.isPresent() ? existing.get() : create(settings, clock);
            // also for a log that was there: the start that made it may have been killed before its name was durable
            new FileStorage(settings.directory()).syncFolder("");
            FileStorage storage = new FileStorage(directory);
            LogIdentity identity = LogIdentity.read(storage);
            return new LogAddress(
                    directory,
                    identity.origin(),
                    LogIdentity.keys(storage).getFirst().vkey());
        } catch (IOException e) {
            throw refusal(e, settings.directory());
        }
    }

    static AuditRefusesToStart refusal(IOException e, Path directory) {
        String what = TerminalText.safe(String.valueOf(e.getMessage()));
        return new AuditRefusesToStart(
                AuditRefusesToStart.UNREADABLE,
                "The audit log under " + directory + " cannot be used: "
                        + e.getClass().getSimpleName() + ": " + what);
    }

    /** The one log directory in the folder; a folder that does not exist holds none. */
    private static Optional<Path> find(Path folder) throws IOException {
        List<Path> logs = new ArrayList<>();
        for (String name : new FileStorage(folder).names("")) {
            if (!name.startsWith(".") && isLog(folder.resolve(name))) {
                logs.add(folder.resolve(name));
            }
        }
        if (logs.size() > 1) {
            throw new IOException(
                    "there is more than one log (" + logs + "); keep the newest here and move the others elsewhere");
        }
        return logs.stream().findFirst();
    }

    /** A log that cannot be looked at is an error: taken for none, a second one would be begun beside it. */
    private static boolean isLog(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).isDirectory()
                && new FileStorage(path).exists(LogFiles.LOG_JSON);
    }

    /** Built aside and renamed, so that a crash leaves a whole log directory or none. */
    private static Path create(AuditSettings settings, InstantSource clock) throws IOException {
        long now = Rfc3339.micros(clock.instant());
        String logId = logId(now);
        String origin = settings.origin() + "/" + logId;
        NoteKey key = key(settings.signingKeyFile(), origin).key();
        Files.createDirectories(settings.directory());
        Path aside = Files.createDirectory(settings.directory().resolve("." + logId));
        FileStorage storage = new FileStorage(aside);
        storage.createFolder(LogFiles.SEGMENTS);
        storage.create(LogFiles.LOCK).close();
        storage.create(LogFiles.CHECKPOINTS).close();
        LogFiles.replace(storage, LogFiles.VKEY, (key.vkey() + "\n").getBytes(StandardCharsets.UTF_8));
        LogFiles.replace(storage, LogFiles.LOG_JSON, LogIdentity.encode(logId, origin, now));
        Path directory = settings.directory().resolve(logId);
        Files.move(aside, directory, StandardCopyOption.ATOMIC_MOVE);
        return directory;
    }

    /** The day and four random bytes: {@code 20261121-3f9a01c7}. */
    private static String logId(long micros) {
        byte[] random = new byte[RANDOM_ID_BYTES];
        new SecureRandom().nextBytes(random);
        String day = Rfc3339.text(micros).substring(0, DATE_CHARS).replace("-", "");
        return day + "-" + HexFormat.of().formatHex(random);
    }

    /**
     * Reads the keys of an existing log.
     *
     * @throws AuditRefusesToStart (3) if the signing key is not the one that the log was made with
     */
    static AuditKeys load(AuditSettings settings, AuditStorage storage, LogIdentity identity) throws IOException {
        NoteSigner signer = key(settings.signingKeyFile(), identity.origin());
        List<String> known =
                LogIdentity.keys(storage).stream().map(NoteKey::vkey).toList();
        if (!known.contains(signer.key().vkey())) {
            throw new AuditRefusesToStart(
                    AuditRefusesToStart.FOREIGN,
                    "The signing key " + settings.signingKeyFile() + " ("
                            + signer.key().vkey()
                            + ") is not the key of the log " + identity.origin() + " (" + String.join(", ", known)
                            + "). Restore the log's own key, or start a new log in another audit.dir.");
        }
        return new AuditKeys(signer, new Pseudonyms(KeyFiles.subjectKey(settings.subjectKeyFile())));
    }

    private static NoteSigner key(Path file, String origin) throws IOException {
        KeyPair pair = KeyFiles.signingKey(file);
        try {
            return new NoteSigner(NoteKey.of(origin, pair.getPublic()), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " does not hold an Ed25519 key", e);
        }
    }
}
