package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The files of a log in a directory of the operating system. */
final class FileStorage implements AuditStorage {
    private final Path root;

    FileStorage(Path root) {
        this.root = root;
    }

    @Override
    public List<String> names(String folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    /** Not {@link Files#exists}: that calls a file missing which a failing disk or a permission hides. */
    @Override
    public boolean exists(String path) throws IOException {
        try {
            Files.readAttributes(root.resolve(path), BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public StoredFile create(String path) throws IOException {
        return file(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public StoredFile open(String path) throws IOException {
        return file(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public StoredFile openToRead(String path) throws IOException {
        return file(path, StandardOpenOption.READ);
    }

    private StoredFile file(String path, OpenOption... options) throws IOException {
        return new ChannelFile(FileChannel.open(root.resolve(path), options));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                root.resolve(from),
                root.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String path) throws IOException {
        Files.delete(root.resolve(path));
    }

    @Override
    public void createFolder(String folder) throws IOException {
        Files.createDirectories(root.resolve(folder));
    }

    @Override
    public void syncFolder(String folder) throws IOException {
        try (FileChannel directory = FileChannel.open(root.resolve(folder), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public void makeReadOnly(String path) throws IOException {
        Files.setPosixFilePermissions(root.resolve(path), PosixFilePermissions.fromString("r--r-----"));
    }

    @Override
    public long freeBytes() {
        return root.toFile().getUsableSpace();
    }

    @Override
    public long totalBytes() {
        return root.toFile().getTotalSpace();
    }

    @Override
    public Lock lock(String path) throws IOException {
        return ProcessLock.take(root.resolve(path));
    }

    private record ChannelFile(FileChannel channel) implements StoredFile {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return channel.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            long at = position;
            while (from.hasRemaining()) {
                at += channel.write(from, at);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
