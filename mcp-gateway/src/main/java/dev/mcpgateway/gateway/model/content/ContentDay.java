package dev.mcpgateway.gateway.model.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * The files of one tenant and day, for their owner alone. A file that is there under its name is whole. Beside one that the log
 * does not prove yet stands an empty mark, so that after a crash nothing but that is looked up.
 */
final class ContentDay {
    static final String SUFFIX = ".jwe";
    private static final String ASIDE = ".new";
    private static final String UNPROVED = ".unproved";
    static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** A content is recorded after its call has begun; the clock may be set back a little meanwhile. */
    private static final Duration SLACK = Duration.ofMinutes(5);

    private static final Instant LONG_AGO = Instant.EPOCH.plus(SLACK);

    private final Path path;
    private final String where;
    private final DirectorySync sync;

    /** Makes the names in a directory durable. */
    @FunctionalInterface
    interface DirectorySync {
        /** By the operating system. */
        DirectorySync REAL = directory -> {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        };

        /** Returns when they are. */
        void sync(Path directory) throws IOException;
    }

    /** Files, and how long they are together. */
    record Size(long files, long bytes) {
        static final Size NOTHING = new Size(0, 0);

        Size plus(Size other) {
            return new Size(files + other.files, bytes + other.bytes);
        }
    }

    /**
     * A day of a tenant; nothing is made yet.
     *
     * @param where the day's folder, from the folder of all contents
     */
    ContentDay(Path path, String where, DirectorySync sync) {
        this.path = path;
        this.where = where;
        this.sync = sync;
    }

    /** The folder, from the folder of all contents. */
    String where() {
        return where;
    }

    /** Where a call's content is to be, from the folder of all contents. */
    String where(String call) {
        return where + "/" + call + SUFFIX;
    }

    /**
     * Writes a file that is not there yet, with the mark that no record proves it. The folder is there.
     *
     * @throws IOException if it is not durable; what there is of it is to be discarded
     */
    void write(String call, byte[] sealed) throws IOException {
        Path aside = aside(call);
        try (FileChannel channel =
                FileChannel.open(aside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE_MODE)) {
            ByteBuffer buffer = ByteBuffer.wrap(sealed);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.createFile(unproved(call), FILE_MODE);
        Files.move(aside, file(call), StandardCopyOption.ATOMIC_MOVE);
        sync.sync(path);
    }

    /** The log proves the file of this call. */
    void proved(String call) {
        try {
            Files.deleteIfExists(unproved(call));
        } catch (IOException stays) {
            // the log is asked at the next start, and says so
        }
    }

    /**
     * Deletes what there is of a call's content that is not kept.
     *
     * @return bytes that could not be deleted
     */
    long discard(String call) {
        try {
            Files.deleteIfExists(aside(call));
            Files.deleteIfExists(file(call));
            Files.deleteIfExists(unproved(call));
            return 0;
        } catch (IOException stays) {
            try {
                return Files.size(file(call));
            } catch (IOException notThere) {
                return 0;
            }
        }
    }

    /**
     * Ends what a crash left: what is half written, and what no record proves, is deleted. Nobody must be writing.
     *
     * @return the calls whose content is lost so
     * @throws IOException if something cannot be deleted, or the log cannot tell
     */
    List<String> settle(Proofs proofs) throws IOException {
        List<String> lost = new ArrayList<>();
        for (String call : hidden(UNPROVED)) {
            if (!proofs.prove(call, where(call), begun(call).minus(SLACK))) {
                Files.deleteIfExists(aside(call));
                Files.deleteIfExists(file(call));
                lost.add(call);
            }
            Files.deleteIfExists(unproved(call));
        }
        for (String call : hidden(ASIDE)) {
            Files.deleteIfExists(aside(call));
            lost.add(call);
        }
        return lost;
    }

    /** Its id says when (UUIDv7), by the clock of the log; the file system's may be another one's. */
    private static Instant begun(String call) {
        try {
            UUID id = UUID.fromString(call);
            return id.version() == 7 ? Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16) : LONG_AGO;
        } catch (IllegalArgumentException noId) {
            return LONG_AGO;
        }
    }

    private List<String> hidden(String suffix) throws IOException {
        List<String> calls = new ArrayList<>();
        if (isFolder(path)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(path, ".*" + suffix)) {
                for (Path each : all) {
                    String name = each.getFileName().toString();
                    calls.add(name.substring(1, name.length() - suffix.length()));
                }
            } catch (DirectoryIteratorException broken) {
                throw broken.getCause();
            }
        }
        return calls;
    }

    /** How much there is. */
    Size size() throws IOException {
        Tally tally = new Tally();
        each("", file -> tally.add(Files.size(file)));
        return tally.size();
    }

    /**
     * Deletes files.
     *
     * @param call one call alone; empty for all of them
     * @param freed told the length of each that is deleted
     * @throws IOException if one is not deleted; all others are
     */
    Size delete(String call, LongConsumer freed) throws IOException {
        Tally tally = new Tally();
        try {
            each(call, file -> {
                long bytes = Files.size(file);
                Files.delete(file);
                freed.accept(bytes);
                tally.add(bytes);
            });
        } finally {
            if (tally.files > 0) {
                sync.sync(path);
            }
        }
        return tally.size();
    }

    /** Something is done with a file. */
    @FunctionalInterface
    private interface OnFile {
        void on(Path file) throws IOException;
    }

    /** A sum. */
    private static final class Tally {
        private long files;
        private long bytes;

        void add(long length) {
            files++;
            bytes += length;
        }

        Size size() {
            return new Size(files, bytes);
        }
    }

    /** One after the other, so that no heap is too small for a day; what fails with one does not keep it from the next. */
    private void each(String call, OnFile action) throws IOException {
        if (!isFolder(path)) {
            return;
        }
        IOException failed = null;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(path, "*" + SUFFIX)) {
            for (Path file : all) {
                try {
                    if (call.isEmpty() || file.getFileName().toString().equals(call + SUFFIX)) {
                        action.on(file);
                    }
                } catch (NoSuchFileException gone) {
                    // by somebody else, meanwhile
                } catch (IOException failure) {
                    failed = failure;
                }
            }
        } catch (DirectoryIteratorException broken) {
            failed = broken.getCause();
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** Deletes the folder if nothing is left of it; nothing may be written for that day any more. */
    void drop() throws IOException {
        if (!isFolder(path) || size().files() > 0) {
            return;
        }
        for (String call : hidden(UNPROVED)) {
            Files.deleteIfExists(unproved(call));
        }
        for (String call : hidden(ASIDE)) {
            Files.deleteIfExists(aside(call));
        }
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException somethingElse) {
            // not written here, so not ours to delete
        }
    }

    /** What stands behind a link would be written, and neither counted nor deleted. */
    static boolean isFolder(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            throw new IOException(path + " is a symbolic link: what is behind it would never be deleted");
        }
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private Path file(String call) {
        return path.resolve(call + SUFFIX);
    }

    private Path aside(String call) {
        return path.resolve("." + call + ASIDE);
    }

    private Path unproved(String call) {
        return path.resolve("." + call + UNPROVED);
    }
}
