package dev.mcpgateway.gateway.cli;

import static dev.mcpgateway.gateway.cli.PlainText.printable;
import static dev.mcpgateway.gateway.cli.PlainText.quote;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code credentials}: the keys that providers of models know the gateway by. */
@Command(
        name = "credentials",
        mixinStandardHelpOptions = true,
        description = "The keys that providers of models know the gateway by: their age, and their renewal.",
        subcommands = {CredentialsCommand.Rotate.class, CredentialsCommand.Listing.class})
final class CredentialsCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: rotate or list");
    }

    /** {@code credentials rotate}. */
    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = {
                "Reads the keys anew from where they are kept, tries each at its provider (GET models; AWS: a request to a",
                "model that says nothing; both cost nothing) and goes on with 'next' where the provider takes it, else with",
                "the first. Without a gap: calls under way keep their key. Where no key is taken, nothing changes. Revoking",
                "the old key is the provider's affair; do so when this says 'in use: next'."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:every provider takes the key in use",
                "1:some do not, or it is not in the audit log; printed",
                "2:wrong usage",
                "3:the gateway refuses, or does not answer (it may have renewed keys, or be at it still); printed"
            },
            footer = {
                "%nExample:",
                "  mcp-gateway credentials rotate --all --reason 'incident 12' --admin … --token-file …"
            })
    static final class Rotate implements Callable<Integer> {
        /** Stores and providers that are silent are waited for, seconds each; what every secret says is read, too. */
        private static final Duration PATIENCE = Duration.ofMinutes(10);

        @Option(names = "--all", description = "The keys of all providers.")
        boolean all;

        @Option(names = "--provider", paramLabel = "NAME", description = "The keys of one provider.")
        String provider = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        String reason = "";

        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            if (all != provider.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "give one of --all and --provider");
            }
            JsonNode answer = admin.order(
                    "/credentials/rotate",
                    "{\"reason\":" + quote(reason) + (all ? "" : ",\"provider\":" + quote(provider)) + "}",
                    PATIENCE,
                    "admin.credentials.rotate");
            PrintWriter out = spec.commandLine().getOut();
            boolean good = answer.path("recorded").asBoolean(false);
            if (!good) {
                spec.commandLine().getErr().println("not in the audit log: the log takes no records");
            }
            for (JsonNode each : answer.path("rotations")) {
                good &= each.path("good").asBoolean(false);
                print(out, each);
            }
            out.println("took " + answer.path("millis").asLong(0) + " ms");
            return good ? ExitCode.OK : ExitCode.PROBLEMS;
        }

        private static void print(PrintWriter out, JsonNode rotation) {
            StringBuilder line =
                    new StringBuilder(printable(rotation.path("provider").asString("")));
            line.append(rotation.path("good").asBoolean(false) ? "  in use: " : "  NO KEY IS TAKEN, still in use: ");
            line.append(rotation.path("in_use").asString(""));
            rotation.path("keys")
                    .forEach(key -> line.append("  ")
                            .append(key.path("key").asString(""))
                            .append(' ')
                            .append(key.path("verdict").asString(""))
                            .append(" (")
                            .append(printable(key.path("detail").asString("")))
                            .append(')'));
            out.println(
                    line.append("  ").append(rotation.path("millis").asLong(0)).append(" ms"));
        }
    }

    /** {@code credentials list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Shows the keys of providers, one a line: which is in use, its age and last rotation as far as the",
                "gateway has seen them, how often the provider refused it, and whether it is static or issued for a short",
                "time: then how many are held, one for each workload, and when the first of them ends. Never a key."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:listed",
                "1:listed, and a key is 90 days old or cannot be read",
                "2:wrong usage",
                "3:the gateway does not answer or refuses"
            },
            footer = {
                "%nExample:",
                "  mcp-gateway credentials list --admin http://127.0.0.1:8081 --token-file ops.token"
            })
    static final class Listing implements Callable<Integer> {
        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            boolean good = true;
            for (JsonNode key : admin.ask("GET", "/credentials", "").path("credentials")) {
                boolean old = key.path("old").asBoolean(false);
                String problem = key.path("problem").asString("");
                good &= !old && problem.isEmpty();
                spec.commandLine().getOut().println(line(key, old, problem));
            }
            return good ? ExitCode.OK : ExitCode.PROBLEMS;
        }

        private static String kind(JsonNode key) {
            return key.path("kind").asString("").equals("short_lived")
                    ? "  short-lived, " + key.path("held").asLong(0) + " held, the next ends "
                            + key.path("next_end").asString("never")
                    : "  static";
        }

        private static String line(JsonNode key, boolean old, String problem) {
            return printable(key.path("provider").asString("")) + "  "
                    + key.path("key").asString("")
                    + (key.path("in_use").asBoolean(false) ? "  in use" : "  at rest")
                    + "  "
                    + (key.path("age_days").isNull()
                            ? "never read"
                            : key.path("age_days").asLong(0) + " days")
                    + (old ? " OLD" : "")
                    + "  rotated " + key.path("rotated").asString("never")
                    + "  refused " + key.path("auth_failures").asLong(0)
                    + kind(key)
                    + (problem.isEmpty() ? "" : "  " + printable(problem));
        }
    }
}
