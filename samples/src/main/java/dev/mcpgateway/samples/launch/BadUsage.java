package dev.mcpgateway.samples.launch;

import java.io.Serial;
import java.util.List;

/** The command line was wrong; the message lists every problem, one per line. */
public final class BadUsage extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    BadUsage(List<String> problems) {
        super(String.join("\n", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order in which they were found. */
    List<String> problems() {
        return problems;
    }
}
