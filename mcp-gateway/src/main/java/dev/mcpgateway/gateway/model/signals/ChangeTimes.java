package dev.mcpgateway.gateway.model.signals;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether operators change what is allowed at other times than they agreed on. Each such act is one signal, whether it
 * was let through or not.
 */
public final class ChangeTimes {
    private final List<Predicate<Instant>> windows;

    /** Changes are expected in these windows; without any no time is unusual. */
    public ChangeTimes(List<Predicate<Instant>> windows) {
        this.windows = List.copyOf(windows);
    }

    /**
     * Somebody changed what is allowed, or tried to.
     *
     * @param act the name of its record
     * @param by the operator, as far as known
     */
    public Optional<Signal> overridden(String act, String by, Instant now) {
        if (windows.isEmpty() || windows.stream().anyMatch(window -> window.test(now))) {
            return Optional.empty();
        }
        return Optional.of(new Signal(
                Signal.Kind.OVERRIDE_OUTSIDE_WINDOW,
                "",
                act,
                1,
                0,
                act + (by.isEmpty() ? "" : " by " + by) + " outside of all change windows"));
    }
}
