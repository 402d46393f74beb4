package dev.mcpgateway.audit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * {@code audit copy}: a copy of a log that is written to meanwhile.
 *
 * <p>What speaks about records is copied before them: checkpoints, seals and leaf hashes. In any other order a checkpoint of the
 * copy covers records that came after they were copied, and a whole log looks like one whose end was cut off.
 */
final class CopyCommand {
    static final String HELP = """
            Usage: audit copy DIR --to COPY

            Copies the log in DIR (the directory that holds log.json) to the directory COPY, which it makes. The log may be
            written to meanwhile: the copy verifies, and has every record that was acknowledged before the command began.
            Programs that copy files in an order of their own make a copy of a living log that looks altered.

              --to COPY   where to, outside of the folder of the log; it must not exist. There is no COPY until everything is in
                          it and on disk: until then it is COPY.new, which is left when the command is cut off

            The copy has what the log has, so protect it alike. Nobody but one gateway may write to a log.

            Exit code: 0; 4 cannot read or write.

            Example:
              audit copy audit/20261121-3f9a01c7 --to /mnt/evidence/20261121-3f9a01c7
              audit verify /mnt/evidence/20261121-3f9a01c7 --vkey /mnt/reviewer/gw-1.vkey
            """;

    private static final String QUARANTINE = "quarantine";
    private static final String UNFINISHED = ".new";

    private final Path from;
    private final Path to;
    private final PrintStream out;
    private long files;
    private long bytes;

    private CopyCommand(Path from, Path to, PrintStream out) {
        this.from = from;
        this.to = to;
        this.out = out;
    }

    static int run(List<String> rest, PrintStream out, PrintStream err) {
        Arguments arguments = new Arguments(rest, Set.of("--to"), Set.of());
        Path directory = arguments.directory();
        Path copy = arguments.requiredPath("--to", "/mnt/evidence/audit");
        if (!arguments.problems().isEmpty()) {
            return AuditMain.usage("copy", arguments, err);
        }
        try {
            copy(AuditMain.logDirectory(directory), copy.toAbsolutePath().normalize(), out);
            return 0;
        } catch (IOException e) {
            return AuditMain.unreadable("copy", e, err);
        }
    }

    private static void copy(Path log, Path copy, PrintStream out) throws IOException {
        LogIdentity.read(new FileStorage(log));
        requireElsewhere(log.toRealPath(), copy);
        if (Files.exists(copy)) {
            throw new FileAlreadyExistsException(copy + " exists already; name a directory that does not");
        }
        Path aside = copy.resolveSibling(copy.getFileName() + UNFINISHED);
        if (Files.exists(aside)) {
            throw new FileAlreadyExistsException(
                    aside + " is a copy that was cut off, or another one is being made; remove it if it is not");
        }
        CopyCommand command = new CopyCommand(log, Files.createDirectories(aside), out);
        command.all();
        Files.move(aside, copy, StandardCopyOption.ATOMIC_MOVE);
        sync(copy.resolveSibling(""));
        out.println("copied " + command.files + " files, " + command.bytes + " bytes, to "
                + TerminalText.safe(copy.toString()));
    }

    /** A gateway that finds two logs in its folder does not start, and a log has no other files than its own. */
    private static void requireElsewhere(Path log, Path copy) throws IOException {
        Path there = copy.getParent();
        while (there != null && Files.notExists(there)) {
            there = there.getParent();
        }
        if (there == null) {
            throw new IOException(copy + " is no directory that could be made");
        }
        boolean isBeside = there.equals(copy.getParent()) && there.toRealPath().equals(log.getParent());
        if (isBeside || there.toRealPath().startsWith(log)) {
            throw new IOException(copy + " is where the log itself is; a gateway that finds two logs there does not"
                    + " start: name a directory elsewhere");
        }
    }

    private void all() throws IOException {
        Files.createDirectories(to.resolve(LogFiles.SEGMENTS));
        Predicate<String> isCheckpoint = LogFiles.CHECKPOINT::equals;
        Predicate<String> isHistory = LogFiles.CHECKPOINTS::equals;
        Predicate<String> isLeaves = name -> name.endsWith(LogFiles.LEAVES);
        Predicate<String> isRecords = name -> name.endsWith(LogFiles.RECORDS);
        some("", isCheckpoint.or(isHistory).negate());
        some("", isCheckpoint);
        some("", isHistory);
        some(QUARANTINE, _ -> true);
        some(LogFiles.SEGMENTS, isLeaves.or(isRecords).negate());
        some(LogFiles.SEGMENTS, isLeaves);
        some(LogFiles.SEGMENTS, isRecords);
        sync(to);
    }

    /** Lists the folder anew each time: a segment that was begun meanwhile belongs to the copy. */
    private void some(String folder, Predicate<String> which) throws IOException {
        List<String> names = new FileStorage(from)
                .names(folder).stream()
                        .filter(which.and(name -> !name.endsWith(UNFINISHED)))
                        .toList();
        int count = 0;
        for (String name : names) {
            Path source = from.resolve(folder).resolve(name);
            if (!Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
                file(source, Files.createDirectories(to.resolve(folder)).resolve(name));
            }
            count++;
            if (name.endsWith(LogFiles.RECORDS)) {
                out.println("copied " + TerminalText.safe(name) + ", " + count + " of " + names.size());
            }
        }
        if (!names.isEmpty()) {
            sync(to.resolve(folder));
        }
    }

    /** A log has no links: one that somebody has put there may lead to what only who copies may read. */
    private void file(Path source, Path target) throws IOException {
        if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(source + " is no regular file, as all files of a log are");
        }
        Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        sync(target);
        files++;
        bytes += Files.size(target);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
