package dev.mcpgateway.policy.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects the problems of one load. Holds at most {@value #PROBLEMS_MAX}; the rest is
 * counted and named in one last problem, so that a hostile or generated file cannot flood the operator.
 *
 * <p>Not safe for use by several threads.
 */
public final class Problems {

    /** Problems kept one by one; more than this helps nobody to repair a file. */
    public static final int PROBLEMS_MAX = 200;

    private final List<Problem> problems = new ArrayList<>();
    private int omitted;
    private String lastOmittedFile = "";

    /** An empty collection. */
    public Problems() {}

    /** Adds a problem; {@code hint} may be empty. */
    public void add(Position position, String message, String hint) {
        add(new Problem(position, message, hint));
    }

    /** Adds a problem. */
    public void add(Problem problem) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(problem);
        } else {
            omitted++;
            lastOmittedFile = problem.file();
        }
    }

    /** True while nothing is wrong. */
    public boolean isEmpty() {
        return problems.isEmpty();
    }

    /** How many problems there are so far, shown or not. */
    public int count() {
        return problems.size() + omitted;
    }

    /** All problems so far, file by file in the order first met, from top to bottom; an immutable copy. */
    public List<Problem> list() {
        List<String> files = problems.stream().map(Problem::file).distinct().toList();
        List<Problem> all = new ArrayList<>(problems);
        all.sort(Comparator.<Problem>comparingInt(problem -> files.indexOf(problem.file()))
                .thenComparingInt(Problem::line)
                .thenComparingInt(Problem::column));
        if (omitted == 0) {
            return List.copyOf(all);
        }
        all.add(new Problem(
                Position.wholeFile(lastOmittedFile), omitted + " more problems are not shown", "Repair these first"));
        return List.copyOf(all);
    }
}
