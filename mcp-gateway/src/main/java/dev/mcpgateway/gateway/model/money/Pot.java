package dev.mcpgateway.gateway.model.money;

/**
 * What one holder has of one budget in one period.
 *
 * @param budget name of the budget
 * @param whose whose it is; empty where it is everybody's
 * @param from first second of the period
 * @param to first second after it
 */
public record Pot(String budget, String whose, long from, long to) {
    /** Whether it has been over for as long as it lasted. Until then a clock that was ahead finds it when it is set back. */
    boolean isForgotten(long now) {
        return now - to >= to - from;
    }

    String text() {
        return Fields.join(budget, whose, Long.toString(from), Long.toString(to));
    }

    static Pot of(String text) {
        var fields = Fields.split(text);
        return new Pot(fields.get(0), fields.get(1), Long.parseLong(fields.get(2)), Long.parseLong(fields.get(3)));
    }
}
