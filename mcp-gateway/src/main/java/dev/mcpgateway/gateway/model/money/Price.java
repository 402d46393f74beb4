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
 * @param tools what the provider's own tools cost; factors do not change it
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
        ToolPrices tools,
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

    /** A price that tools, speed and place do not change. */
    public Price(
            Rates rates,
            List<Step> steps,
            long requestFee,
            Map<String, Long> tiers,
            OptionalLong inputTokensMax,
            OptionalLong outputTokensMax) {
        this(rates, steps, requestFee, ToolPrices.NONE, tiers, Map.of(), Map.of(), inputTokensMax, outputTokensMax);
    }

    /** Whether calls on these terms have a price. */
    public boolean has(Terms terms) {
        return (Terms.isPlainTier(terms.tier()) || tiers.containsKey(terms.tier()))
                && (Terms.isPlainSpeed(terms.speed()) || speeds.containsKey(terms.speed()))
                && (Terms.isPlainGeo(terms.geo()) || geos.containsKey(terms.geo()));
    }

    /** Whether all that was used has a price of its own; {@link #cost} of anything else is the nearest that there is. */
    public boolean covers(ModelUsage usage, Map<String, Long> uses) {
        return rates.cover(usage) && uses.keySet().stream().allMatch(tools::has);
    }

    /** What tokens alone cost. */
    public long cost(ModelUsage usage, Terms terms) {
        return cost(usage, Map.of(), terms);
    }

    /**
     * What this cost, in nano-USD; {@value #NANO_USD_MAX} at most. The usage is known. Terms without a factor cost no less
     * than the dearest that there is, so that nobody pays less by what the file does not know.
     *
     * @param uses how often each of the provider's tools was used
     */
    public long cost(ModelUsage usage, Map<String, Long> uses, Terms terms) {
        Rates valid = rates;
        for (Step step : steps) {
            if (usage.input() > step.aboveInputTokens()) {
                valid = step.rates();
            }
        }
        return rounded(
                valid.of(usage),
                factor(tiers, terms.tier(), Terms.isPlainTier(terms.tier())),
                factor(speeds, terms.speed(), Terms.isPlainSpeed(terms.speed())),
                factor(geos, terms.geo(), Terms.isPlainGeo(terms.geo())),
                uses);
    }

    /** The most that text alone can cost. */
    public long atMost(long inputTokens, long outputTokens, Terms terms) {
        return atMost(inputTokens, outputTokens, true, Map.of(), terms);
    }

    /**
     * The most that a call can cost, whatever kinds of tokens they turn out to be, and on whatever terms it is served that
     * these leave open.
     *
     * @param inputTokens at most so many
     * @param outputTokens at most so many
     * @param isText whether the request is text and nothing else
     * @param uses how often each of the provider's tools is used at most
     */
    public long atMost(long inputTokens, long outputTokens, boolean isText, Map<String, Long> uses, Terms terms) {
        long tier = factorAtMost(tiers, terms.tier(), Terms.isPlainTier(terms.tier()), Terms.isOpen(terms.tier()));
        long speed = factorAtMost(speeds, terms.speed(), Terms.isPlainSpeed(terms.speed()), false);
        long geo = factorAtMost(geos, terms.geo(), Terms.isPlainGeo(terms.geo()), Terms.isOpen(terms.geo()));
        long most = rounded(rates.atMost(inputTokens, outputTokens, isText), tier, speed, geo, uses);
        for (Step step : steps) {
            if (inputTokens > step.aboveInputTokens()) {
                BigInteger tokens = step.rates().atMost(inputTokens, outputTokens, isText);
                most = Math.max(most, rounded(tokens, tier, speed, geo, uses));
            }
        }
        return most;
    }

    private static long factor(Map<String, Long> factors, String name, boolean isPlain) {
        Long listed = factors.get(name);
        if (listed != null) {
            return listed;
        }
        return isPlain ? ONE : dearest(factors);
    }

    /** What is asked for may be served on plain terms instead. */
    private static long factorAtMost(Map<String, Long> factors, String name, boolean isPlain, boolean isOpen) {
        return isOpen ? dearest(factors) : Math.max(ONE, factor(factors, name, isPlain));
    }

    private static long dearest(Map<String, Long> factors) {
        return factors.values().stream().reduce(ONE, Math::max);
    }

    private long rounded(BigInteger tokensTimesRates, long tier, long speed, long geo, Map<String, Long> uses) {
        BigInteger[] parts = tokensTimesRates
                .multiply(BigInteger.valueOf(tier))
                .multiply(BigInteger.valueOf(speed))
                .multiply(BigInteger.valueOf(geo))
                .divideAndRemainder(DIVISOR);
        BigInteger up = parts[1].signum() > 0 ? parts[0].add(BigInteger.ONE) : parts[0];
        return up.add(BigInteger.valueOf(requestFee))
                .add(tools.of(uses))
                .min(MAX)
                .longValueExact();
    }
}
