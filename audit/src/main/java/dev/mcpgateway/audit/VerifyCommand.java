package dev.mcpgateway.audit;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** {@code audit verify}: the offline proof, in words and as an exit code. */
final class VerifyCommand {
    static final String HELP = """
            Usage: audit verify DIR --vkey FILE [--expect-checkpoint FILE] [--all-signatures]

            Recomputes the whole log in DIR (the directory that holds log.json) from the bytes of its records.

              --vkey FILE                the log's verifier key, kept outside the log; without it nothing is proven
              --expect-checkpoint FILE   a copy of the file "checkpoint" from an earlier day: the log must continue it.
                                         Without it nobody can see that a whole log was replaced by an older copy
              --all-signatures           check the signature of every old checkpoint, about 0.4 ms each

            Exit code: 0 all proven; 1 damaged or altered; 2 incomplete or unanchored; 3 rollback, fork or foreign key;
            4 cannot read. A log that is being written is proven up to its newest checkpoint.

            Example:
              audit verify audit/20261121-3f9a01c7 --vkey /mnt/reviewer/gw-1.vkey
            """;

    private VerifyCommand() {}

    static int run(List<String> rest, PrintStream out, PrintStream err) {
        Arguments arguments = new Arguments(rest, Set.of("--vkey", "--expect-checkpoint"), Set.of("--all-signatures"));
        Path directory = arguments.directory();
        if (!arguments.problems().isEmpty()) {
            return AuditMain.usage("verify", arguments, err);
        }
        VerifyOptions options =
                arguments.optionalPath("--vkey").map(VerifyOptions::pinned).orElse(VerifyOptions.unanchored());
        options = arguments
                .optionalPath("--expect-checkpoint")
                .map(options::expecting)
                .orElse(options);
        options = arguments.has("--all-signatures") ? options.withAllSignatures() : options;
        VerifyReport report = AuditVerifier.verify(AuditMain.logDirectory(directory), options);
        report.lines().forEach(out::println);
        out.println("records " + report.records() + ", proven " + report.provenRecords() + ", exit " + report.exitCode()
                + ": " + meaning(report.exitCode()));
        return report.exitCode();
    }

    private static String meaning(int exitCode) {
        return switch (exitCode) {
            case VerifyReport.PROVEN -> "all proven up to the newest checkpoint";
            case VerifyReport.ALTERED -> "damaged or altered";
            case VerifyReport.UNANCHORED -> "incomplete or unanchored";
            case VerifyReport.FOREIGN -> "rollback, fork or foreign key";
            default -> "cannot read";
        };
    }
}
