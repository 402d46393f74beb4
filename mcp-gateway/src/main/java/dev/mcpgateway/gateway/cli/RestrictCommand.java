package dev.mcpgateway.gateway.cli;

import static dev.mcpgateway.gateway.cli.PlainText.printable;
import static dev.mcpgateway.gateway.cli.PlainText.quote;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code restrict}: reduces what a tenant's callers can do. */
@Command(
        name = "restrict",
        mixinStandardHelpOptions = true,
        description = {
            "Leaves the callers of a tenant with the tools, prompts and resources that the policy classes",
            "read_only and with the models named here, from their next request on; everything else looks unknown to",
            "them. Kept across restarts."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:restricted, lifted or listed",
            "1:restricted, but not saved or not in the audit log; not lifted until another operator says so, too",
            "2:wrong usage",
            "3:nothing changed"
        },
        footer = {
            "%nExamples:",
            "  mcp-gateway restrict --tenant acme --models gpt --calls-per-minute 10 --reason 'incident 12' \\",
            "      --admin http://127.0.0.1:8081 --token-file ops.token",
            "  mcp-gateway restrict --tenant acme --lift --reason repaired --admin … --token-file …",
            "  mcp-gateway restrict --list --admin … --token-file …"
        })
final class RestrictCommand implements Callable<Integer> {
    @Option(names = "--tenant", paramLabel = "NAME", description = "The tenant.")
    String tenant = "";

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "ALIAS",
            description = "Models that stay, comma-separated; default: none.")
    List<String> models = List.of();

    @Option(
            names = "--calls-per-minute",
            paramLabel = "N",
            description = "Most calls of one caller to one tool or model; default: as rules say.")
    @Nullable
    Integer callsPerMinute;

    @Option(names = "--lift", description = "Ends the tenant's restriction.")
    boolean lift;

    @Option(names = "--list", description = "Shows all restrictions, one a line.")
    boolean list;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; for the audit log.")
    String reason = "";

    @Mixin
    AdminClient admin = new AdminClient();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        if (list) {
            admin.ask("GET", "/restrictions", "").path("restrictions").forEach(this::print);
            return ExitCode.OK;
        }
        if (tenant.isEmpty() || reason.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "give --tenant and --reason, or --list");
        }
        if (lift) {
            JsonNode answer = admin.ask(
                    "DELETE", "/restrictions", "{\"tenant\":" + quote(tenant) + ",\"reason\":" + quote(reason) + "}");
            if (AdminClient.isOnlyAsked(answer, spec.commandLine().getErr())) {
                return ExitCode.PROBLEMS;
            }
            spec.commandLine().getOut().println("lifted " + printable(tenant));
            return ExitCode.OK;
        }
        return restrict();
    }

    private int restrict() throws IOException {
        JsonNode answer = admin.ask(
                "POST",
                "/restrictions",
                "{\"tenant\":" + quote(tenant)
                        + ",\"models\":["
                        + models.stream().map(PlainText::quote).collect(Collectors.joining(","))
                        + "]" + (callsPerMinute == null ? "" : ",\"calls_per_minute\":" + callsPerMinute)
                        + ",\"reason\":" + quote(reason) + "}");
        print(answer.path("restriction"));
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

    private void print(JsonNode restriction) {
        List<String> left = new ArrayList<>();
        restriction.path("models").forEach(model -> left.add(printable(model.asString(""))));
        int most = restriction.path("calls_per_minute").asInt(0);
        spec.commandLine()
                .getOut()
                .println(printable(restriction.path("tenant").asString("")) + "  read-only tools  models: "
                        + (left.isEmpty() ? "none" : String.join(", ", left))
                        + (most == 0 ? "" : "  " + most + " calls a minute")
                        + "  since " + restriction.path("since").asString("")
                        + " by " + printable(restriction.path("by").asString(""))
                        + ": " + printable(restriction.path("reason").asString("")));
    }
}
