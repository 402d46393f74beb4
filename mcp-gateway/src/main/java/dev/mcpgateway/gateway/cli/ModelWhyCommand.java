package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.gateway.evidence.Grid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code models why}: how one call came to the model that answered it. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = {
            "Shows from the audit log why a call of a model ended where it did: what the agent asked for, who was to be asked",
            "first, each rule, retry, fallback and breaker on the way, and who answered or why nobody did."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:shown",
            "1:no such call in the log, or records are damaged",
            "2:wrong usage",
            "3:the log cannot be read"
        },
        footer = {
            "%nExample (the id is in the answer's x-gateway-call-id):",
            "  mcp-gateway models why CALL --audit audit"
        })
final class ModelWhyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CALL", description = "The gateway's id of the call.")
    String id = "";

    @Mixin
    Period period = new Period();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        AuditReader.Result read = period.log()
                .read(
                        new AuditQuery(Set.of(), "", "", id, "llm.call.*", period.from, period.to, false, 0),
                        found -> rows.addAll(told(found)));
        if (rows.isEmpty()) {
            spec.commandLine().getErr().println("no call of a model has the id " + PlainText.printable(id));
            return ExitCode.PROBLEMS;
        }
        Grid grid = new Grid(List.of("step", "from", "to", "reason", "attempt"), rows);
        spec.commandLine().getOut().print(grid.as(period.form));
        spec.commandLine().getOut().flush();
        return Period.complete(spec.commandLine().getErr(), read.damaged(), false);
    }

    private static List<List<String>> told(AuditRecord found) {
        String alias = found.text("model.alias");
        return switch (found.text("ev")) {
            case "llm.call.intent" ->
                List.of(List.of(
                        "asked",
                        alias,
                        target(found.text("model.provider"), found.text("model.name")),
                        found.text("decision.reason_code"),
                        "0"));
            case "llm.call.denied" -> List.of(List.of("refused", alias, "", found.text("detail.reason"), "0"));
            case "llm.call.outcome" -> outcome(found, alias);
            default -> List.of();
        };
    }

    private static List<List<String>> outcome(AuditRecord found, String alias) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode step : found.fields().at("/model/routing")) {
            rows.add(List.of(
                    step.path("kind").asString(""),
                    step.path("from").asString(""),
                    step.path("to").asString(""),
                    step.path("reason").asString(""),
                    step.path("attempt").asString("")));
        }
        String error = found.text("outcome.error");
        String cache = found.text("model.cache");
        boolean isMismatch = found.text("model.mismatch").equals("true");
        rows.add(List.of(
                error.isEmpty() ? "answered" : "failed",
                cache.isEmpty() ? target(found.text("model.by.provider"), found.text("model.by.name")) : alias,
                found.text("model.served"),
                !error.isEmpty()
                        ? error
                        : !cache.isEmpty() ? "kept (" + cache + ")" : isMismatch ? "model_mismatch" : "",
                found.text("model.attempts")));
        return rows;
    }

    private static String target(String provider, String model) {
        return provider.isEmpty() ? "" : provider + "/" + model;
    }
}
