package dev.mcpgateway.gateway.model.money;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a gateway knows of money.
 *
 * @param prices the table in force
 * @param budgets all budgets, by unique names
 * @param teamClaim the claim that names teams
 * @param assumed bounds of calls that name none
 * @param weights what tokens count for in limits of tokens
 */
public record Money(
        Supplier<PriceTable> prices,
        List<Budget> budgets,
        String teamClaim,
        Assumed assumed,
        TokenWeights weights,
        Ledger ledger) {

    /**
     * Bounds of calls where neither the request nor the price table has one.
     *
     * @param inputTokens of a request with parts that are not in it, such as the URL of an image
     * @param outputTokens of an answer to a request that does not limit it
     * @param toolUses of each tool of the provider that a request offers without a limit
     */
    public record Assumed(long inputTokens, long outputTokens, long toolUses) {}

    /** Copies the list. */
    public Money {
        budgets = List.copyOf(budgets);
    }

    /** The budgets that count such a call. */
    public List<Budget> counting(Spender spender, String model) {
        return budgets.stream().filter(budget -> budget.counts(spender, model)).toList();
    }

    /** The pots of these budgets that pay for a call at this time. */
    public List<Hold.Claim> pots(List<Budget> counting, Spender spender, Instant time) {
        return counting.stream()
                .map(budget ->
                        new Hold.Claim(budget.pot(spender, teamClaim, time), budget.limits(), budget.isEnforced()))
                .toList();
    }

    /** The same, with budgets that count and refuse nothing. */
    public Money countingOnly() {
        return new Money(
                prices,
                budgets.stream()
                        .map(each ->
                                new Budget(each.name(), each.per(), each.match(), each.period(), each.limits(), false))
                        .toList(),
                teamClaim,
                assumed,
                weights,
                ledger);
    }

    /** The budget of this name. */
    public Optional<Budget> budget(String name) {
        return budgets.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
