package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.identity.OwnCaller;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who pays for calls of the gateway's own. Once the day's money is spent, or nothing else would be answered either, it rests a
 * while. Safe for many threads.
 */
final class Purse {
    /** There is no money for one more: it is spent, or set aside for those that are being asked. */
    static final Set<Reason> OF_MONEY = EnumSet.of(Reason.OVER_BUDGET, Reason.BUDGET_HELD);

    /** What the next question would be told as well, whatever it is about. */
    static final Set<Reason> OF_ALL_QUESTIONS = EnumSet.of(
            Reason.OVER_BUDGET, Reason.BUDGET_HELD, Reason.MODEL_HIDDEN, Reason.MODELS_RESTING, Reason.RATE_LIMITED);

    private static final Logger LOG = LoggerFactory.getLogger(Purse.class);

    /** Each further call would only be a refusal more in the log. */
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private static final String NO_MONEY = "over_budget";
    private static final String FAILED = "failed";

    private final String name;
    private final Set<String> restsOn;
    private final LongSupplier nanoClock;
    private volatile Optional<Pause> pause = Optional.empty();

    /** A rest, and in which word for the metric those end that come meanwhile. */
    private record Pause(long until, String result) {}

    /**
     * A purse that is full.
     *
     * @param restsOn refusals after which it rests
     */
    Purse(String name, Set<Reason> restsOn, LongSupplier nanoClock) {
        this.name = name;
        this.restsOn = restsOn.stream().map(Reason::code).collect(Collectors.toUnmodifiableSet());
        this.nanoClock = nanoClock;
    }

    /**
     * Carries out a call unless it rests; gives what kept it from being answered, in a word for the metric.
     *
     * @param tenant whose content the call has; empty for nobody's. The money is the gateway's all the same
     */
    Optional<String> pay(String tenant, Function<Caller, Optional<String>> call) {
        Optional<Pause> now = pause.filter(each -> each.until() - nanoClock.getAsLong() > 0);
        if (now.isPresent()) {
            return now.map(Pause::result);
        }
        return call.apply(OwnCaller.named(name, tenant)).map(reason -> {
            String result = isOfMoney(reason) ? NO_MONEY : FAILED;
            if (restsOn.contains(reason)) {
                pause = Optional.of(new Pause(nanoClock.getAsLong() + PAUSE_NANOS, result));
                LOG.info("{} rests for a minute: {}", name, reason);
            }
            return result;
        });
    }

    private static boolean isOfMoney(String reason) {
        return OF_MONEY.stream().map(Reason::code).anyMatch(reason::equals);
    }
}
