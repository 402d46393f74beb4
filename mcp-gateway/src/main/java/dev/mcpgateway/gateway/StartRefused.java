package dev.mcpgateway.gateway;

import dev.mcpgateway.policy.yaml.Problem;
import java.util.List;

/** The gateway does not start with this configuration or policy. */
public final class StartRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    StartRefused(List<Problem> problems) {
        super(problems.size() + " problems");
        this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong. */
    public List<Problem> problems() {
        return problems;
    }
}
