package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.gateway.config.ContentSettings;
import dev.mcpgateway.gateway.model.content.ContentDay.DirectorySync;
import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The files of one tenant: a folder for each day, and for how long they are kept. */
final class ContentFolder {
    /** How a sealed content's file is called, from the folder of all contents. */
    private static final Pattern WHERE = Pattern.compile("[A-Za-z0-9%+_*.-]{1,255}/[0-9]{8}/[0-9a-f-]{36}\\.jwe");

    private static final String KEEP_DAYS = "keep_days";

    private final Path folder;
    private final String name;
    private final DirectorySync sync;

    /** Of a tenant; nothing is made yet. */
    ContentFolder(Path all, String tenant) {
        this(all, tenant, DirectorySync.REAL);
    }

    ContentFolder(Path all, String tenant, DirectorySync sync) {
        this.name = ContentSettings.folderName(tenant);
        this.folder = all.resolve(name);
        this.sync = sync;
    }

    /** The tenants that have a folder, whether they are configured or not. */
    static List<String> tenants(Path all) throws IOException {
        List<String> tenants = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(all, Files::isDirectory)) {
            for (Path each : folders) {
                String called = each.getFileName().toString();
                try {
                    String tenant = URLDecoder.decode(called, StandardCharsets.UTF_8);
                    if (ContentSettings.folderName(tenant).equals(called)) {
                        tenants.add(tenant);
                    }
                } catch (IllegalArgumentException somethingElse) {
                    // not written here, so not ours to count or to delete
                }
            }
        } catch (DirectoryIteratorException broken) {
            throw broken.getCause();
        }
        tenants.sort(null);
        return tenants;
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

    ContentDay day(LocalDate day) {
        String called = DateTimeFormatter.BASIC_ISO_DATE.format(day);
        return new ContentDay(folder.resolve(called), name + "/" + called, sync);
    }

    /** Makes the folder of a day, unless it is there; it is durable when this returns. */
    synchronized void make(LocalDate day) throws IOException {
        make(folder);
        make(folder.resolve(DateTimeFormatter.BASIC_ISO_DATE.format(day)));
    }

    /** A folder whose name is not durable would take what is in it along. */
    private void make(Path made) throws IOException {
        if (ContentDay.isFolder(made)) {
            return;
        }
        Files.createDirectory(made, ContentDay.FOLDER_MODE);
        try {
            sync.sync(made.resolveSibling("."));
        } catch (IOException failure) {
            // or else the next one would take it for durable
            Files.deleteIfExists(made);
            throw failure;
        }
    }

    /** The days of which there is something, oldest first. */
    List<LocalDate> days() throws IOException {
        List<LocalDate> days = new ArrayList<>();
        if (!ContentDay.isFolder(folder)) {
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
        } catch (DirectoryIteratorException broken) {
            throw broken.getCause();
        }
        days.sort(null);
        return days;
    }

    /** Writes down for how long the files are kept, for the time when nobody configures it any more. */
    void keepDays(int days) throws IOException {
        if (keepDays().orElse(0) != days) {
            keeping().write(Integer.toString(days).getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** For how long the files are kept, as written down last; empty if that was never done, or cannot be read. */
    OptionalInt keepDays() throws IOException {
        try {
            Optional<byte[]> written = keeping().read();
            return written.isEmpty()
                    ? OptionalInt.empty()
                    : OptionalInt.of(Integer.parseInt(new String(written.get(), StandardCharsets.US_ASCII)));
        } catch (StateDamaged | NumberFormatException unreadable) {
            return OptionalInt.empty();
        }
    }

    private StateFile keeping() throws IOException {
        var _ = ContentDay.isFolder(folder);
        return new StateFile(folder.resolve(KEEP_DAYS));
    }

    /** Deletes the folder of a tenant of whom there is nothing; nothing may be written for the tenant any more. */
    void drop() throws IOException {
        // a folder without is none of ours
        if (!ContentDay.isFolder(folder) || !days().isEmpty() || !Files.deleteIfExists(folder.resolve(KEEP_DAYS))) {
            return;
        }
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException somethingElse) {
            // not written here
        }
    }
}
