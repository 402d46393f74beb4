package dev.mcpgateway.gateway.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Whether the gateway should get traffic, and every reason why not, each in an operator's words. */
public final class Readiness {
    private final Map<String, Supplier<List<String>>> checks = new LinkedHashMap<>();
    private volatile boolean draining;

    /** Ready until a check says otherwise. */
    public Readiness() {}

    /** Adds a check; it gives the reasons for which it is not ready, none when it is. Called at start-up only. */
    public Readiness with(String name, Supplier<List<String>> check) {
        checks.put(name, check);
        return this;
    }

    /** From now on the gateway takes no new traffic. */
    public void drain() {
        draining = true;
    }

    /** All reasons, {@code check: reason}; empty when ready. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        if (draining) {
            reasons.add("process: shutting down");
        }
        checks.forEach((name, check) -> check.get().forEach(reason -> reasons.add(name + ": " + reason)));
        return reasons;
    }
}
