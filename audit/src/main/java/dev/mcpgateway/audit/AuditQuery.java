package dev.mcpgateway.audit;

import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which records to read; all conditions must hold, an empty one holds always.
 *
 * @param subjects pseudonyms ({@code actor.sub_p}), any of which; from {@link AuditReader#pseudonyms}
 * @param tool name of the tool, alone or as {@code server__name}; of a model {@value #MODEL} and its alias
 * @param decision {@code allow}, {@code deny} or {@code error}
 * @param call the gateway's id of a call
 * @param event {@code ev}, whole, or its beginning followed by {@code *}
 * @param trace trace id, 32 hexadecimal digits: records of a request in it, and all records of the calls that it made
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
        String trace,
        Instant from,
        Instant to,
        boolean newestFirst,
        long limit) {
    /** Every record, oldest first. */
    public static final AuditQuery ALL =
            new AuditQuery(Set.of(), "", "", "", "", Instant.EPOCH, Instant.parse("9999-12-31T23:59:59Z"), false, 0);

    /** What stands before the alias of a model. */
    static final String MODEL = "model:";

    private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

    /** Copies the set; checks trace and limit. */
    public AuditQuery {
        subjects = Set.copyOf(subjects);
        if (!trace.isEmpty() && !isTraceId(trace)) {
            throw new IllegalArgumentException("not a trace id: " + trace);
        }
        Check.range("limit", limit, 0, Long.MAX_VALUE);
    }

    /** Records of any trace, and of none. */
    public AuditQuery(
            Set<String> subjects,
            String tool,
            String decision,
            String call,
            String event,
            Instant from,
            Instant to,
            boolean newestFirst,
            long limit) {
        this(subjects, tool, decision, call, event, "", from, to, newestFirst, limit);
    }

    /** Whether the text is a trace id as W3C Trace Context writes it. */
    static boolean isTraceId(String text) {
        return TRACE_ID.matcher(text).matches();
    }
}
