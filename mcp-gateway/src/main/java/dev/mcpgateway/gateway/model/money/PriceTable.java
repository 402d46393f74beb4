package dev.mcpgateway.gateway.model.money;

import dev.mcpgateway.connectors.mcp.NamePattern;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The prices of a file. Never changes.
 *
 * @param version SHA-256 of the file, hexadecimal
 */
public record PriceTable(String version, List<Row> rows) {
    /** An exact name goes before a pattern, a longer pattern before a shorter one, and then the later date. */
    private static final Comparator<Row> CLOSEST = Comparator.<Row>comparingInt(row -> row.isPattern() ? 0 : 1)
            .thenComparingInt(row -> row.model().length())
            .thenComparing(Row::effectiveFrom);

    /**
     * One row.
     *
     * @param provider the provider's name in the configuration
     * @param model the provider's name of the model, or a pattern with asterisks
     * @param effectiveFrom the first day (UTC) on which it holds
     */
    public record Row(String provider, String model, LocalDate effectiveFrom, Price price) {
        boolean isPattern() {
            return model.contains("*");
        }

        boolean holds(String forProvider, String forModel, LocalDate day) {
            return provider.equals(forProvider)
                    && !effectiveFrom.isAfter(day)
                    && (isPattern() ? new NamePattern(model).matches(forModel) : model.equals(forModel));
        }
    }

    /** Copies the list. */
    public PriceTable {
        rows = List.copyOf(rows);
    }

    /** The price of a model on a day; none where no row holds, which does not mean that it costs nothing. */
    public Optional<Price> find(String provider, String model, LocalDate day) {
        return rows.stream()
                .filter(row -> row.holds(provider, model, day))
                .max(CLOSEST)
                .map(Row::price);
    }
}
