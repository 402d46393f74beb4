package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.identity.Caller;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who pays for calls of the gateway's own. Once the day's money is spent it rests a while. Safe for many threads. */
final class Purse {
    private static final Logger LOG = LoggerFactory.getLogger(Purse.class);

    /** Each further call would only be a refusal more in the log. */
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private static final String SPENT = "over_budget";
    private static final String FAILED = "failed";

    private final Caller caller;
    private final LongSupplier nanoClock;
    private volatile Optional<Long> restsUntil = Optional.empty();

    Purse(Caller caller, LongSupplier nanoClock) {
        this.caller = caller;
        this.nanoClock = nanoClock;
    }

    /** Carries out a call unless it rests; gives what kept it from being answered, in a word for the metric. */
    Optional<String> pay(Function<Caller, Optional<String>> call) {
        if (restsUntil.filter(until -> until - nanoClock.getAsLong() > 0).isPresent()) {
            return Optional.of(SPENT);
        }
        return call.apply(caller).map(reason -> {
            if (!reason.equals(Reason.OVER_BUDGET.code())) {
                return FAILED;
            }
            restsUntil = Optional.of(nanoClock.getAsLong() + PAUSE_NANOS);
            LOG.info("the day's money of {} is spent", caller.subject().subject());
            return SPENT;
        });
    }
}
