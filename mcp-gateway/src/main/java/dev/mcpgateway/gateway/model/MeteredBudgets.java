package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.identity.VirtualKeys;
import dev.mcpgateway.gateway.model.money.Amount;
import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Hold;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LedgerUnavailable;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Payer;
import dev.mcpgateway.gateway.model.money.Period;
import dev.mcpgateway.gateway.model.money.Pot;
import dev.mcpgateway.gateway.model.money.Price;
import dev.mcpgateway.gateway.model.money.PriceTable;
import dev.mcpgateway.gateway.model.money.Spender;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Budgets over a price table and a ledger. A call that could cost more than is left is refused before it is sent. */
final class MeteredBudgets implements Budgets {
    private static final int RETRY_SECONDS = 5;

    /** When to ask again where calls under way are in the way: most are over soon, and then cost less than they may. */
    private static final int HELD_RETRY_SECONDS = 1;

    private static final int CLAIM_CHARS_MAX = 256;

    private final Money money;
    private final InstantSource clock;

    MeteredBudgets(Money money, InstantSource clock) {
        this.money = money;
        this.clock = clock;
    }

    @Override
    public Reservation count(ModelAsk ask, Permit permit, Plan plan) {
        return new MeteredBudgets(money.countingOnly(), clock).reserve(ask, permit, plan);
    }

    @Override
    public Reservation reserve(ModelAsk ask, Permit permit, Plan plan) {
        if (ask.request().api() == ModelApi.COUNT_TOKENS) {
            return Reservation.FREE;
        }
        Instant now = clock.instant();
        LocalDate day = now.atZone(ZoneOffset.UTC).toLocalDate();
        String model = permit.feature().own();
        Spender spender = spender(ask.caller());
        List<Budget> counting = money.counting(spender, model);
        AskedTokens asked = AskedTokens.of(ask.request());
        PriceTable prices = money.prices().get();
        Hold hold = new Hold(
                ask.exchange().id(),
                now,
                payer(spender, model, day),
                money.pots(counting, spender, now),
                most(asked, plan, prices, day, counting));
        try {
            return switch (money.ledger().hold(hold)) {
                case Ledger.Answer.Held() -> new MeteredReservation(money, prices, hold, asked, day);
                case Ledger.Answer.Shortfall(Pot pot) ->
                    throw new Refused(rate(pot, now).orElseGet(() -> over(pot)));
                case Ledger.Answer.HeldByOthers(Pot pot) ->
                    throw new Refused(rate(pot, now).orElseGet(() -> held(pot)));
            };
        } catch (LedgerUnavailable failure) {
            throw new Refused(Refusal.of(Reason.LEDGER_UNAVAILABLE, String.valueOf(failure.getMessage()))
                    .retryAfter(RETRY_SECONDS));
        }
    }

    /** At the dearest target: which one will answer is not known yet. */
    private Amount most(AskedTokens asked, Plan plan, PriceTable prices, LocalDate day, List<Budget> counting) {
        boolean needsPrice = counting.stream()
                .anyMatch(budget ->
                        budget.isEnforced() && budget.limits().nanoUsd().isPresent());
        long nanoUsd = 0;
        long tokens = 0;
        for (ModelTable.Target target : plan.targets()) {
            Optional<Price> found = prices.find(target.provider().name(), target.model(), day)
                    .filter(price -> price.has(asked.terms()));
            Optional<String> unpriced = found.isEmpty()
                    ? Optional.of(asked.terms().toString())
                    : asked.extras().unpriced(found.get());
            if (unpriced.isPresent() && needsPrice) {
                throw new Refused(Refusal.of(
                        Reason.NO_PRICE,
                        target.model() + " of " + target.provider().name() + " " + unpriced.get()));
            }
            Price price = found.orElse(Price.NONE);
            long input = asked.inputMost(price, money.assumed());
            long output = asked.outputMost(price, money.assumed());
            tokens = Math.max(tokens, money.weights().atMost(input, output));
            Map<String, Long> uses = asked.extras().most(money.assumed().toolUses());
            nanoUsd = Math.max(nanoUsd, price.atMost(input, output, asked.isWhole(), uses, asked.terms()));
        }
        return new Amount(nanoUsd, tokens, 1);
    }

    /** The next minute begins anew, whoever is in the way in this one; empty where the pot is of no rate. */
    private Optional<Refusal> rate(Pot pot, Instant now) {
        return money.budget(pot.budget())
                .filter(budget -> budget.period() == Period.MINUTE)
                .map(_ -> Refusal.of(Reason.TOO_MANY_TOKENS, pot.budget())
                        .retryAfter((int) Math.max(1, pot.to() - now.getEpochSecond())));
    }

    private static Refusal held(Pot pot) {
        return Refusal.of(Reason.BUDGET_HELD, pot.budget()).retryAfter(HELD_RETRY_SECONDS);
    }

    /** A call without a limit of its own can cost far more than it does: who reads this may only have to set one. */
    private static Refusal over(Pot pot) {
        String anew =
                pot.to() == Long.MAX_VALUE ? "" : " The budget begins anew at " + Instant.ofEpochSecond(pot.to()) + ".";
        return new Refusal(
                Reason.OVER_BUDGET,
                Reason.OVER_BUDGET.text() + " A smaller limit of the answer's tokens may." + anew,
                pot.budget(),
                new TreeSet<>(),
                "",
                0);
    }

    private Payer payer(Spender spender, String model, LocalDate day) {
        return new Payer(
                day,
                spender.key(),
                spender.issuer() + "/" + spender.user(),
                spender.claims().getOrDefault(money.teamClaim(), ""),
                spender.tenant(),
                model);
    }

    private static Spender spender(Caller caller) {
        Subject subject = caller.subject();
        String client = subject.clientId();
        String keyId = caller.issuer().equals(VirtualKeys.ISSUER) ? caller.credentialKeyId() : null;
        Map<String, String> claims = new HashMap<>();
        subject.claims().forEach((name, value) -> {
            // a longer one would be kept in every row of the ledger
            if (value.isString() && value.stringValue().length() <= CLAIM_CHARS_MAX) {
                claims.put(name, value.stringValue());
            }
        });
        return new Spender(
                subject.issuer(),
                subject.subject(),
                client == null ? "" : client,
                keyId == null ? "" : keyId,
                // whose content it is, and not who pays for it
                caller.issuer().equals(OwnCaller.ISSUER) ? "" : caller.tenant(),
                subject.groups(),
                claims);
    }
}
