package dev.mcpgateway.gateway.model.money;

import dev.mcpgateway.connectors.model.ModelUsage;
import java.math.BigInteger;

/**
 * Prices of tokens in nano-USD for a million of them.
 *
 * @param input of tokens that no cache had a part in
 * @param cacheRead of tokens that the provider's cache held
 * @param cacheWrite of tokens that went into it for minutes
 * @param cacheWriteHour of tokens that went into it for an hour
 * @param output of tokens of the answer
 * @param reasoning of those of them that the agent does not see
 */
public record Rates(long input, long cacheRead, long cacheWrite, long cacheWriteHour, long output, long reasoning) {

    /** All tokens times their prices. Of parts that are larger than their whole each is counted, and nothing below zero. */
    BigInteger of(ModelUsage usage) {
        long minutes = Math.max(0, usage.cacheWrite() - usage.cacheWriteHour());
        long plain = Math.max(0, usage.input() - usage.cacheRead() - usage.cacheWrite());
        long shown = Math.max(0, usage.output() - usage.reasoning());
        return times(plain, input)
                .add(times(usage.cacheRead(), cacheRead))
                .add(times(minutes, cacheWrite))
                .add(times(usage.cacheWriteHour(), cacheWriteHour))
                .add(times(shown, output))
                .add(times(usage.reasoning(), reasoning));
    }

    /** The most that so many tokens can be, whatever they are. */
    BigInteger atMost(long inputTokens, long outputTokens) {
        long dearest = Math.max(Math.max(input, cacheRead), Math.max(cacheWrite, cacheWriteHour));
        return times(inputTokens, dearest).add(times(outputTokens, Math.max(output, reasoning)));
    }

    private static BigInteger times(long tokens, long rate) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(rate));
    }
}
