package dev.mcpgateway.gateway.model.money;

import java.math.BigInteger;

/**
 * What tokens count for in limits of tokens, in percent: a token of 10 percent is a tenth of one. Each call is rounded up once.
 * What tokens cost is another matter.
 *
 * @param input of requests, but for those that a provider's cache held
 * @param cachedInput of those
 * @param output of answers, but for reasoning
 * @param reasoning of those that agents do not see
 */
public record TokenWeights(int input, int cachedInput, int output, int reasoning) {
    /** Each token is one. */
    public static final TokenWeights EQUAL = new TokenWeights(100, 100, 100, 100);

    /** Largest weight in percent. */
    public static final int MAX = 10_000;

    private static final BigInteger PERCENT = BigInteger.valueOf(100);

    /** Checks the ranges. */
    public TokenWeights {
        if (Math.min(Math.min(input, cachedInput), Math.min(output, reasoning)) < 0
                || Math.max(Math.max(input, cachedInput), Math.max(output, reasoning)) > MAX) {
            throw new IllegalArgumentException("a weight is 0 to " + MAX);
        }
    }

    /** What usage counts for. Of parts that are larger than their whole each is counted. */
    Amount of(Used used) {
        return new Amount(
                used.nanoUsd(),
                rounded(times(Math.max(0, used.input() - used.cacheRead()), input)
                        .add(times(used.cacheRead(), cachedInput))
                        .add(times(Math.max(0, used.output() - used.reasoning()), output))
                        .add(times(used.reasoning(), reasoning))),
                used.calls());
    }

    /** The most that so many tokens can count for, whatever they are. */
    public long atMost(long inputTokens, long outputTokens) {
        return rounded(
                times(inputTokens, Math.max(input, cachedInput)).add(times(outputTokens, Math.max(output, reasoning))));
    }

    private static BigInteger times(long tokens, int weight) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(weight));
    }

    private static long rounded(BigInteger percent) {
        BigInteger[] whole = percent.divideAndRemainder(PERCENT);
        BigInteger up = whole[1].signum() > 0 ? whole[0].add(BigInteger.ONE) : whole[0];
        return up.bitLength() > 62 ? Long.MAX_VALUE : up.longValueExact();
    }
}
