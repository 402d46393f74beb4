package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.TokenWeights;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What calls of models cost and what may be spent.
 *
 * @param prices the file of prices
 * @param assumed bounds of calls that name none
 * @param weights what tokens count for in limits of tokens
 * @param teamClaim the claim that names teams
 * @param keep how long usage is kept
 */
@SuppressWarnings("exports") // what its values are is the gateway's own affair
public record MoneySettings(
        Path prices,
        Money.Assumed assumed,
        TokenWeights weights,
        String teamClaim,
        Duration keep,
        List<Budget> budgets) {
    /** Copies the list. */
    public MoneySettings {
        budgets = List.copyOf(budgets);
    }
}
