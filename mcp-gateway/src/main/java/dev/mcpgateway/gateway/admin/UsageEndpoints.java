package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LedgerUnavailable;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Usd;
import dev.mcpgateway.gateway.model.money.Used;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/** {@code /usage}: what calls of models used and cost; {@code /budgets}: what may still be spent. */
public final class UsageEndpoints {
    private static final int DAYS_DEFAULT = 30;
    private static final Set<String> QUERY = Set.of("by", "from", "to");

    /** Most pots in an answer. */
    private static final int POTS_MAX = 10_000;

    private static final Comparator<Shown> POOREST_FIRST = Comparator.comparingLong(Shown::percentLeft)
            .thenComparing(shown -> shown.budget().name())
            .thenComparing(shown -> shown.balance().pot().whose())
            .thenComparingLong(shown -> shown.balance().pot().from());

    private final Money money;
    private final AdminTokens tokens;
    private final InstantSource clock;

    /** A pot of a budget that is configured. */
    private record Shown(Budget budget, Ledger.Balance balance, long percentLeft) {
        static Shown of(Budget budget, Ledger.Balance balance) {
            return new Shown(
                    budget, balance, budget.limits().percentLeft(balance.spent().plus(balance.held())));
        }
    }

    /** Tells this ledger to those with a token. */
    public UsageEndpoints(Money money, AdminTokens tokens, InstantSource clock) {
        this.money = money;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        Set<String> get = Set.of("GET");
        return List.of(
                new Route("/usage", get, Access.AUTHENTICATED, false, this::usage),
                new Route("/budgets", get, Access.AUTHENTICATED, false, this::budgets));
    }

    private void usage(Exchange exchange) {
        tokens.authenticate(exchange);
        Fields query = Request.extractQueryParameters(exchange.request());
        if (!QUERY.containsAll(query.getNames())) {
            throw new Refused(Refusal.saying(Reason.BAD_ORDER, "known parameters are by, from and to"));
        }
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        LocalDate to = day(query.getValue("to"), today);
        LocalDate from = day(query.getValue("from"), to.minusDays(DAYS_DEFAULT));
        if (from.isAfter(to)) {
            // nothing is no answer to that: it would read as if nobody had called
            throw new Refused(Refusal.saying(Reason.BAD_ORDER, "from is after to"));
        }
        try {
            List<Ledger.Row> rows = money.ledger().usage(by(query.getValue("by")), from, to);
            AdminEndpoints.json(
                    exchange,
                    200,
                    rows.stream().map(UsageEndpoints::json).collect(Collectors.joining(",", "{\"usage\":[", "]}\n")));
        } catch (LedgerUnavailable failure) {
            throw new Refused(Refusal.of(Reason.LEDGER_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
    }

    private static Ledger.By by(String text) {
        return Arrays.stream(Ledger.By.values())
                .filter(by -> by.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new Refused(Refusal.saying(
                        Reason.BAD_ORDER,
                        "by must be one of "
                                + Arrays.stream(Ledger.By.values())
                                        .map(by -> by.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", ")))));
    }

    private static LocalDate day(String text, LocalDate fallback) {
        if (text == null) {
            return fallback;
        }
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException noDay) {
            throw new Refused(Refusal.saying(Reason.BAD_ORDER, "days are written as 2026-01-31"));
        }
    }

    private static String json(Ledger.Row row) {
        Used used = row.used();
        return "{\"value\":" + AdminEndpoints.quote(row.value())
                + ",\"calls\":" + used.calls()
                + ",\"input_tokens\":" + used.input()
                + ",\"cache_read_tokens\":" + used.cacheRead()
                + ",\"cache_write_tokens\":" + used.cacheWrite()
                + ",\"output_tokens\":" + used.output()
                + ",\"reasoning_tokens\":" + used.reasoning()
                + ",\"audio_tokens\":" + used.audio()
                + ",\"image_tokens\":" + used.image()
                + ",\"tool_uses\":" + used.toolUses()
                + ",\"cost_usd\":\"" + Usd.text(used.nanoUsd())
                + "\",\"estimated_calls\":" + used.estimated()
                + ",\"unpriced_calls\":" + used.unpriced()
                + "}";
    }

    private void budgets(Exchange exchange) {
        tokens.authenticate(exchange);
        List<Shown> pots = money.ledger().balances().stream()
                .flatMap(balance ->
                        money.budget(balance.pot().budget()).stream().map(budget -> Shown.of(budget, balance)))
                .sorted(POOREST_FIRST)
                .toList();
        String rest = pots.size() > POTS_MAX ? ",{\"budget\":\"…\",\"pots\":" + (pots.size() - POTS_MAX) + "}" : "";
        AdminEndpoints.json(
                exchange,
                200,
                pots.stream()
                        .limit(POTS_MAX)
                        .map(shown -> json(shown.budget(), shown.balance()))
                        .collect(Collectors.joining(",", "{\"budgets\":[", rest + "]}\n")));
    }

    private static String json(Budget budget, Ledger.Balance balance) {
        long to = balance.pot().to();
        return "{\"budget\":" + AdminEndpoints.quote(budget.name())
                + ",\"whose\":" + AdminEndpoints.quote(balance.pot().whose().replace('\n', '/'))
                + ",\"mode\":\"" + (budget.isEnforced() ? "enforce" : "observe")
                + "\",\"until\":"
                + (to == Long.MAX_VALUE
                        ? "null"
                        : AdminEndpoints.quote(Instant.ofEpochSecond(to).toString()))
                + ",\"spent_usd\":\"" + Usd.text(balance.spent().nanoUsd())
                + "\",\"held_usd\":\"" + Usd.text(balance.held().nanoUsd())
                + "\",\"left_usd\":"
                + left(
                        budget.limits().nanoUsd(),
                        balance.spent().nanoUsd(),
                        balance.held().nanoUsd(),
                        true)
                + ",\"left_tokens\":"
                + left(
                        budget.limits().tokens(),
                        balance.spent().tokens(),
                        balance.held().tokens(),
                        false)
                + ",\"left_requests\":"
                + left(
                        budget.limits().requests(),
                        balance.spent().requests(),
                        balance.held().requests(),
                        false)
                + "}";
    }

    private static String left(OptionalLong limit, long spent, long held, boolean isMoney) {
        if (limit.isEmpty()) {
            return "null";
        }
        long left = Math.max(0, Math.max(0, limit.getAsLong() - spent) - held);
        return isMoney ? "\"" + Usd.text(left) + "\"" : Long.toString(left);
    }
}
