package dev.mcpgateway.audit.testing;

import dev.mcpgateway.audit.AuditStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Files in memory with the freedom that a disk has: what was not synced may be lost, sector by sector, and a name that
 * was not synced with its folder may point to the old or to the new file.
 *
 * <p>Counts operations and stops at a chosen one, as a crash would. A failed sync is modelled as the kernel does it: the
 * bytes stay readable, but no later sync writes them.
 */
public final class CrashingStorage implements AuditStorage {
    private static final int SECTOR_BYTES = 512;
    private static final long ROOM_BYTES = 1L << 40;

    private final Map<String, MemoryFile> names = new TreeMap<>();
    private final Map<String, MemoryFile> durableNames = new TreeMap<>();
    private long operations;
    private long stopAt = Long.MAX_VALUE;
    private long failSyncAt = Long.MAX_VALUE;
    private boolean locked;

    /** Decides what a crash does. */
    public interface Choices {
        /** One of {@code 0} to {@code count - 1}. */
        int pick(int count);
    }

    /** The process ended here. */
    public static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("the process was stopped");
        }
    }

    private static final class MemoryFile {
        private byte[] content = new byte[0];
        private byte[] durable = new byte[0];
        private final NavigableSet<Integer> dirty = new TreeSet<>();

        MemoryFile copy() {
            MemoryFile copy = new MemoryFile();
            copy.content = content.clone();
            copy.durable = durable.clone();
            copy.dirty.addAll(dirty);
            return copy;
        }
    }

    /** How many operations were counted so far. */
    public long operations() {
        return operations;
    }

    /** The operation with this number, counted from now, and all later ones throw {@link Stopped}. */
    public void stopAfter(long more) {
        stopAt = operations + more;
    }

    /** The sync with this number among all operations, counted from now, fails, and its bytes are lost silently. */
    public void failSyncAfter(long more) {
        failSyncAt = operations + more;
    }

    /** Nothing stops or fails any more; the lock is free, as after the end of a process. */
    public void restart() {
        stopAt = Long.MAX_VALUE;
        failSyncAt = Long.MAX_VALUE;
        locked = false;
    }

    /** An independent copy of everything. */
    public CrashingStorage copy() {
        CrashingStorage copy = new CrashingStorage();
        IdentityHashMap<MemoryFile, MemoryFile> copies = new IdentityHashMap<>();
        names.forEach((name, file) -> copy.names.put(name, copies.computeIfAbsent(file, MemoryFile::copy)));
        durableNames.forEach(
                (name, file) -> copy.durableNames.put(name, copies.computeIfAbsent(file, MemoryFile::copy)));
        return copy;
    }

    /** The power fails: of everything that was not synced the choices decide what stays. Then as {@link #restart}. */
    public void losePower(Choices choices) {
        TreeSet<String> all = new TreeSet<>(names.keySet());
        all.addAll(durableNames.keySet());
        for (String name : all) {
            MemoryFile now = names.get(name);
            MemoryFile before = durableNames.get(name);
            MemoryFile stays = now == before || choices.pick(2) == 0 ? now : before;
            if (stays == null) {
                names.remove(name);
            } else {
                names.put(name, stays);
            }
        }
        durableNames.clear();
        durableNames.putAll(names);
        List.copyOf(names.values()).forEach(file -> tear(file, choices));
        restart();
    }

    private static void tear(MemoryFile file, Choices choices) {
        if (file.dirty.isEmpty() && file.content.length == file.durable.length) {
            file.content = file.durable.clone();
            return;
        }
        int least = Math.min(file.content.length, file.durable.length);
        int most = Math.max(file.content.length, file.durable.length);
        byte[] after = Arrays.copyOf(file.durable, most);
        int reached = least;
        for (int sector : file.dirty) {
            int from = sector * SECTOR_BYTES;
            int to = Math.min(from + SECTOR_BYTES, file.content.length);
            if (from < to && choices.pick(2) == 0) {
                System.arraycopy(file.content, from, after, from, to - from);
                reached = Math.max(reached, to);
            }
        }
        int size = switch (choices.pick(3)) {
            case 0 -> file.content.length;
            case 1 -> file.durable.length;
            default -> reached;
        };
        file.content = Arrays.copyOf(after, size);
        file.durable = file.content.clone();
        file.dirty.clear();
    }

    private void count() throws Stopped {
        if (operations >= stopAt) {
            throw new Stopped();
        }
        operations++;
    }

    private void failSyncIfDue() throws IOException {
        if (operations > failSyncAt) {
            failSyncAt = Long.MAX_VALUE;
            throw new IOException("Input/output error");
        }
    }

    private MemoryFile file(String path) throws NoSuchFileException {
        MemoryFile file = names.get(path);
        if (file == null) {
            throw new NoSuchFileException(path);
        }
        return file;
    }

    @Override
    public List<String> names(String folder) {
        String prefix = folder.isEmpty() ? "" : folder + "/";
        List<String> plain = new ArrayList<>();
        for (String name : names.keySet()) {
            if (name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0) {
                plain.add(name.substring(prefix.length()));
            }
        }
        return plain;
    }

    @Override
    public boolean exists(String path) {
        return names.containsKey(path);
    }

    @Override
    public StoredFile create(String path) throws IOException {
        count();
        if (names.containsKey(path)) {
            throw new FileAlreadyExistsException(path);
        }
        MemoryFile file = new MemoryFile();
        names.put(path, file);
        return new OpenFile(file);
    }

    @Override
    public StoredFile open(String path) throws IOException {
        return new OpenFile(file(path));
    }

    @Override
    public StoredFile openToRead(String path) throws IOException {
        return new OpenFile(file(path));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        count();
        names.put(to, file(from));
        names.remove(from);
    }

    @Override
    public void delete(String path) throws IOException {
        count();
        file(path);
        names.remove(path);
    }

    @Override
    public void createFolder(String folder) {}

    @Override
    public void syncFolder(String folder) throws IOException {
        count();
        failSyncIfDue();
        String prefix = folder.isEmpty() ? "" : folder + "/";
        durableNames.keySet().removeIf(name -> isIn(prefix, name));
        names.forEach((name, file) -> {
            if (isIn(prefix, name)) {
                durableNames.put(name, file);
            }
        });
    }

    private static boolean isIn(String prefix, String name) {
        return name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0;
    }

    @Override
    public void makeReadOnly(String path) throws IOException {
        file(path);
    }

    @Override
    public long freeBytes() {
        return ROOM_BYTES;
    }

    @Override
    public long totalBytes() {
        return ROOM_BYTES;
    }

    @Override
    public Lock lock(String path) throws IOException {
        file(path);
        if (locked) {
            throw new LockTaken("this process");
        }
        locked = true;
        return new Lock() {
            @Override
            public boolean isHeld() {
                return locked;
            }

            @Override
            public void close() {
                locked = false;
            }
        };
    }

    /** The content of a file as a reader sees it now. */
    public byte[] content(String path) throws IOException {
        return file(path).content.clone();
    }

    /** Puts content in the place of a file's, durably: what somebody with a hex editor does. */
    public void overwrite(String path, byte[] content) {
        MemoryFile file = new MemoryFile();
        file.content = content.clone();
        file.durable = content.clone();
        names.put(path, file);
        durableNames.put(path, file);
    }

    /** Removes a file durably. */
    public void remove(String path) {
        names.remove(path);
        durableNames.remove(path);
    }

    /** All paths. */
    public List<String> paths() {
        return List.copyOf(names.keySet());
    }

    private final class OpenFile implements StoredFile {
        private final MemoryFile file;

        OpenFile(MemoryFile file) {
            this.file = file;
        }

        @Override
        public long size() {
            return file.content.length;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            int from = (int) Math.min(position, file.content.length);
            int count = Math.min(into.remaining(), file.content.length - from);
            into.put(file.content, from, count);
            return count == 0 ? -1 : count;
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            count();
            int at = (int) position;
            int end = at + from.remaining();
            if (from.hasRemaining()) {
                file.content = Arrays.copyOf(file.content, Math.max(end, file.content.length));
                from.get(file.content, at, end - at);
                for (int sector = at / SECTOR_BYTES; sector <= (end - 1) / SECTOR_BYTES; sector++) {
                    file.dirty.add(sector);
                }
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            count();
            if (size < file.content.length) {
                file.content = Arrays.copyOf(file.content, (int) size);
                file.dirty.removeIf(sector -> (long) sector * SECTOR_BYTES >= size);
            }
        }

        @Override
        public void sync() throws IOException {
            count();
            try {
                failSyncIfDue();
            } catch (IOException e) {
                file.dirty.clear();
                throw e;
            }
            flush();
        }

        /** Only dirty sectors are written: what a failed sync lost stays lost until it is written again. */
        private void flush() {
            byte[] after = Arrays.copyOf(file.durable, file.content.length);
            for (int sector : file.dirty) {
                int from = sector * SECTOR_BYTES;
                int to = Math.min(from + SECTOR_BYTES, file.content.length);
                if (from < to) {
                    System.arraycopy(file.content, from, after, from, to - from);
                }
            }
            file.durable = after;
            file.dirty.clear();
        }

        @Override
        public void close() {}
    }
}
