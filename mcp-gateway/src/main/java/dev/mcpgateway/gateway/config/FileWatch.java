package dev.mcpgateway.gateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when the content of files has changed and has then stood still for one look, so that a file that is being written
 * is not taken half. Looks at contents, not at times, so that swapped symbolic links and quick rewrites are seen. A file that
 * is empty must stand still for longer: whoever writes a file anew may empty it first.
 */
public final class FileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    /** How often in a row an empty file must look the same. */
    private static final int EMPTY_LOOKS = 4;

    private final ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("file-watch").daemon().factory());
    private final Duration interval;

    /** What one watch saw. */
    private static final class Seen {
        private final List<Path> files;
        private Look told;
        private Look last;
        private int alike;

        private Seen(Look first) {
            this.files = first.files();
            this.told = first;
            this.last = first;
        }
    }

    /**
     * What files held at one moment.
     *
     * @param files which files
     * @param fingerprint of what they held
     * @param hasEmpty whether one of them was empty
     */
    public record Look(List<Path> files, String fingerprint, boolean hasEmpty) {
        /** Copies the list. */
        public Look {
            files = List.copyOf(files);
        }
    }

    /** Looks this often. */
    public FileWatch(Duration interval) {
        this.interval = interval;
    }

    /**
     * Calls {@code changed} after each change of the files' contents, on the watch's own thread.
     *
     * @param before a look from before the files were read, so that what changed since then is a change
     */
    public void watch(Look before, Runnable changed) {
        Seen seen = new Seen(before);
        var _ = looker.scheduleWithFixedDelay(
                () -> look(seen, changed), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void look(Seen seen, Runnable changed) {
        try {
            Look now = look(seen.files);
            seen.alike = now.equals(seen.last) ? seen.alike + 1 : 0;
            seen.last = now;
            if (seen.alike >= (now.hasEmpty() ? EMPTY_LOOKS : 1) && !now.equals(seen.told)) {
                seen.told = now;
                changed.run();
            }
        } catch (RuntimeException | Error failure) {
            // what is thrown from here would end the watch
            LOG.error("a changed file could not be taken over", failure);
        }
    }

    /** Looks at files, to be watched later. One that cannot be read counts as another content than any. */
    public static Look look(List<Path> files) {
        boolean hasEmpty = false;
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                try {
                    byte[] content = Files.readAllBytes(file);
                    hasEmpty |= content.length == 0;
                    digest.update(content);
                } catch (IOException unreadable) {
                    digest.update((byte) 1);
                }
                digest.update((byte) 0);
            }
            return new Look(files, HexFormat.of().formatHex(digest.digest()), hasEmpty);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        looker.shutdownNow();
    }
}
