package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Events of every call, sampled or not, for whoever adds up usage elsewhere: what each exchange with a provider used
 * ({@value #MODEL_USAGE}), and how each call ended ({@value #CALL_PROCESSED}). They hold ids and words of the gateway's own and
 * of the configuration, and of providers the model and the numbers that they name; nobody's content, and nobody's name.
 */
final class CallEvents {
    static final String MODEL_USAGE = "gateway.model.usage";
    static final String CALL_PROCESSED = "gateway.call.processed";

    private final @Nullable Logger log;

    /** Sent through this; nothing is without it. */
    CallEvents(@Nullable Logger log) {
        this.log = log;
    }

    /** Whether anybody gets them, so that nothing is gathered for nobody. */
    boolean areTold() {
        return log != null;
    }

    /** Tells one, within the trace of its call. */
    void tell(String name, Context trace, Attributes attributes) {
        if (log != null) {
            log.logRecordBuilder()
                    .setEventName(name)
                    .setContext(trace)
                    .setAllAttributes(attributes)
                    .emit();
        }
    }
}
