package dev.mcpgateway.gateway.model.money;

import dev.mcpgateway.connectors.model.ModelUsage;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What calls of one model cost. Arithmetic is exact; a cost is rounded up once, at its end.
 *
 * @param rates prices of tokens
 * @param steps other prices for requests with more input, by rising bound
 * @param requestFee nano-USD for each call that is answered
 * @param tiers factors of service tiers in ten-thousandths; the plain tiers have none
 * @param speeds factors of speeds, likewise
 * @param geos factors of places of inference, likewise
 * @param inputTokensMax most tokens of a request that the model takes
 * @param outputTokensMax most tokens that it answers with
 */
public record Price(
        Rates rates,
        List<Step> steps,
        long requestFee,
        Map<String, Long> tiers,
        Map<String, Long> speeds,
        Map<String, Long> geos,
        OptionalLong inputTokensMax,
        OptionalLong outputTokensMax) {
    /** The most that one call can cost: more is no price but a mistake, and must not overflow sums. */
    public static final long NANO_USD_MAX = 10_000_000L * 1_000_000_000;

    /** For models without one where money does not matter. */
    public static final Price NONE =
            new Price(new Rates(0, 0, 0, 0, 0, 0), List.of(), 0, Map.of(), OptionalLong.empty(), OptionalLong.empty());

    private static final BigInteger MAX = BigInteger.valueOf(NANO_USD_MAX);
    private static final long ONE = 10_000;
    private static final BigInteger DIVISOR =
            BigInteger.valueOf(1_000_000L * ONE).multiply(BigInteger.valueOf(ONE * ONE));

    /**
     * Other prices for long requests.
     *
     * @param aboveInputTokens they hold for requests with more input than this
     */
    public record Step(long aboveInputTokens, Rates rates) {}

    /** Copies the collections. */
    public Price {
        steps = List.copyOf(steps);
        tiers = Map.copyOf(tiers);
        speeds = Map.copyOf(speeds);
        geos = Map.copyOf(geos);
    }

    /** A price that speed and place do not change. */
    public Price(
            Rates rates,
            List<Step> steps,
            long requestFee,
            Map<String, Long> tiers,
            OptionalLong inputTokensMax,
            OptionalLong outputTokensMax) {
        this(rates, steps, requestFee, tiers, Map.of(), Map.of(), inputTokensMax, outputTokensMax);
    }

    /** Whether calls on these terms have a price. */
    public boolean has(Terms terms) {
        return (Terms.isPlainTier(terms.tier()) || tiers.containsKey(terms.tier()))
                && (Terms.isPlainSpeed(terms.speed()) || speeds.containsKey(terms.speed()))
                && (Terms.isPlainGeo(terms.geo()) || geos.containsKey(terms.geo()));
    }

    /** What this usage costs, in nano-USD; {@value #NANO_USD_MAX} at most. The usage is known, and so are the terms. */
    public long cost(ModelUsage usage, Terms terms) {
        Rates valid = rates;
        for (Step step : steps) {
            if (usage.input() > step.aboveInputTokens()) {
                valid = step.rates();
            }
        }
        return rounded(valid.of(usage), terms);
    }

    /** The most that a call with at most so many tokens can cost, whatever kinds of tokens they turn out to be. */
    public long atMost(long inputTokens, long outputTokens, Terms terms) {
        long most = rounded(rates.atMost(inputTokens, outputTokens), terms);
        for (Step step : steps) {
            if (inputTokens > step.aboveInputTokens()) {
                most = Math.max(most, rounded(step.rates().atMost(inputTokens, outputTokens), terms));
            }
        }
        return most;
    }

    private long rounded(BigInteger tokensTimesRates, Terms terms) {
        BigInteger[] parts = tokensTimesRates
                .multiply(BigInteger.valueOf(tiers.getOrDefault(terms.tier(), ONE)))
                .multiply(BigInteger.valueOf(speeds.getOrDefault(terms.speed(), ONE)))
                .multiply(BigInteger.valueOf(geos.getOrDefault(terms.geo(), ONE)))
                .divideAndRemainder(DIVISOR);
        BigInteger up = parts[1].signum() > 0 ? parts[0].add(BigInteger.ONE) : parts[0];
        return up.add(BigInteger.valueOf(requestFee)).min(MAX).longValueExact();
    }
}
