package dev.mcpgateway.audit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects what a verification finds and ranks it. */
final class Findings {
    /** Problems told in full; the rest is counted. */
    private static final int PROBLEMS_MAX = 100;

    private final List<String> notes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    /** What a problem means, most serious first. */
    enum Kind {
        FOREIGN(VerifyReport.FOREIGN),
        ALTERED(VerifyReport.ALTERED),
        UNREADABLE(VerifyReport.UNREADABLE),
        UNANCHORED(VerifyReport.UNANCHORED);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }
    }

    /** Something to know that is no problem. */
    void note(String text) {
        notes.add(TerminalText.safe(text));
    }

    void problem(Kind kind, String text) {
        counts.merge(kind, 1, Integer::sum);
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(kind + ": " + TerminalText.safe(text));
        }
    }

    boolean has(Kind kind) {
        return counts.containsKey(kind);
    }

    int exitCode() {
        return counts.keySet().stream().findFirst().map(kind -> kind.exitCode).orElse(VerifyReport.PROVEN);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>(problems);
        int untold = counts.values().stream().mapToInt(Integer::intValue).sum() - problems.size();
        if (untold > 0) {
            lines.add("and " + untold + " more problems");
        }
        lines.addAll(notes);
        return lines;
    }
}
