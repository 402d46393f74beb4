package dev.mcpgateway.gateway.model.doctor;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.config.DoctorSettings;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.model.ExpectedCost;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.ModelTable;
import dev.mcpgateway.gateway.model.Onlooker;
import dev.mcpgateway.gateway.model.OwnCalls;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LedgerUnavailable;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Used;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Probes models for operators, one call at a time, and says what is not as planned. A probe is a call of the gateway's own by
 * the one path: with a permit, within a daily budget, recorded. What other callers do it neither sees nor changes. Safe for
 * many threads.
 */
public final class Doctor implements Onlooker {
    /** Longest wait for a probe; what is asked takes a moment. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration CANCELS_WITHIN = Duration.ofSeconds(5);
    private static final Duration RECORDED_WITHIN = Duration.ofSeconds(5);
    private static final Duration LOOKS_BACK = Duration.ofMinutes(5);
    private static final Duration LOOKS_EVERY = Duration.ofMillis(20);

    private final Models models;
    private final Means means;
    private final Onlooker beside;
    private final Semaphore one = new Semaphore(1);
    private final Map<String, Seen> underWay = new ConcurrentHashMap<>();
    private volatile @Nullable OwnCalls calls;

    /**
     * What it works with.
     *
     * @param ids new call ids
     * @param marks cryptographically strong, so that nobody can know an answer before it is asked for
     */
    public record Means(
            Money money,
            ExpectedCost cost,
            AuditReader log,
            Supplier<String> ids,
            RandomGenerator marks,
            InstantSource clock) {}

    /** Something keeps a probe from being made at all. */
    public static final class CannotProbe extends Exception {
        private static final long serialVersionUID = 1;

        CannotProbe(String message) {
            super(message);
        }
    }

    /** Looks at its own calls, and leaves all others to {@code beside}. */
    public Doctor(Models models, Means means, Onlooker beside) {
        this.models = models;
        this.means = means;
        this.beside = beside;
    }

    @Override
    public void begin(OwnCalls through) {
        beside.begin(through);
        calls = through;
    }

    @Override
    public Watch watch(ModelAsk ask, ModelTable.Target target, @Nullable String traceparent) {
        Seen seen = underWay.get(ask.exchange().id());
        if (seen == null || !(ask.exchange() instanceof OwnExchange)) {
            return beside.watch(ask, target, traceparent);
        }
        seen.answeredBy(target.entry());
        return seen;
    }

    /** Everything that can be probed, in the order of the file. */
    public List<Probe> probes() {
        return models.aliases().keySet().stream()
                .flatMap(alias -> Probe.all(alias, models).stream())
                .toList();
    }

    /** What the gateway in service goes by, to be compared with a file. */
    public Map<String, String> planned() {
        return Planned.of(models);
    }

    /** The most that a probe can cost with all its attempts, in nano-USD; empty where something has no price. */
    public OptionalLong most(Probe probe) {
        ModelRequest request = probe.request("0123456789ab");
        List<Models.Target> asked = probe.isOfRoute()
                ? Objects.requireNonNull(models.aliases().get(probe.alias())).targets()
                : List.of(probe.target());
        long dearest = 0;
        for (Models.Target target : asked) {
            OptionalLong most = means.cost().atMost(request, target);
            if (most.isEmpty()) {
                return OptionalLong.empty();
            }
            dearest = Math.max(dearest, most.getAsLong());
        }
        return OptionalLong.of(dearest * probe.attemptsMax(models.routing()));
    }

    /** What probes may still cost today, in nano-USD. */
    public long left() {
        long limit = models.doctor().map(DoctorSettings::dailyNanoUsd).orElse(0L);
        return means.money().ledger().balances().stream()
                .filter(balance -> balance.pot().budget().equals(DoctorSettings.DOCTOR))
                .mapToLong(balance -> Math.max(
                        0, limit - balance.spent().nanoUsd() - balance.held().nanoUsd()))
                .min()
                .orElse(limit);
    }

    /**
     * Makes a probe and compares what comes of it.
     *
     * @param recorded told with what came of it before the log is read, to be recorded: the log then has what was before it
     * @throws CannotProbe if another one is under way, or nothing is served yet
     * @throws InterruptedException the call is ended with it
     */
    public Examination examine(Probe probe, Consumer<String> recorded) throws CannotProbe, InterruptedException {
        OwnCalls through = calls;
        if (through == null) {
            throw new CannotProbe("nothing is served yet");
        }
        if (!one.tryAcquire()) {
            throw new CannotProbe("another probe is under way");
        }
        try {
            return examine(probe, through, recorded);
        } finally {
            one.release();
        }
    }

