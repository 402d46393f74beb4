package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.wire.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code user-tokens}: what users of a running gateway have agreed to. */
@Command(
        name = "user-tokens",
        mixinStandardHelpOptions = true,
        description = "Shows which users agreed to the use of which upstream, and takes it back.",
        subcommands = {UserTokensCommand.Listing.class, UserTokensCommand.Revoke.class})
final class UserTokensCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: list or revoke");
    }

    /** {@code user-tokens list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows the consents, one a line; never a token.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:listed", "2:wrong usage", "3:the gateway does not answer or refuses"},
            footer = {
                "%nExample:",
                "  mcp-gateway user-tokens list --admin http://127.0.0.1:8081 --token-file ops.token"
            })
    static final class Listing implements Callable<Integer> {
        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            admin.ask("GET", "/user-tokens", "")
                    .path("tokens")
                    .forEach(token -> out.println(text(token, "upstream") + "  " + text(token, "subject") + " of "
                            + text(token, "issuer") + "  since " + text(token, "granted_at") + " until "
                            + text(token, "expires_at") + (token.path("renews").asBoolean(false) ? ", renewed" : "")
                            + "  " + text(token, "scopes")));
            return ExitCode.OK;
        }
    }

    /** {@code user-tokens revoke}. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = {
                "Forgets users' tokens: the next call asks the user anew. The upstream's server is not told; where it",
                "must not take them any more, revoke them there, too."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:forgotten", "2:wrong usage", "3:not all of it is forgotten for good"},
            footer = {
                "%nExample:",
                "  mcp-gateway user-tokens revoke --issuer corp --subject alice --reason 'left' --admin … --token-file …"
            })
    static final class Revoke implements Callable<Integer> {
        @Option(names = "--issuer", paramLabel = "ALIAS", description = "Only users of this issuer.")
        String issuer = "";

        @Option(names = "--subject", paramLabel = "SUBJECT", description = "Only this user.")
        String subject = "";

        @Option(names = "--upstream", paramLabel = "ALIAS", description = "Only tokens for this upstream.")
        String upstream = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        String reason = "";

        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            if (subject.isEmpty() && upstream.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "name --subject, --upstream, or both");
            }
            JsonNode answer = admin.ask(
                    "DELETE",
                    "/user-tokens",
                    "{\"issuer\":" + quote(issuer) + ",\"subject\":" + quote(subject) + ",\"upstream\":"
                            + quote(upstream) + ",\"reason\":" + quote(reason) + "}");
            spec.commandLine()
                    .getOut()
                    .println("forgotten: " + answer.path("revoked").asInt(0));
            return ExitCode.OK;
        }
    }

    /** A name that an issuer or a server chose must not move the operator's cursor. */
    private static String text(JsonNode token, String member) {
        return token.path(member).asString("").replaceAll("\\p{C}", "?");
    }

    private static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
