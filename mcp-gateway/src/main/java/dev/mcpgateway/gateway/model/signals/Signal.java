package dev.mcpgateway.gateway.model.signals;

import java.util.Locale;

/**
 * Something unusual.
 *
 * @param kind what
 * @param tenant of whom; empty where it is about nobody's calls, or of callers without a tenant
 * @param about of what else, such as a provider; may be empty
 * @param value what was measured
 * @param threshold what it was measured against
 * @param what in an operator's words
 */
public record Signal(Kind kind, String tenant, String about, double value, double threshold, String what) {
    /** The kinds. */
    public enum Kind {
        /** A tenant's calls are served by other models than they were. */
        ROUTING_DRIFT,
        /** More of a tenant's answers are cut at their length than were, or its requests are billed far below their estimate. */
        TRUNCATION_RISE,
        /** A provider refuses a key. */
        AUTH_FAILURES,
        /** An operator changed what is allowed outside of all change windows, or tried to. */
        OVERRIDE_OUTSIDE_WINDOW,
        /** A provider says that another model answered than was asked. */
        MODEL_MISMATCH;

        /** As in records and metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
