package dev.mcpgateway.audit.testing;

import dev.mcpgateway.audit.AuditStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Passes everything on to real files, keeps a journal, and fails or holds back what a test asks for. */
public final class FaultyStorage implements AuditStorage {
    private static final long DEADLINE_SECONDS = 20;

    private final AuditStorage real;
    private final Map<Operation, String> failures = new ConcurrentHashMap<>();
    private final Map<Operation, Hold> holds = new ConcurrentHashMap<>();
    private final List<String> journal = new CopyOnWriteArrayList<>();
    private volatile long freeBytes = -1;
    private volatile long totalBytes = -1;
    private volatile boolean lockIsLost;

    /** What can fail. */
    public enum Operation {
        /** A new file. */
        CREATE,
        /** An existing file. */
        OPEN,
        /** Bytes into a file; fails after having written half of them, as a full disk does. */
        WRITE,
        /** fdatasync. */
        SYNC,
        /** A file cut shorter. */
        TRUNCATE,
        /** One file put in the place of another. */
        RENAME,
        /** fsync of a directory. */
        SYNC_FOLDER
    }

    /** A barrier in front of one kind of operation. */
    public static final class Hold {
        private final String pathEnd;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final Queue<Thread> held = new ConcurrentLinkedQueue<>();

        private Hold(String pathEnd) {
            this.pathEnd = pathEnd;
        }

        /** Waits until somebody stands in front of it. */
        public void awaitReached() {
            await(reached);
        }

        /** Lets everybody pass. */
        public void release() {
            released.countDown();
        }

        /** Waits until the threads that stood in front of it have ended, for who takes away the folder that they write to. */
        public void awaitEnded() throws InterruptedException {
            for (Thread thread : held) {
                if (!thread.join(Duration.ofSeconds(DEADLINE_SECONDS))) {
                    throw new IllegalStateException(thread + " has not ended after " + DEADLINE_SECONDS + " s");
                }
            }
        }

        private void pass() {
            held.add(Thread.currentThread());
            reached.countDown();
            await(released);
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nothing happened for " + DEADLINE_SECONDS + " s");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Around real files. */
    public FaultyStorage(AuditStorage real) {
        this.real = real;
    }

    /** From now on the operation fails with this message. */
    public void fail(Operation operation, String message) {
        failures.put(operation, message);
    }

    /** Nothing fails any more. */
    public void heal() {
        failures.clear();
        freeBytes = -1;
        totalBytes = -1;
        lockIsLost = false;
    }

    /** From now on the operation waits until the returned barrier is released. */
    public Hold hold(Operation operation) {
        return hold(operation, "");
    }

    /** The same, only for files whose path ends so. */
    public Hold hold(Operation operation, String pathEnd) {
        Hold hold = new Hold(pathEnd);
        holds.put(operation, hold);
        return hold;
    }

    /** From now on the volume has this much room. */
    public void volume(long free, long total) {
        freeBytes = free;
        totalBytes = total;
    }

    /** From now on the lock is gone. */
    public void loseLock() {
        lockIsLost = true;
    }

    /** What was done so far: operation, path and where it matters the number of bytes. */
    public List<String> journal() {
        return List.copyOf(journal);
    }

    private void pass(Operation operation, String what) throws IOException {
        journal.add(operation + " " + what);
        Hold hold = holds.get(operation);
        if (hold != null && path(what).endsWith(hold.pathEnd)) {
            hold.pass();
        }
        String failure = failures.get(operation);
        if (failure != null) {
            throw new IOException(failure);
        }
    }

    private static String path(String what) {
        int space = what.indexOf(' ');
        return space < 0 ? what : what.substring(0, space);
    }

    @Override
    public List<String> names(String folder) throws IOException {
        return real.names(folder);
    }

    @Override
    public boolean exists(String path) throws IOException {
        return real.exists(path);
    }

    @Override
    public StoredFile create(String path) throws IOException {
        pass(Operation.CREATE, path);
        return new FaultyFile(path, real.create(path));
    }

    @Override
    public StoredFile open(String path) throws IOException {
        pass(Operation.OPEN, path);
        return new FaultyFile(path, real.open(path));
    }

    @Override
    public StoredFile openToRead(String path) throws IOException {
        return real.openToRead(path);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        pass(Operation.RENAME, to);
        real.rename(from, to);
    }

    @Override
    public void delete(String path) throws IOException {
        real.delete(path);
    }

    @Override
    public void createFolder(String folder) throws IOException {
        real.createFolder(folder);
    }

    @Override
    public void syncFolder(String folder) throws IOException {
        pass(Operation.SYNC_FOLDER, folder);
        real.syncFolder(folder);
    }

    @Override
    public void makeReadOnly(String path) throws IOException {
        real.makeReadOnly(path);
    }

    @Override
    public long freeBytes() throws IOException {
        return freeBytes < 0 ? real.freeBytes() : freeBytes;
    }

    @Override
    public long totalBytes() throws IOException {
        return totalBytes < 0 ? real.totalBytes() : totalBytes;
    }

    @Override
    public Lock lock(String path) throws IOException {
        Lock lock = real.lock(path);
        return new Lock() {
            @Override
            public boolean isHeld() throws IOException {
                return !lockIsLost && lock.isHeld();
            }

            @Override
            public void close() throws IOException {
                lock.close();
            }
        };
    }

    private final class FaultyFile implements StoredFile {
        private final String path;
        private final StoredFile file;

        FaultyFile(String path, StoredFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            @Nullable String failure = failures.get(Operation.WRITE);
            if (failure != null) {
                file.write(from.slice(from.position(), from.remaining() / 2), position);
            }
            pass(Operation.WRITE, path + " " + from.remaining());
            file.write(from, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            pass(Operation.TRUNCATE, path + " " + size);
            file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            pass(Operation.SYNC, path);
            file.sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
