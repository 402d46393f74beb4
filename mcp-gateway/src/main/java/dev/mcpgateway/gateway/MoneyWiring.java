package dev.mcpgateway.gateway;

import dev.mcpgateway.gateway.admin.AdminTokens;
import dev.mcpgateway.gateway.admin.UsageEndpoints;
import dev.mcpgateway.gateway.config.FileWatch;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.MoneySettings;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LocalLedger;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.PriceFile;
import dev.mcpgateway.gateway.model.money.PriceTable;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prices, budgets and the ledger, where the configuration has them. */
final class MoneyWiring {
    private static final Logger LOG = LoggerFactory.getLogger(MoneyWiring.class);
    private static final String FILE = "ledger.mv";

    private final MoneySettings settings;
    private final InstantSource clock;
    private final Ledger ledger;
    private final Money money;
    private final FileWatch.Look unread;
    private volatile PriceTable prices;

    private MoneyWiring(
            MoneySettings settings, FileWatch.Look unread, PriceTable prices, Ledger ledger, InstantSource clock) {
        this.settings = settings;
        this.unread = unread;
        this.prices = prices;
        this.ledger = ledger;
        this.clock = clock;
        this.money = new Money(
                () -> this.prices,
                settings.budgets(),
                settings.teamClaim(),
                settings.assumed(),
                settings.weights(),
                ledger);
    }

    /**
     * Reads the prices and opens the ledger, which is closed with the gateway.
     *
     * @throws StartRefused if the prices have problems
     * @throws IOException if the ledger cannot be used
     */
    static Optional<MoneyWiring> of(
            GatewayConfig config, Wiring wiring, Path auditDirectory, List<AutoCloseable> transports)
            throws StartRefused, IOException {
        Optional<MoneySettings> configured = config.models().flatMap(Models::money);
        if (configured.isEmpty()) {
            return Optional.empty();
        }
        MoneySettings settings = configured.get();
        FileWatch.Look unread = FileWatch.look(List.of(settings.prices()));
        PriceTable prices = switch (PriceFile.read(settings.prices())) {
            case PriceFile.Read.Good(PriceTable table) -> table;
            case PriceFile.Read.Bad(List<Problem> problems) -> throw new StartRefused(problems);
        };
        Ledger ledger = new LocalLedger(
                config.stateDir().resolve(FILE),
                wiring.clock(),
                settings.keep(),
                settings.weights(),
                new AuditedOutcomes(auditDirectory));
        transports.add(ledger);
        MoneyWiring made = new MoneyWiring(settings, unread, prices, ledger, wiring.clock());
        made.tellUnpriced(config.models().orElseThrow());
        return Optional.of(made);
    }

    Money money() {
        return money;
    }

    /** Puts the ledger behind what breaks calls off, since those are settled when they are broken off. */
    void closeBehind(List<AutoCloseable> transports) {
        transports.remove(ledger);
        transports.add(ledger);
    }

    private void tellUnpriced(Models models) {
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        models.aliases()
                .forEach((alias, entry) -> entry.targets().forEach(target -> {
                    if (prices.find(target.provider(), target.model(), today).isEmpty()) {
                        LOG.warn(
                                "model {} has no price: {} of {}; budgets of money refuse its calls",
                                alias,
                                target.model(),
                                target.provider());
                    }
                }));
    }

    /**
     * New prices hold for calls that begin after them, also those that were written during the start; a file with problems
     * changes nothing.
     */
    void watch(FileWatch files) {
        files.watch(unread, () -> {
            switch (PriceFile.read(settings.prices())) {
                case PriceFile.Read.Good(PriceTable table) -> {
                    prices = table;
                    LOG.info("new prices in use: {}", table.version());
                }
                case PriceFile.Read.Bad(List<Problem> problems) ->
                    problems.forEach(problem -> LOG.error("prices were not changed: {}", problem.render()));
            }
        });
    }

    List<Route> operatorsRoutes(AdminTokens tokens) {
        return new UsageEndpoints(money, tokens, clock).routes();
    }

    void observe(Telemetry telemetry) {
        telemetry.gauges(
                "gateway.budget.remaining",
                "Percent that the poorest pot of a budget has left.",
                "budget",
                this::remaining);
        telemetry.gauge(
                "gateway.ledger.open",
                "1 while what calls cost can be recorded.",
                () -> ledger.failure().isEmpty() ? 1 : 0);
    }

    /** Why calls of models are refused until the next start; empty while they are not. */
    List<String> problems() {
        String failure = ledger.failure();
        return failure.isEmpty() ? List.of() : List.of(failure);
    }

    private Map<String, Long> remaining() {
        Map<String, Long> least = new LinkedHashMap<>();
        settings.budgets().forEach(budget -> least.put(budget.name(), 100L));
        for (Ledger.Balance balance : ledger.balances()) {
            Optional<Budget> budget = money.budget(balance.pot().budget());
            budget.ifPresent(known -> least.merge(
                    known.name(), known.limits().percentLeft(balance.spent().plus(balance.held())), Math::min));
        }
        return least;
    }
}
