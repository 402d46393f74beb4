package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.evidence.Grid;
import dev.mcpgateway.gateway.evidence.Grid.Form;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code usage}: what calls of models used and cost, and what is left of budgets. */
@Command(
        name = "usage",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what calls of models used and cost, by one of key, user, team, tenant, model, provider and day; by",
            "budget, it shows what is left. Costs are US dollars; days are days in UTC."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown", "2:wrong usage", "3:the gateway does not answer or refuses"},
        footer = {
            "%nExample:",
            "  mcp-gateway usage --by user --from 2026-11-01 --format csv --admin http://127.0.0.1:8081 --token-file"
                    + " ops.token"
        })
final class UsageCommand implements Callable<Integer> {
    /** What usage is shown by. */
    enum By {
        KEY,
        USER,
        TEAM,
        TENANT,
        MODEL,
        PROVIDER,
        DAY,
        BUDGET;

        /** As it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final List<String> OF_USAGE = List.of(
            "value",
            "calls",
            "input_tokens",
            "cache_read_tokens",
            "cache_write_tokens",
            "output_tokens",
            "reasoning_tokens",
            "audio_tokens",
            "image_tokens",
            "tool_uses",
            "cost_usd",
            "estimated_calls",
            "unpriced_calls");
    private static final List<String> OF_BUDGETS = List.of(
            "budget", "whose", "mode", "until", "spent_usd", "held_usd", "left_usd", "left_tokens", "left_requests");

    @Option(names = "--by", required = true, paramLabel = "WHAT", description = "One of ${COMPLETION-CANDIDATES}.")
    By by = By.DAY;

    @Option(
            names = "--from",
            paramLabel = "DAY",
            description = "First day, 2026-01-31; 30 days before the last if left out.")
    @Nullable
    LocalDate from;

    @Option(names = "--to", paramLabel = "DAY", description = "Last day; today if left out.")
    @Nullable
    LocalDate to;

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
        boolean isBudgets = by == By.BUDGET;
        JsonNode rows = isBudgets ? admin.ask("GET", "/budgets", "").path("budgets") : usage().path("usage");
        PrintWriter out = spec.commandLine().getOut();
        if (form == Form.JSON) {
            // as it came: numbers stay numbers
            out.println(rows);
        } else {
            out.print(grid(isBudgets ? OF_BUDGETS : OF_USAGE, rows).as(form));
            out.flush();
        }
        return ExitCode.OK;
    }

    private JsonNode usage() throws IOException {
        try {
            return admin.ask("GET", "/usage?by=" + by + day("from", from) + day("to", to), "");
        } catch (IOException failure) {
            if (OneRequest.isTooLong(failure.getCause())) {
                throw new IOException(
                        failure.getMessage() + ": ask for a shorter time (--from, --to), or by something else (--by)",
                        failure);
            }
            throw failure;
        }
    }

    private static String day(String name, @Nullable LocalDate day) {
        return day == null ? "" : "&" + name + "=" + day;
    }

    private static Grid grid(List<String> columns, JsonNode rows) {
        List<List<String>> values = new ArrayList<>();
        rows.forEach(row -> values.add(
                columns.stream().map(column -> row.path(column).asString("")).toList()));
        return new Grid(columns, values);
    }
}
