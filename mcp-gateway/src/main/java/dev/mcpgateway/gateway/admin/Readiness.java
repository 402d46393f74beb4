package dev.mcpgateway.gateway.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Whether the gateway should get traffic, and every reason why not, each in an operator's words. */
public final class Readiness {
    private final Map<String, Check> checks = new LinkedHashMap<>();
    private volatile boolean draining;

    /** What is told to everybody, and the reasons, which name files and hosts. */
    private record Check(String summary, Supplier<List<String>> reasons) {}

    /** Ready until a check says otherwise. */
    public Readiness() {}

    /**
     * Adds a check. Called at start-up only.
     *
     * @param summary what it means that it is not ready, without a word of this gateway's files, hosts and programs
     * @param reasons for which it is not ready, none when it is
     */
    public Readiness with(String name, String summary, Supplier<List<String>> reasons) {
        checks.put(name, new Check(summary, reasons));
        return this;
    }

    /** From now on the gateway takes no new traffic. */
    public void drain() {
        draining = true;
    }

    /** All reasons, {@code check: reason}, for operators; empty when ready. */
    public List<String> reasons() {
        return told(true);
    }

    /** The checks that are not ready, {@code check: summary}, for everybody; empty when ready. */
    public List<String> summary() {
        return told(false);
    }

    private List<String> told(boolean whole) {
        List<String> told = new ArrayList<>();
        if (draining) {
            told.add("process: shutting down");
        }
        checks.forEach((name, check) -> {
            List<String> reasons = check.reasons().get();
            (whole || reasons.isEmpty() ? reasons : List.of(check.summary()))
                    .forEach(reason -> told.add(name + ": " + reason));
        });
        return told;
    }
}
