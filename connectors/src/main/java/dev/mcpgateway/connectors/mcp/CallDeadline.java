package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.Deadline;
import java.time.Duration;

/** When a call ends: extended once, at the first question to whoever calls, so that a person has time to answer. */
final class CallDeadline {
    private final Deadline usual;
    private final Deadline extended;
    private volatile boolean asked;

    CallDeadline(Deadline usual, Duration inputWait) {
        this.usual = usual;
        this.extended = usual.plus(inputWait);
    }

    /** The end as things stand. */
    Deadline now() {
        return asked ? extended : usual;
    }

    /** The latest end there can be. */
    Deadline latest() {
        return extended;
    }

    void asked() {
        asked = true;
    }
}
