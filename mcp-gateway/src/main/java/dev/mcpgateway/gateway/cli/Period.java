package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.gateway.evidence.Grid.Form;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of reports that are made from an audit log. */
final class Period {
    @Option(
            names = "--audit",
            required = true,
            paramLabel = "DIR",
            description = "The audit log: the directory that holds log.json, or the one above it.")
    Path directory = Path.of("audit");

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = When.class,
            description = "Earliest time, such as 2026-11-21T04:49:00Z; 2026-11-21 is the beginning of that day (UTC).")
    Instant from = AuditQuery.ALL.from();

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = When.Latest.class,
            description = "Latest time; a day is its end, so that --from and --to of one day are that day.")
    Instant to = AuditQuery.ALL.to();

    @Option(
            names = "--format",
            paramLabel = "FORM",
            defaultValue = "table",
            description = "table, json or csv. Default: ${DEFAULT-VALUE}.")
    Form form = Form.TABLE;

    /**
     * The log.
     *
     * @throws IOException if it cannot be read, or no time is meant: nothing would read as if nothing had happened
     */
    AuditReader log() throws IOException {
        if (from.isAfter(to)) {
            throw new IOException("--from is after --to");
        }
        return AuditReader.in(directory);
    }

    /** Tells what keeps the report from being complete; gives the exit code. */
    static int complete(PrintWriter err, List<String> damaged, boolean isCut) {
        damaged.forEach(place -> err.println("damaged record passed over: " + PlainText.printable(place)));
        if (isCut) {
            err.println("there is more than fits; choose a shorter time");
        }
        return damaged.isEmpty() && !isCut ? ExitCode.OK : ExitCode.PROBLEMS;
    }
}
