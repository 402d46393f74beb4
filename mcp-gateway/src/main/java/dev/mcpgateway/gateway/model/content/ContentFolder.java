package dev.mcpgateway.gateway.model.content;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The files of one tenant, a folder for each day. For their owner alone; what is written is durable when that returns. */
final class ContentFolder {
    /** How a sealed content's file is called, from the folder of all contents. */
    private static final Pattern WHERE = Pattern.compile("[A-Za-z0-9%+_*.-]{1,255}/[0-9]{8}/[0-9a-f-]{36}\\.jwe");

    private static final String SUFFIX = ".jwe";
    private static final String ASIDE = ".new";
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final String name;

    /** Files, and how long they are together. */
    record Size(long files, long bytes) {
        static final Size NOTHING = new Size(0, 0);

        Size plus(Size other) {
            return new Size(files + other.files, bytes + other.bytes);
        }
    }

    /** Of a tenant; nothing is made yet. */
    ContentFolder(Path all, String tenant) {
        this.name = folderName(tenant);
        this.folder = all.resolve(name);
    }

    /** A tenant as a file name: no part of a path, whatever it is called. */
    static String folderName(String tenant) {
        String encoded = URLEncoder.encode(tenant, StandardCharsets.UTF_8);
        return encoded.startsWith(".") ? "%2E" + encoded.substring(1) : encoded;
    }

    /**
     * The file that a record of the log names; empty if that is no place of a content.
     *
     * @param all the folder of all contents
     */
    static Optional<Path> file(Path all, String where) {
        return WHERE.matcher(where).matches() && !where.startsWith(".")
                ? Optional.of(all.resolve(where))
                : Optional.empty();
    }

    /** Where a call's content is to be, from the folder of all contents. */
    String where(LocalDate day, String call) {
        return whereDay(day) + "/" + call + SUFFIX;
    }

    String whereDay(LocalDate day) {
        return name + "/" + DateTimeFormatter.BASIC_ISO_DATE.format(day);
    }

    /**
     * Writes a file that is not there yet.
     *
     * @throws IOException if it is not durable
     */
    void write(LocalDate day, String call, byte[] sealed) throws IOException {
        Path ofDay = day(day);
        if (Files.notExists(ofDay)) {
            Files.createDirectories(ofDay, FOLDER_MODE);
            sync(folder);
        }
        Path aside = ofDay.resolve("." + call + ASIDE);
        try {
            try (FileChannel channel = FileChannel.open(
                    aside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE_MODE)) {
                ByteBuffer buffer = ByteBuffer.wrap(sealed);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(aside, ofDay.resolve(call + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(aside);
        }
        sync(ofDay);
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path day(LocalDate day) {
        return folder.resolve(DateTimeFormatter.BASIC_ISO_DATE.format(day));
    }

    /** The days of which there is something, oldest first. */
    List<LocalDate> days() throws IOException {
        List<LocalDate> days = new ArrayList<>();
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return days;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path each : all) {
                try {
                    days.add(LocalDate.parse(each.getFileName().toString(), DateTimeFormatter.BASIC_ISO_DATE));
                } catch (DateTimeException somethingElse) {
                    // not written here, so not ours to count or to delete
                }
            }
        }
        days.sort(null);
        return days;
    }

    /** Deletes what a crash left half written; nobody must be writing. */
    void clean(LocalDate day) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(day(day), "*" + ASIDE)) {
            for (Path file : all) {
                Files.delete(file);
            }
        }
    }

    /** How much there is of a day. */
    Size size(LocalDate day) throws IOException {
        return each(day, _ -> true, false);
    }

    /**
     * Deletes files of a day.
     *
     * @param call one call alone; empty for all of them
     * @return what is deleted, also where something else is not
     */
    Size delete(LocalDate day, String call) throws IOException {
        Size deleted = each(day, file -> call.isEmpty() || file.equals(call + SUFFIX), true);
        Path ofDay = day(day);
        if (Files.isDirectory(ofDay, LinkOption.NOFOLLOW_LINKS)) {
            sync(ofDay);
        }
        return deleted;
    }

    /** Deletes the folder of a day if nothing is left of it; nothing may be written for that day any more. */
    void drop(LocalDate day) throws IOException {
        Path ofDay = day(day);
        if (Files.isDirectory(ofDay, LinkOption.NOFOLLOW_LINKS) && size(day).files() == 0) {
            Files.deleteIfExists(ofDay);
        }
    }

    private Size each(LocalDate day, Predicate<String> isWanted, boolean delete) throws IOException {
        Path ofDay = day(day);
        if (!Files.isDirectory(ofDay, LinkOption.NOFOLLOW_LINKS)) {
            return Size.NOTHING;
        }
        long files = 0;
        long bytes = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(ofDay)) {
            for (Path file : all) {
                String called = file.getFileName().toString();
                if (called.endsWith(SUFFIX) && isWanted.test(called)) {
                    Size one = one(file, delete);
                    files += one.files();
                    bytes += one.bytes();
                }
            }
        }
        return new Size(files, bytes);
    }

    private static Size one(Path file, boolean delete) throws IOException {
        try {
            long size = Files.size(file);
            if (delete) {
                Files.delete(file);
            }
            return new Size(1, size);
        } catch (NoSuchFileException gone) {
            // what was written aside has got its name meanwhile
            return Size.NOTHING;
        }
    }
}
