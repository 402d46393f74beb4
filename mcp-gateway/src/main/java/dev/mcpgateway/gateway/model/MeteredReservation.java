package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.money.Hold;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LedgerUnavailable;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.PriceTable;
import dev.mcpgateway.gateway.model.money.Terms;
import dev.mcpgateway.gateway.model.money.Used;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    public void attempted(ModelTable.Target target, ModelFacts facts, End end) {
        if (!isFree(facts, end)) {
            paid++;
            boolean isKnown = facts.usage().isKnown();
            attempts =
                    attempts.plus(used(target, facts, isKnown ? facts.usage() : about(0), !isKnown || end == End.CUT));
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
    public Cost settle(ModelTable.Target target, ModelFacts facts, long answerBytes, End end) {
        if (over) {
            throw new IllegalStateException("settled already");
        }
        over = true;
        ModelUsage usage = facts.usage();
        Used last = switch (end) {
            case COMPLETE ->
                usage.isKnown() ? used(target, facts, usage, false) : used(target, facts, about(answerBytes), true);
            case CUT -> used(target, facts, usage.isKnown() ? atLeastCounted(usage) : about(answerBytes), true);
            case UNANSWERED -> usage.isKnown() ? used(target, facts, usage, false) : Used.NOTHING;
        };
        Used all = attempts.plus(last);
        // attempts are one call, and so is one that was not answered
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
        money.ledger().settle(hold, target.provider().name(), call);
        further.forEach(money.ledger()::release);
        return call.unpriced() > 0 ? Cost.UNKNOWN : new Cost(call.nanoUsd(), call.estimated() > 0);
    }

    private Used used(ModelTable.Target target, ModelFacts facts, ModelUsage usage, boolean isEstimated) {
        Map<String, Long> uses = isEstimated ? atLeastOffered(facts.uses()) : facts.uses();
        Terms served = asked.terms().as(facts.terms());
        return Used.call(
                usage,
                uses,
                prices.find(target.provider().name(), target.model(), day)
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
    private ModelUsage atLeastCounted(ModelUsage stated) {
        return new ModelUsage(
                stated.input(),
                stated.cacheRead(),
                stated.cacheWrite(),
                stated.cacheWriteHour(),
                Math.max(stated.output(), asked.outputAbout(counted.sum())),
                stated.reasoning(),
                stated.audio(),
                stated.image());
    }

    private ModelUsage about(long answerBytes) {
        long text = counted.sum() > 0 ? counted.sum() : answerBytes;
        return new ModelUsage(asked.inputAbout(), 0, 0, 0, asked.outputAbout(text), 0);
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            money.ledger().release(hold);
            further.forEach(money.ledger()::release);
        }
    }
}
