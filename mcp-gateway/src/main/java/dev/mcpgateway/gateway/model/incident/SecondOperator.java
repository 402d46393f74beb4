package dev.mcpgateway.gateway.model.incident;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.Source;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Break-glass by two: at times at which no change is expected, an operator's end of a stop or restriction needs another
 * operator's word within a while. What was said is in memory, and both words are in the audit log. Safe for many threads.
 */
public final class SecondOperator {
    private final List<Predicate<Instant>> alone;
    private final Duration within;
    private final InstantSource clock;
    private final AuditLog audit;

    /** By what is to be ended. */
    private final Map<String, Asked> asked = new HashMap<>();

    /**
     * The first operator's word.
     *
     * @param by name of the operator's token
     * @param until until when another one can agree
     */
    public record Asked(String by, Instant until) {}

    /**
     * Needs nobody else in these windows.
     *
     * @param alone when one operator is enough; none for always
     * @param within how long the first word counts
     */
    public SecondOperator(List<Predicate<Instant>> alone, Duration within, InstantSource clock, AuditLog audit) {
        this.alone = List.copyOf(alone);
        this.within = within;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * An operator wants to end something that is in force.
     *
     * @param what the same for the same thing, and for nothing else
     * @return whom the operator has to wait for now; empty if the end may come
     * @throws dev.mcpgateway.audit.AuditUnavailable if that cannot be recorded: nothing is asked and nothing ends
     */
    public synchronized Optional<Asked> wants(String what, String by, String reason, Source source) {
        Instant now = clock.instant();
        if (alone.isEmpty() || alone.stream().anyMatch(window -> window.test(now))) {
            return Optional.empty();
        }
        asked.values().removeIf(each -> !now.isBefore(each.until()));
        Asked first = asked.get(what);
        if (first != null && !first.by().equals(by)) {
            audit.append(action("agreed", by, what, "asked by " + first.by(), reason, source));
            asked.remove(what);
            return Optional.empty();
        }
        Asked wish = new Asked(by, now.plus(within));
        audit.append(action("asked", by, what, "asked, until " + wish.until(), reason, source));
        asked.put(what, wish);
        return Optional.of(wish);
    }

    private static AdminAction action(
            String action, String by, String what, String result, String reason, Source source) {
        return new AdminAction(Actor.NONE, source, "break_glass." + action, by, what, result, reason);
    }
}
