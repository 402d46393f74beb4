package dev.mcpgateway.gateway.model.money;

/**
 * What is counted of calls. Sums stop at the largest number instead of beginning anew below zero, so that nobody can spend
 * so much that there is room again.
 */
public record Amount(long nanoUsd, long tokens, long requests) {
    /** Nothing. */
    public static final Amount ZERO = new Amount(0, 0, 0);

    /** Checks the ranges. */
    public Amount {
        if (nanoUsd < 0 || tokens < 0 || requests < 0) {
            throw new IllegalArgumentException("nothing is counted downwards");
        }
    }

    /** Both together. */
    public Amount plus(Amount other) {
        return new Amount(sum(nanoUsd, other.nanoUsd), sum(tokens, other.tokens), sum(requests, other.requests));
    }

    /** This without what it contains. */
    Amount minus(Amount part) {
        return new Amount(
                Math.max(0, nanoUsd - part.nanoUsd),
                Math.max(0, tokens - part.tokens),
                Math.max(0, requests - part.requests));
    }

    static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
