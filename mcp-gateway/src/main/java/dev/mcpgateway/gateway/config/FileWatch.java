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
 * is not taken half. Looks at contents, not at times, so that swapped symbolic links and quick rewrites are seen.
 */
public final class FileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    private final ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("file-watch").daemon().factory());
    private final Duration interval;

    /** What one watch saw. */
    private static final class Seen {
        private String told;
        private String last;

        private Seen(String fingerprint) {
            this.told = fingerprint;
            this.last = fingerprint;
        }
    }

    /** Looks this often. */
    public FileWatch(Duration interval) {
        this.interval = interval;
    }

    /** Calls {@code changed} after each change of the files' contents, on the watch's own thread. */
    public void watch(List<Path> files, Runnable changed) {
        Seen seen = new Seen(fingerprint(files));
        var _ = looker.scheduleWithFixedDelay(
                () -> look(files, seen, changed), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void look(List<Path> files, Seen seen, Runnable changed) {
        try {
            String now = fingerprint(files);
            boolean still = now.equals(seen.last);
            seen.last = now;
            if (still && !now.equals(seen.told)) {
                seen.told = now;
                changed.run();
            }
        } catch (RuntimeException failure) {
            LOG.error("a changed file could not be taken over", failure);
        }
    }

    private static String fingerprint(List<Path> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                try {
                    digest.update(Files.readAllBytes(file));
                } catch (IOException unreadable) {
                    digest.update((byte) 1);
                }
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        looker.shutdownNow();
    }
}
