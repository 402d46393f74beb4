package dev.mcpgateway.audit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The exclusive lock of one writer: a file lock of the operating system plus the holder's name in the file. */
final class ProcessLock implements AuditStorage.Lock {
    private static final int HOLDER_BYTES_MAX = 512;

    /**
     * Files locked by this process. Static because POSIX locks belong to the process: a second channel on the same
     * file, opened and closed anywhere in it, would silently release the first one's lock.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Path key;
    private final FileChannel channel;
    private final @Nullable Object identity;

    private ProcessLock(Path path, Path key, FileChannel channel, @Nullable Object identity) {
        this.path = path;
        this.key = key;
        this.channel = channel;
        this.identity = identity;
    }

    static ProcessLock take(Path path) throws IOException {
        Path key = path.toRealPath();
        if (!HELD_HERE.add(key)) {
            throw new AuditStorage.LockTaken("this process");
        }
        try {
            return new ProcessLock(path, key, lockedChannel(path), identity(path));
        } catch (IOException e) {
            HELD_HERE.remove(key);
            throw e;
        }
    }

    private static FileChannel lockedChannel(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!lock(channel)) {
                throw new AuditStorage.LockTaken(holder(channel));
            }
            writeHolder(channel);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void writeHolder(FileChannel channel) throws IOException {
        String holder = "pid " + ProcessHandle.current().pid() + " on " + hostName() + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown host";
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HOLDER_BYTES_MAX);
        channel.read(bytes, 0);
        String holder = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
        return holder.isEmpty() ? "another process" : TerminalText.safe(holder);
    }

    @Override
    public boolean isHeld() throws IOException {
        try {
            return channel.isOpen() && Objects.equals(identity, identity(path));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static @Nullable Object identity(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD_HERE.remove(key);
    }
}
