package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.money.Hold;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LedgerUnavailable;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Price;
import dev.mcpgateway.gateway.model.money.PriceTable;
import dev.mcpgateway.gateway.model.money.Terms;
import dev.mcpgateway.gateway.model.money.Used;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a ledger holds for one call, until it is settled or released. */
final class MeteredReservation implements Reservation {
    private final Money money;
    private final Hold hold;
    private final AskedTokens asked;
    private final LocalDate day;
    private final PriceTable prices;
    private final List<Hold> further = new ArrayList<>();
    private final CountedText counted = new CountedText();
    private Used attempts = Used.NOTHING;
    private int paid;
    private String payee = "";
    private boolean over;

    /** At these prices, whatever becomes of the table meanwhile. */
    MeteredReservation(Money money, PriceTable prices, Hold hold, AskedTokens asked, LocalDate day) {
        this.money = money;
        this.prices = prices;
        this.hold = hold;
        this.asked = asked;
        this.day = day;
    }

    @Override
    public boolean another(ModelFacts facts, End end) {
        if (isFree(facts, end) || further.size() > paid) {
            return true;
        }
        Hold more =
                new Hold(hold.call() + "/" + (further.size() + 2), hold.at(), hold.payer(), hold.claims(), hold.most());
        try {
            if (money.ledger().hold(more) instanceof Ledger.Answer.Held) {
                further.add(more);
                return true;
            }
        } catch (LedgerUnavailable failure) {
            // what cannot be set aside is not spent
        }
        return false;
    }

    @Override
    public void attempted(ModelTable.Target target, ModelFacts facts, End end, long nanos) {
        if (!isFree(facts, end)) {
            paid++;
            payee = target.provider().name();
            attempts = attempts.plus(used(target, facts, 0, end, nanos));
        }
    }

    private static boolean isFree(ModelFacts facts, End end) {
        return end == End.UNANSWERED && !facts.usage().isKnown();
    }

    @Override
    public void passed(ModelEvent event) {
        counted.add(event.data());
    }

    @Override
    public Cost settle(ModelTable.Target target, ModelFacts facts, long answerBytes, End end, long nanos) {
        if (over) {
            throw new IllegalStateException("settled already");
        }
        Used last = isFree(facts, end) ? Used.NOTHING : used(target, facts, answerBytes, end, nanos);
        Used call = spend(target.provider().name(), attempts.plus(last));
        return call.unpriced() > 0 ? Cost.UNKNOWN : new Cost(call.nanoUsd(), call.estimated() > 0);
    }

    /** Attempts are one call, and so is one that was not answered. */
    private Used spend(String provider, Used all) {
        over = true;
        Used call = new Used(
                1,
                all.input(),
                all.cacheRead(),
                all.cacheWrite(),
                all.output(),
                all.reasoning(),
                all.audio(),
                all.image(),
                all.toolUses(),
                all.nanoUsd(),
                Math.min(1, all.estimated()),
                Math.min(1, all.unpriced()));
        money.ledger().settle(hold, provider, call);
        further.forEach(money.ledger()::release);
        return call;
    }

    private Used used(ModelTable.Target target, ModelFacts facts, long answerBytes, End end, long nanos) {
        ModelUsage stated = facts.usage();
        if (stated.isKnown() && end != End.CUT) {
            return used(target, facts, stated, false);
        }
        long seen = asked.outputAbout(counted.sum() > 0 || stated.isKnown() ? counted.sum() : answerBytes);
        long output = isAllSeen(facts, answerBytes, end) ? seen : Math.max(seen, within(target, nanos));
        return used(target, facts, stated.isKnown() ? atLeast(stated, output) : about(output), true);
    }

    /** Whether nothing was written that is not counted: who has said why the model stopped has stated everything. */
    private boolean isAllSeen(ModelFacts facts, long answerBytes, End end) {
        return counted.sum() > 0
                || (end == End.COMPLETE && answerBytes > 0)
                || (facts.usage().isKnown() && !facts.finishReason().isEmpty());
    }

    /** Providers work, and may bill, while nothing of their answer is there. */
    private long within(ModelTable.Target target, long nanos) {
        Price price = price(target).filter(found -> found.has(asked.terms())).orElse(Price.NONE);
        return asked.outputWithin(nanos, price, money.assumed());
    }

    private Optional<Price> price(ModelTable.Target target) {
        return prices.find(target.provider().name(), target.model(), day);
    }

    private Used used(ModelTable.Target target, ModelFacts facts, ModelUsage usage, boolean isEstimated) {
        Map<String, Long> uses = isEstimated ? atLeastOffered(facts.uses()) : facts.uses();
        Terms served = asked.terms().as(facts.terms());
        return Used.call(
                usage,
                uses,
                price(target)
                        .filter(price -> price.has(asked.terms()) || price.has(served))
                        .map(price -> new Cost(
                                price.cost(usage, uses, served),
                                isEstimated || !price.has(served) || !price.covers(usage, uses)))
                        .orElse(new Cost(-1, isEstimated)));
    }

    /** Who was cut off may have used what was offered, and providers say so at the end. */
    private Map<String, Long> atLeastOffered(Map<String, Long> stated) {
        Map<String, Long> uses = new HashMap<>(stated);
        asked.extras().tools().keySet().forEach(tool -> uses.putIfAbsent(tool, 1L));
        return uses;
    }

    /** Streams state their input early and their output late. */
    private static ModelUsage atLeast(ModelUsage stated, long output) {
        return new ModelUsage(
                stated.input(),
                stated.cacheRead(),
                stated.cacheWrite(),
                stated.cacheWriteHour(),
                Math.max(stated.output(), output),
                stated.reasoning(),
                stated.audio(),
                stated.image());
    }

    private ModelUsage about(long output) {
        return new ModelUsage(asked.inputAbout(), 0, 0, 0, output, 0);
    }

    @Override
    public void close() {
        if (!over && paid > 0) {
            var _ = spend(payee, attempts);
        } else if (!over) {
            over = true;
            money.ledger().release(hold);
            further.forEach(money.ledger()::release);
        }
    }
}
