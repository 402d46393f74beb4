package dev.mcpgateway.audit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The commands {@code init}, {@code verify}, {@code query} and {@code copy}. Everything that comes from a log or from the
 * arguments is printed so that it cannot steer a terminal.
 */
public final class AuditMain {
    /** Exit code of a command line that cannot be understood. */
    static final int USAGE = 64;

    private static final Set<String> HELP = Set.of("--help", "-h", "help");

    private static final String OVERVIEW = """
            Usage: audit COMMAND

              init     make the keys and the directory of a log; the first start of the gateway does the same
              verify   prove offline that a log is whole
              query    search a log
              copy     copy a log while it is written to, so that the copy verifies

            "audit COMMAND --help" explains one command.
            """;

    private AuditMain() {}

    /**
     * Runs one command.
     *
     * @param args the command and its arguments
     * @return the exit code; 64 if the arguments are wrong
     */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        List<String> arguments = Arrays.asList(args);
        if (arguments.isEmpty()) {
            err.print(OVERVIEW);
            return USAGE;
        }
        List<String> rest = arguments.subList(1, arguments.size());
        boolean wantsHelp = rest.stream().anyMatch(HELP::contains);
        return switch (arguments.getFirst()) {
            case "init" -> wantsHelp ? help(InitCommand.HELP, out) : InitCommand.run(rest, out, err);
            case "verify" -> wantsHelp ? help(VerifyCommand.HELP, out) : VerifyCommand.run(rest, out, err);
            case "query" -> wantsHelp ? help(QueryCommand.HELP, out) : QueryCommand.run(rest, out, err);
            case "copy" -> wantsHelp ? help(CopyCommand.HELP, out) : CopyCommand.run(rest, out, err);
            case "--help", "-h", "help" -> help(OVERVIEW, out);
            default -> {
                err.println("audit: unknown command " + TerminalText.safe(arguments.getFirst()));
                err.print(OVERVIEW);
                yield USAGE;
            }
        };
    }

    private static int help(String text, PrintStream out) {
        out.print(text);
        return 0;
    }

    /** The directory itself, or the one log in it. */
    static Path logDirectory(Path directory) {
        List<Path> logs = new ArrayList<>();
        if (Files.isDirectory(directory) && Files.notExists(directory.resolve(LogFiles.LOG_JSON))) {
            try (DirectoryStream<Path> entries =
                    Files.newDirectoryStream(directory, entry -> Files.exists(entry.resolve(LogFiles.LOG_JSON)))) {
                entries.forEach(logs::add);
            } catch (IOException e) {
                return directory;
            }
        }
        return logs.size() == 1 ? logs.getFirst() : directory;
    }

    static int unreadable(String command, IOException e, PrintStream err) {
        err.println("audit " + command + ": " + TerminalText.safe(Verification.text(e)));
        return VerifyReport.UNREADABLE;
    }

    static int usage(String command, Arguments arguments, PrintStream err) {
        arguments.problems().forEach(problem -> err.println("audit " + command + ": " + problem));
        err.println("\"audit " + command + " --help\" explains the command.");
        return USAGE;
    }
}
