package dev.mcpgateway.gateway.model.money;

import java.math.BigInteger;
import java.util.Map;
import java.util.Set;

/**
 * What a provider takes for the tools that it runs itself, in nano-USD, by their names. A tool can have both prices.
 *
 * @param each of each use
 * @param once of each call in which it was used, however often
 */
public record ToolPrices(Map<String, Long> each, Map<String, Long> once) {
    /** Of a provider whose tools have no price. */
    public static final ToolPrices NONE = new ToolPrices(Map.of(), Map.of());

    /** Counted by providers, and billed by the tokens of what was read alone. */
    private static final Set<String> FREE = Set.of("web_fetch");

    /** Copies the maps. */
    public ToolPrices {
        each = Map.copyOf(each);
        once = Map.copyOf(once);
    }

    /** Whether uses of this tool have a price, which may be zero. */
    public boolean has(String tool) {
        return each.containsKey(tool) || once.containsKey(tool) || FREE.contains(tool);
    }

    /** What so many uses of each tool cost; those without a price add nothing. */
    BigInteger of(Map<String, Long> uses) {
        BigInteger sum = BigInteger.ZERO;
        for (Map.Entry<String, Long> used : uses.entrySet()) {
            long price = each.getOrDefault(used.getKey(), 0L);
            sum = sum.add(BigInteger.valueOf(price).multiply(BigInteger.valueOf(used.getValue())))
                    .add(BigInteger.valueOf(once.getOrDefault(used.getKey(), 0L)));
        }
        return sum;
    }
}