    private Examination examine(Probe probe, OwnCalls through, Consumer<String> recorded) throws InterruptedException {
        Instant since = means.clock().instant();
        Optional<Used> before = used(since);
        String id = means.ids().get();
        String mark = HexFormat.of().toHexDigits(means.marks().nextLong()).substring(4);
        String trace = HexFormat.of().toHexDigits(means.marks().nextLong())
                + HexFormat.of().toHexDigits(means.marks().nextLong() | 1);
        String parent = HexFormat.of().toHexDigits(means.marks().nextLong() | 1);
        Seen seen = new Seen(probe.api());
        OwnExchange exchange = new OwnExchange(id, "", "00-" + trace + "-" + parent + "-01");
        underWay.put(id, seen);
        Optional<String> error;
        try {
            error = bounded(() -> ask(through, probe, exchange, mark));
        } finally {
            underWay.remove(id);
        }
        recorded.accept(error.orElse("answered") + ", call " + id);
        Optional<Recorded> log = recorded(id, since);
        Outcome outcome = new Outcome(
                id,
                mark,
                trace,
                error,
                seen,
                exchange.answerHeaders().asImmutable(),
                log,
                before.flatMap(then -> used(since).map(now -> difference(now, then))));
        String requestId =
                outcome.header("request-id").isEmpty() ? outcome.header("x-request-id") : outcome.header("request-id");
        return new Examination(
                id,
                mark,
                requestId,
                log.map(each -> each.number("/model/cost_nano_usd")).orElse(-1L),
                Checks.of(probe, outcome, models.routing()));
    }

    private static Optional<String> ask(OwnCalls through, Probe probe, OwnExchange exchange, String mark) {
        Caller doctor = OwnCaller.named(DoctorSettings.DOCTOR, "");
        ModelRequest request = probe.request(mark);
        return probe.isOfRoute()
                ? through.ask(doctor, exchange, request)
                : through.copy(doctor, exchange, request, new ModelAsk.Copy(doctor, probe.target()));
    }

    /** On a thread of its own, which an interrupt ends. */
    private static Optional<String> bounded(Supplier<Optional<String>> call) throws InterruptedException {
        FutureTask<Optional<String>> task = new FutureTask<>(call::get);
        Thread asking = Thread.ofVirtual().name("doctor").start(task);
        try {
            return task.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLong) {
            asking.interrupt();
            return cancelled(task);
        } catch (InterruptedException gone) {
            asking.interrupt();
            throw gone;
        } catch (ExecutionException bug) {
            throw new IllegalStateException("a probe ended with a bug", bug.getCause());
        }
    }

    private static Optional<String> cancelled(FutureTask<Optional<String>> task) throws InterruptedException {
        try {
            return task.get(CANCELS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException notEvenThat) {
            return Optional.of("cancelled");
        }
    }

    /** The end of a call is written behind it. */
    private Optional<Recorded> recorded(String id, Instant since) throws InterruptedException {
        Optional<Recorded> found = Optional.empty();
        for (long left = RECORDED_WITHIN.toMillis(); left > 0; left -= LOOKS_EVERY.toMillis()) {
            try {
                found = Optional.of(Recorded.of(means.log(), id, since.minusSeconds(1)));
            } catch (IOException unreadable) {
                return Optional.empty();
            }
            if (found.get().end().isPresent()) {
                return found;
            }
            Thread.sleep(LOOKS_EVERY);
        }
        return found;
    }

    /**
     * The calls that came in one trace within the last minutes, newest first: their intents, and the refusals of those that have
     * none.
     *
     * @param trace 32 hexadecimal digits
     * @throws IOException if the log cannot be read
     */
    public List<AuditRecord> inTrace(String trace) throws IOException {
        List<AuditRecord> found = new ArrayList<>();
        Instant since = means.clock().instant().minus(LOOKS_BACK);
        var _ = means.log()
                .read(
                        new AuditQuery(Set.of(), "", "", "", "llm.call.*", since, AuditQuery.ALL.to(), true, 0),
                        record -> {
                            if (record.text("trace.traceparent").contains("-" + trace + "-")) {
                                found.add(record);
                            }
                        });
        return found;
    }

    /** What the ledger has of the doctor since that day. */
    private Optional<Used> used(Instant since) {
        LocalDate from = since.atZone(ZoneOffset.UTC).toLocalDate();
        try {
            return Optional.of(means.money().ledger().usage(Ledger.By.USER, from, from.plusDays(1)).stream()
                    .filter(row -> row.value().equals(OwnCaller.ALIAS + "/" + DoctorSettings.DOCTOR))
                    .map(Ledger.Row::used)
                    .findFirst()
                    .orElse(Used.NOTHING));
        } catch (LedgerUnavailable failure) {
            return Optional.empty();
        }
    }

    private static Used difference(Used now, Used then) {
        return new Used(
                now.calls() - then.calls(),
                now.input() - then.input(),
                now.cacheRead() - then.cacheRead(),
                now.cacheWrite() - then.cacheWrite(),
                now.output() - then.output(),
                now.reasoning() - then.reasoning(),
                now.audio() - then.audio(),
                now.image() - then.image(),
                now.toolUses() - then.toolUses(),
                now.nanoUsd() - then.nanoUsd(),
                now.estimated() - then.estimated(),
                now.unpriced() - then.unpriced());
    }
}
