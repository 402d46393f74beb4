package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.evidence.Grid;
import dev.mcpgateway.gateway.evidence.Grid.Form;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code models health}: how all providers are, on one page. */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        description = {
            "Shows each model at each provider as the calls of a running gateway have seen it: its breaker and the share of",
            "calls that it gets, pauses, usual latency, share of good answers, calls under way, and what a judge says."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all are well",
            "1:shown, and calls are kept from at least one",
            "2:wrong usage",
            "3:the gateway does not answer or refuses"
        },
        footer = {"%nExample:", "  mcp-gateway models health --admin http://127.0.0.1:8081 --token-file ops.token"})
final class ModelHealthCommand implements Callable<Integer> {
    private static final List<String> COLUMNS = List.of(
            "provider",
            "model",
            "breaker",
            "share_percent",
            "opens_in_ms",
            "cools_for_ms",
            "latency_ms",
            "success_millionths",
            "in_flight",
            "scores",
            "score_mean_thousandths");

    @Option(
            names = "--format",
            paramLabel = "FORM",
            defaultValue = "table",
            description = "table, json or csv. Default: ${DEFAULT-VALUE}.")
    Form form = Form.TABLE;

    @Mixin
    AdminClient admin = new AdminClient();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        boolean[] isWell = {true};
        admin.ask("GET", "/models/health", "").path("targets").forEach(target -> {
            rows.add(COLUMNS.stream()
                    .map(column -> target.path(column).asString(""))
                    .toList());
            isWell[0] &= target.path("share_percent").asInt(0) == 100
                    && target.path("cools_for_ms").asLong(0) == 0;
        });
        spec.commandLine().getOut().print(new Grid(COLUMNS, rows).as(form));
        spec.commandLine().getOut().flush();
        return isWell[0] ? ExitCode.OK : ExitCode.PROBLEMS;
    }
}
