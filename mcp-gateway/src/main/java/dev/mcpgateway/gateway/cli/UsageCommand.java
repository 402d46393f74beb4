package dev.mcpgateway.gateway.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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

    /** How it is shown. */
    enum Format {
        TABLE,
        JSON,
        CSV;

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

    @Option(names = "--format", paramLabel = "FORMAT", description = "One of ${COMPLETION-CANDIDATES}.")
    Format format = Format.TABLE;

    @Mixin
    AdminClient admin = new AdminClient();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        boolean isBudgets = by == By.BUDGET;
        JsonNode rows = isBudgets
                ? admin.ask("GET", "/budgets", "").path("budgets")
                : admin.ask("GET", "/usage?by=" + by + day("from", from) + day("to", to), "")
                        .path("usage");
        PrintWriter out = spec.commandLine().getOut();
        List<String> columns = isBudgets ? OF_BUDGETS : OF_USAGE;
        switch (format) {
            case JSON -> out.println(rows);
            case CSV -> csv(out, columns, rows);
            case TABLE -> table(out, columns, rows);
        }
        return ExitCode.OK;
    }

    private static String day(String name, @Nullable LocalDate day) {
        return day == null ? "" : "&" + name + "=" + day;
    }

    private static void csv(PrintWriter out, List<String> columns, JsonNode rows) {
        out.println(String.join(",", columns));
        rows.forEach(row -> out.println(
                columns.stream().map(column -> field(plain(row, column))).collect(Collectors.joining(","))));
    }

    /** Quoted always where it could be more than a word: spreadsheets run what begins like a formula. */
    private static String field(String text) {
        String safe = text.matches("[=+@-].*") && !text.matches("-?[0-9.]+") ? "'" + text : text;
        return safe.matches("[A-Za-z0-9_.:/-]*") ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
    }

    private static void table(PrintWriter out, List<String> columns, JsonNode rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns);
        rows.forEach(row ->
                lines.add(columns.stream().map(column -> text(row, column)).toList()));
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < columns.size(); i++) {
                text.append(line.get(i))
                        .append(" ".repeat(width(lines, i) - line.get(i).length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }

    /** A name that an issuer chose must not move the operator's cursor. */
    private static String text(JsonNode row, String column) {
        String text = plain(row, column);
        return text.isEmpty() ? "-" : text;
    }

    private static String plain(JsonNode row, String column) {
        return row.path(column).asString("").replaceAll("\\p{C}", "?");
    }
}
