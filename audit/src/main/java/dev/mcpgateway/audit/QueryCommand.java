package dev.mcpgateway.audit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** {@code audit query}: records that meet conditions. */
final class QueryCommand {
    static final String HELP = """
            Usage: audit query DIR [conditions] [--newest] [--limit N] [--json]

            Prints the records of the log in DIR that meet all conditions, oldest first.

              --subject SUB --subject-key FILE [--issuer ISS]
                                 records of one subject; the log holds pseudonyms, the key is needed to compute them.
                                 Without --issuer every issuer that the log names is tried
              --tool NAME        crm__get_customer, or get_customer on any server
              --model ALIAS      calls of a model, as agents name it
              --decision EFFECT  allow, deny or error
              --event NAME       such as tool.call.denied, auth.denied, tool.call.*
              --call ID          all records of one call
              --trace ID         all records of the calls, of tools and of models, that came in one trace (32 hex digits)
              --from TIME, --to TIME   2026-11-21T04:49:00Z, or a day in UTC: 2026-11-21
              --newest           newest first
              --limit N          at most N records
              --json             whole records, one JSON object a line

            Exit code: 0; 1 if damaged records were passed over (run "audit verify"); 4 cannot read.

            Example:
              audit query audit/20261121-3f9a01c7 --decision deny --from 2026-11-21 --newest --limit 20
            """;

    private QueryCommand() {}

    static int run(List<String> rest, PrintStream out, PrintStream err) {
        Arguments arguments = new Arguments(
                rest,
                Set.of(
                        "--subject",
                        "--subject-key",
                        "--issuer",
                        "--tool",
                        "--model",
                        "--decision",
                        "--event",
                        "--call",
                        "--trace",
                        "--from",
                        "--to",
                        "--limit"),
                Set.of("--newest", "--json"));
        Path directory = AuditMain.logDirectory(arguments.directory());
        if (arguments.has("--subject")) {
            arguments.required("--subject-key", "secrets/audit-subject.key");
        }
        AuditQuery query = new AuditQuery(
                Set.of(),
                tool(arguments),
                arguments.oneOf("--decision", Set.of("allow", "deny", "error")),
                arguments.text("--call"),
                arguments.text("--event"),
                trace(arguments),
                arguments.time("--from", AuditQuery.ALL.from(), false),
                arguments.time("--to", AuditQuery.ALL.to(), true),
                arguments.has("--newest"),
                arguments.number("--limit", 0));
        if (!arguments.problems().isEmpty()) {
            return AuditMain.usage("query", arguments, err);
        }
        try {
            return print(new AuditReader(directory), withSubject(directory, arguments, query), arguments, out, err);
        } catch (IOException e) {
            return AuditMain.unreadable("query", e, err);
        }
    }

    private static String tool(Arguments arguments) {
        if (!arguments.has("--model")) {
            return arguments.text("--tool");
        }
        if (arguments.has("--tool")) {
            arguments.problem("--tool and --model: no record is of both");
        }
        return AuditQuery.MODEL + arguments.text("--model");
    }

    private static String trace(Arguments arguments) {
        String trace = arguments.text("--trace");
        if (trace.isEmpty() || AuditQuery.isTraceId(trace)) {
            return trace;
        }
        arguments.problem("--trace " + trace + " is not a trace id: 32 hexadecimal digits, in small letters");
        return "";
    }

    private static AuditQuery withSubject(Path directory, Arguments arguments, AuditQuery query) throws IOException {
        if (!arguments.has("--subject")) {
            return query;
        }
        Set<String> subjects = new AuditReader(directory)
                .pseudonyms(
                        Path.of(arguments.text("--subject-key")),
                        arguments.text("--issuer"),
                        arguments.text("--subject"));
        return new AuditQuery(
                subjects,
                query.tool(),
                query.decision(),
                query.call(),
                query.event(),
                query.trace(),
                query.from(),
                query.to(),
                query.newestFirst(),
                query.limit());
    }

    private static int print(
            AuditReader reader, AuditQuery query, Arguments arguments, PrintStream out, PrintStream err)
            throws IOException {
        boolean json = arguments.has("--json");
        AuditReader.Result result =
                reader.read(query, record -> out.println(json ? TerminalText.safe(record.json()) : record.summary()));
        result.damaged().forEach(place -> err.println("damaged record passed over: " + TerminalText.safe(place)));
        return result.damaged().isEmpty() ? 0 : VerifyReport.ALTERED;
    }
}
