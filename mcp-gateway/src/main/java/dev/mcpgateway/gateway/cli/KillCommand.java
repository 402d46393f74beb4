package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.wire.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code kill}: stops callers and tools of a running gateway. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        description = "Stops callers and tools of a running gateway at once, and lets them go on.",
        subcommands = {KillCommand.Add.class, KillCommand.Remove.class, KillCommand.Listing.class})
final class KillCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: add, remove or list");
    }

    /** {@code kill add}. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = {
                "Stops a caller or a tool, from its next request on. Calls under way finish; open streams of a stopped",
                "caller end, and calls that wait for an answer are dropped. Kept across restarts."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:stopped",
                "1:stopped, but not saved or not in the audit log",
                "2:wrong usage",
                "3:not stopped"
            },
            footer = {
                "%nExamples:",
                "  mcp-gateway kill add subject alice --issuer corp --reason 'incident 12' --expires 24h \\",
                "      --admin http://127.0.0.1:8081 --token-file ops.token",
                "  mcp-gateway kill add tool 'crm__*' --reason 'wrong refunds' --admin … --token-file …"
            })
    static final class Add implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "KIND", description = "token, subject, user, client, key or tool.")
        String kind = "";

        @Parameters(
                index = "1",
                paramLabel = "VALUE",
                description = "jti; subject; client id; kid or id of a virtual key; tool or ALIAS__*.")
        String value = "";

        @Option(names = "--issuer", paramLabel = "ALIAS", description = "Issuer; needed for token and subject.")
        String issuer = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        String reason = "";

        @Option(
                names = "--expires",
                paramLabel = "SPAN",
                converter = Span.class,
                description = "Ends by itself after this time, such as 24h.")
        @Nullable
        Duration expires;

        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            Duration span = expires;
            JsonNode answer = admin.ask(
                    "POST",
                    "/kill",
                    "{\"kind\":" + quote(kind) + ",\"value\":" + quote(value)
                            + (issuer.isEmpty() ? "" : ",\"issuer\":" + quote(issuer))
                            + ",\"reason\":" + quote(reason)
                            + (span == null ? "" : ",\"expires_s\":" + span.toSeconds())
                            + "}");
            print(spec.commandLine().getOut(), answer.path("kill"));
            boolean saved = answer.path("saved").asBoolean(false);
            boolean recorded = answer.path("recorded").asBoolean(false);
            if (!saved) {
                spec.commandLine().getErr().println("not saved: it ends with a restart of the gateway");
            }
            if (!recorded) {
                spec.commandLine().getErr().println("not in the audit log: the log takes no records");
            }
            return saved && recorded ? ExitCode.OK : ExitCode.PROBLEMS;
        }
    }

    /** {@code kill remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Lets a stopped caller or tool go on.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:it may go on",
                "1:not until another operator says so, too",
                "2:wrong usage",
                "3:nothing changed"
            },
            footer = {
                "%nExample:",
                "  mcp-gateway kill remove k-0123456789abcdef --reason repaired --admin … --token-file …"
            })
    static final class Remove implements Callable<Integer> {
        @Parameters(paramLabel = "ID", description = "The stop, as kill list shows it.")
        String id = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        String reason = "";

        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            JsonNode answer =
                    admin.ask("DELETE", "/kill", "{\"id\":" + quote(id) + ",\"reason\":" + quote(reason) + "}");
            if (AdminClient.isOnlyAsked(answer, spec.commandLine().getErr())) {
                return ExitCode.PROBLEMS;
            }
            spec.commandLine().getOut().println("removed " + id);
            return ExitCode.OK;
        }
    }

    /** {@code kill list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows who and what is stopped, one a line.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:listed", "2:wrong usage", "3:the gateway does not answer or refuses"},
            footer = {"%nExample:", "  mcp-gateway kill list --admin http://127.0.0.1:8081 --token-file ops.token"})
    static final class Listing implements Callable<Integer> {
        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            JsonNode answer = admin.ask("GET", "/kill", "");
            answer.path("kills").forEach(kill -> print(spec.commandLine().getOut(), kill));
            return ExitCode.OK;
        }
    }

    private static void print(PrintWriter out, JsonNode kill) {
        String issuer = kill.path("issuer").asString("");
        String until = kill.path("until").asString("");
        out.println(kill.path("id").asString("")
                + "  " + kill.path("kind").asString("")
                + (issuer.isEmpty() ? "" : " of " + printable(issuer))
                + "  " + printable(kill.path("value").asString(""))
                + "  since " + kill.path("since").asString("")
                + (until.isEmpty() ? "" : " until " + until)
                + " by " + printable(kill.path("by").asString(""))
                + ": " + printable(kill.path("reason").asString("")));
    }

    /** A name that an issuer chose must not move the operator's cursor. */
    private static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }

    private static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
