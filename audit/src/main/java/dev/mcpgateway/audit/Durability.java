package dev.mcpgateway.audit;

import java.util.Locale;

/** How far the outcome of a call must be on disk before the caller may go on; the intent always is (JSON: {@code dur_mode}). */
public enum Durability {
    /** The outcome is durable before {@link AuditTicket#finish} returns. */
    STRICT,
    /** The outcome is queued; a crash can lose it, and the next start then records the call as unresolved. */
    INTENT;

    private final String json = name().toLowerCase(Locale.ROOT);

    String json() {
        return json;
    }
}
