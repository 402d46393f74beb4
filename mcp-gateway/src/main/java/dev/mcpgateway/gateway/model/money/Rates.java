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
 * @param audio of those tokens that are sound
 * @param image of those tokens that are pictures
 */
public record Rates(
        long input,
        long cacheRead,
        long cacheWrite,
        long cacheWriteHour,
        long output,
        long reasoning,
        Medium audio,
        Medium image) {

    /**
     * Prices of one medium; below zero in a direction in which its tokens are priced as text.
     *
     * @param input of tokens of the request
     * @param cacheRead of those of them that the provider's cache held
     * @param output of tokens of the answer
     */
    public record Medium(long input, long cacheRead, long output) {
        /** Priced as text. */
        public static final Medium AS_TEXT = new Medium(-1, -1, -1);

        /** Those of the tokens that have a price here. */
        private ModelUsage.Medium apart(ModelUsage.Medium used) {
            return new ModelUsage.Medium(
                    input < 0 ? 0 : used.input(),
                    input < 0 ? 0 : Math.min(used.cacheRead(), used.input()),
                    output < 0 ? 0 : used.output());
        }

        private BigInteger of(ModelUsage.Medium apart) {
            return times(apart.input() - apart.cacheRead(), input)
                    .add(times(apart.cacheRead(), cacheRead))
                    .add(times(apart.output(), output));
        }
    }

    /** Of a model whose sounds and pictures are priced as text. */
    public Rates(long input, long cacheRead, long cacheWrite, long cacheWriteHour, long output, long reasoning) {
        this(input, cacheRead, cacheWrite, cacheWriteHour, output, reasoning, Medium.AS_TEXT, Medium.AS_TEXT);
    }

    /**
     * All tokens times their prices. Of parts that are larger than their whole each is counted, and nothing below zero. Cached
     * tokens are text as far as nobody says that they are anything else.
     */
    BigInteger of(ModelUsage usage) {
        ModelUsage.Medium sounds = audio.apart(usage.audio());
        ModelUsage.Medium pictures = image.apart(usage.image());
        long apart = sounds.input() - sounds.cacheRead() + pictures.input() - pictures.cacheRead();
        long read = Math.max(0, usage.cacheRead() - sounds.cacheRead() - pictures.cacheRead());
        long minutes = Math.max(0, usage.cacheWrite() - usage.cacheWriteHour());
        long plain = Math.max(0, usage.input() - usage.cacheRead() - usage.cacheWrite() - apart);
        long shown = Math.max(0, usage.output() - usage.reasoning() - sounds.output() - pictures.output());
        return times(plain, input)
                .add(times(read, cacheRead))
                .add(times(minutes, cacheWrite))
                .add(times(usage.cacheWriteHour(), cacheWriteHour))
                .add(times(shown, output))
                .add(times(usage.reasoning(), reasoning))
                .add(audio.of(sounds))
                .add(image.of(pictures));
    }

    /**
     * Whether all of it has a price that its provider may have meant. Sound costs several times what text does, and so do
     * pictures that a model makes; pictures that it is shown are text to most price lists.
     */
    boolean cover(ModelUsage usage) {
        return (audio.input() >= 0 || usage.audio().input() == 0)
                && (audio.output() >= 0 || usage.audio().output() == 0)
                && (image.output() >= 0 || usage.image().output() == 0);
    }

    /**
     * The most that so many tokens can be, whatever they are.
     *
     * @param isText whether those of the request are text
     */
    BigInteger atMost(long inputTokens, long outputTokens, boolean isText) {
        long text = Math.max(Math.max(input, cacheRead), Math.max(cacheWrite, cacheWriteHour));
        long media = Math.max(Math.max(audio.input(), audio.cacheRead()), Math.max(image.input(), image.cacheRead()));
        long answer = Math.max(Math.max(output, reasoning), Math.max(audio.output(), image.output()));
        return times(inputTokens, isText ? text : Math.max(text, media)).add(times(outputTokens, answer));
    }

    private static BigInteger times(long tokens, long rate) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(rate));
    }
}
