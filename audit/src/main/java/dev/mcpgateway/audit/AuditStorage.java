package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The files of one log, named by paths relative to the directory that holds {@code log.json}.
 *
 * <p>A border on purpose: every ordering promise of the log (write, sync, rename, sync the folder) is made of these
 * calls, so a test can put a storage behind it that loses unsynced sectors, returns errors or stops the clock of the
 * disk. {@code /} separates folder and name, and there is at most one folder level. Implementations need not be
 * thread-safe for one file; different files are used by different threads.
 */
public interface AuditStorage {
    /**
     * The plain names in a folder, sorted; empty when the folder does not exist.
     *
     * @param folder a folder name, or the empty string for the log directory itself
     */
    List<String> names(String folder) throws IOException;

    /** Whether the file exists. */
    boolean exists(String path) throws IOException;

    /** Creates a new file for reading and writing; {@link java.nio.file.FileAlreadyExistsException} if it exists. */
    StoredFile create(String path) throws IOException;

    /** Opens an existing file for reading and writing; {@link java.nio.file.NoSuchFileException} if there is none. */
    StoredFile open(String path) throws IOException;

    /** Opens an existing file for reading; {@link java.nio.file.NoSuchFileException} if there is none. */
    StoredFile openToRead(String path) throws IOException;

    /** Replaces {@code to} by {@code from} atomically. Durable only after {@link #syncFolder} of the folder. */
    void rename(String from, String to) throws IOException;

    /** Removes a file. */
    void delete(String path) throws IOException;

    /** Creates a folder if it does not exist. */
    void createFolder(String folder) throws IOException;

    /** Makes creations, renames and removals in the folder durable (fsync of the directory). */
    void syncFolder(String folder) throws IOException;

    /** Sets mode 0440, so that an accident cannot write to sealed evidence. */
    void makeReadOnly(String path) throws IOException;

    /** Bytes that this process may still write on the volume; 0 if that cannot be told. */
    long freeBytes() throws IOException;

    /** Size of the volume in bytes. */
    long totalBytes() throws IOException;

    /**
     * Takes the exclusive lock on an existing file and writes the holder's process id and host into it.
     *
     * @throws LockTaken if another writer, in this process or another, holds it
     */
    Lock lock(String path) throws IOException;

    /** One open file. */
    interface StoredFile extends Closeable {
        /** Length in bytes. */
        long size() throws IOException;

        /** Reads up to {@code into.remaining()} bytes from a position; -1 at the end. */
        int read(ByteBuffer into, long position) throws IOException;

        /** Writes all remaining bytes at a position; not durable before {@link #sync}. */
        void write(ByteBuffer from, long position) throws IOException;

        /** Cuts the file; not durable before {@link #sync}. */
        void truncate(long size) throws IOException;

        /** Returns only after everything written so far is on stable storage (fdatasync). */
        void sync() throws IOException;
    }

    /** An exclusive lock that is held until it is closed. */
    interface Lock extends Closeable {
        /** False when the lock file was removed or replaced behind the holder's back. */
        boolean isHeld() throws IOException;
    }

    /** Another writer holds the lock. The message names it. */
    final class LockTaken extends IOException {
        private static final long serialVersionUID = 1L;

        /** A lock held by the named process. */
        public LockTaken(String holder) {
            super(holder);
        }
    }
}
