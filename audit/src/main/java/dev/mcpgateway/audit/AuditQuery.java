package dev.mcpgateway.audit;

import java.time.Instant;
import java.util.Set;

/**
 * Which records to read; all conditions must hold, an empty one holds always.
 *
 * @param subjects pseudonyms ({@code actor.sub_p}), any of which; from {@link AuditReader#pseudonyms}
 * @param tool name of the tool, alone or as {@code server__name}
 * @param decision {@code allow}, {@code deny} or {@code error}
 * @param call the gateway's id of a call
 * @param event {@code ev}, whole, or its beginning followed by {@code *}
 * @param from earliest writer time
 * @param to latest writer time
 * @param newestFirst direction
 * @param limit most records; 0 for all
 */
public record AuditQuery(
        Set<String> subjects,
        String tool,
        String decision,
        String call,
        String event,
        Instant from,
        Instant to,
        boolean newestFirst,
        long limit) {
    /** Every record, oldest first. */
    public static final AuditQuery ALL =
            new AuditQuery(Set.of(), "", "", "", "", Instant.EPOCH, Instant.parse("9999-12-31T23:59:59Z"), false, 0);

    /** Copies the set and checks the limit. */
    public AuditQuery {
        subjects = Set.copyOf(subjects);
        Check.range("limit", limit, 0, Long.MAX_VALUE);
    }
}
