package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.audit.AuditMain;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The top of the command line. */
@Command(
        name = "mcp-gateway",
        mixinStandardHelpOptions = true,
        description = {
            "One MCP URL in front of many MCP servers: verified callers, allow-lists, screening, provable audit.",
            ""
        },
        subcommands = {
            ServeCommand.class,
            CheckCommand.class,
            PolicyCommand.class,
            Commands.Audit.class,
            ScreenCommand.class,
            KillCommand.class,
            SafeModeCommand.class,
            RestrictCommand.class,
            CredentialsCommand.class,
            ExposureCommand.class,
            ModelsCommand.class,
            DoctorCommand.class,
            SigningKeysCommand.class,
            KeysCommand.class,
            UserTokensCommand.class,
            PricesCommand.class,
            UsageCommand.class,
            VersionCommand.class
        },
        footer = {
            "%nStart here:",
            "  mcp-gateway check --config gateway.yaml     is the configuration right?",
            "  mcp-gateway serve --config gateway.yaml     run the gateway",
            "  mcp-gateway policy explain --help           what may whom call, and why?",
            "  mcp-gateway kill add --help                 stop a caller or a tool now",
            "  mcp-gateway safe-mode --help                models by the known-good profile alone",
            "  mcp-gateway doctor --help                   do calls of models go where they should?",
            "  mcp-gateway user-tokens --help              what have users agreed to?",
            "  mcp-gateway usage --help                    who used which models, and for how much?",
            "  mcp-gateway audit verify DIR --vkey FILE    is the audit log complete?",
            "%nEach command has a --help of its own."
        })
public final class Commands implements Runnable {
    /** A narrower one breaks the lines of examples, which are there to be copied. */
    private static final int HELP_COLUMNS = 120;

    @Spec
    CommandSpec spec = CommandSpec.create();

    /** Stands in the list of commands; its arguments go to the audit module as they are. */
    @Command(
            name = "audit",
            description =
                    "Makes, verifies, searches and copies audit logs: init, verify, query, copy. See audit --help.")
    static final class Audit implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("delegated before parsing");
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, such as serve or check");
    }

    /** Runs a command line and gives its exit code. */
    public static int run(String[] arguments, PrintStream out, PrintStream err) {
        if (arguments.length > 0 && arguments[0].equals("audit")) {
            return AuditMain.run(Arrays.copyOfRange(arguments, 1, arguments.length), out, err);
        }
        CommandLine commands = new CommandLine(new Commands());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setUsageHelpWidth(HELP_COLUMNS);
        commands.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        commands.setExecutionExceptionHandler(failure());
        return commands.execute(arguments);
    }

    private static IExecutionExceptionHandler failure() {
        return (exception, command, parsed) -> {
            command.getErr().println(PlainText.words(exception));
            return ExitCode.FAILED;
        };
    }
}
