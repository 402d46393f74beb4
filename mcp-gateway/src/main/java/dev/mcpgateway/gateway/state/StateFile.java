package dev.mcpgateway.gateway.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One small file of the state folder, for its owner alone. What is written is durable and whole when {@link #write}
 * returns: it is written aside, synced and moved into place. The first line is the SHA-256 of the rest, so that a torn or
 * half-restored file is known for what it is; that is no protection against somebody who may write the file.
 */
public final class StateFile {
    /** Longest content. */
    public static final int BYTES_MAX = 16 << 20;

    private static final int HEAD_BYTES = 65;
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final ReentrantLock writing = new ReentrantLock();

    /** Names the file; nothing is read or made yet. */
    public StateFile(Path path) {
        this.path = path;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * What was written last; empty if there is no such file.
     *
     * @throws StateDamaged if it is something else
     * @throws IOException if it cannot be read
     */
    public Optional<byte[]> read() throws IOException {
        byte[] all;
        try {
            if (Files.size(path) > BYTES_MAX + HEAD_BYTES) {
                throw new StateDamaged(path.toString(), "it is longer than anything that is written there");
            }
            all = Files.readAllBytes(path);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        if (all.length < HEAD_BYTES) {
            throw new StateDamaged(path.toString(), "it is too short");
        }
        byte[] content = Arrays.copyOfRange(all, HEAD_BYTES, all.length);
        if (!MessageDigest.isEqual(head(content), Arrays.copyOf(all, HEAD_BYTES))) {
            throw new StateDamaged(path.toString(), "its first line is not the SHA-256 of the rest");
        }
        return Optional.of(content);
    }

    /**
     * Puts this content in the place of the one before.
     *
     * @throws IOException if it is not durable; the file then holds the old content or the new one
     */
    public void write(byte[] content) throws IOException {
        if (content.length > BYTES_MAX) {
            throw new IOException(path + " would be longer than " + BYTES_MAX + " bytes");
        }
        writing.lock();
        try {
            Path folder = folder();
            Path aside = Files.createTempFile(folder, "." + path.getFileName(), ".new", FILE_MODE);
            try {
                try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
                    writeAll(channel, head(content));
                    writeAll(channel, content);
                    channel.force(true);
                }
                Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(aside);
            }
            try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
        } finally {
            writing.unlock();
        }
    }

    /** A change of the file. */
    @FunctionalInterface
    public interface Change<T> {
        /** Reads, and writes if it likes. */
        T apply() throws IOException;
    }

    /**
     * Runs a change while no other process runs one.
     *
     * @throws IOException if the lock cannot be had
     */
    public <T> T locked(Change<T> change) throws IOException {
        Path lock = folder().resolve(path.getFileName() + ".lock");
        if (Files.notExists(lock)) {
            try {
                Files.createFile(lock, FILE_MODE);
            } catch (FileAlreadyExistsException anotherWasFaster) {
                // it serves both
            }
        }
        writing.lock();
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            return change.apply();
        } finally {
            writing.unlock();
        }
    }

    private Path folder() throws IOException {
        Path folder = path.toAbsolutePath().normalize().getParent();
        if (folder == null) {
            throw new IOException(path + " is in no folder");
        }
        if (Files.notExists(folder)) {
            Files.createDirectories(folder, FOLDER_MODE);
        }
        return folder;
    }

    private static void writeAll(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] head(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return (HexFormat.of().formatHex(digest) + "\n").getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
