package dev.mcpgateway.gateway.evidence;

import java.util.Set;
import java.util.TreeSet;

/** Distinct names, of which so many are kept that a report can be read; whether there were more is known. */
final class Names {
    private final int max;
    private final Set<String> names = new TreeSet<>();
    private boolean more;

    Names(int max) {
        this.max = max;
    }

    void add(String name) {
        if (name.isEmpty() || names.contains(name)) {
            return;
        }
        if (names.size() >= max) {
            more = true;
        } else {
            names.add(name);
        }
    }

    String count() {
        return names.size() + (more ? "+" : "");
    }

    String list() {
        return String.join(" ", names) + (more ? " …" : "");
    }
}
