package dev.mcpgateway.gateway.model.money;

import dev.mcpgateway.connectors.model.ModelUsage;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What calls used, one or many.
 *
 * @param calls how many
 * @param input tokens of requests, those from caches and into them included
 * @param cacheRead those of them that providers' caches held
 * @param cacheWrite those of them that went into providers' caches
 * @param output tokens of answers, reasoning included
 * @param reasoning those of them that agents do not see
 * @param audio tokens of both that are sound
 * @param image tokens of both that are pictures, where providers count them apart
 * @param toolUses how often tools were used that providers run themselves
 * @param nanoUsd cost of all that have a price
 * @param estimated how many calls are estimated in part
 * @param unpriced how many calls have no price
 */
public record Used(
        long calls,
        long input,
        long cacheRead,
        long cacheWrite,
        long output,
        long reasoning,
        long audio,
        long image,
        long toolUses,
        long nanoUsd,
        long estimated,
        long unpriced) {
    /** Nothing. */
    public static final Used NOTHING = new Used(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** How many numbers were kept of a row before sounds, pictures and tools were counted. */
    private static final int FEWER = 9;

    /** One call of this usage, which is known, with so many uses of each tool of the provider. */
    public static Used call(ModelUsage usage, Map<String, Long> uses, Cost cost) {
        return new Used(
                1,
                usage.input(),
                usage.cacheRead(),
                usage.cacheWrite(),
                usage.output(),
                usage.reasoning(),
                usage.audio().sum(),
                usage.image().sum(),
                uses.values().stream().reduce(0L, Amount::sum),
                Math.max(0, cost.nanoUsd()),
                cost.isEstimated() ? 1 : 0,
                cost.isKnown() ? 0 : 1);
    }

    /** Both together. */
    public Used plus(Used other) {
        return new Used(
                Amount.sum(calls, other.calls),
                Amount.sum(input, other.input),
                Amount.sum(cacheRead, other.cacheRead),
                Amount.sum(cacheWrite, other.cacheWrite),
                Amount.sum(output, other.output),
                Amount.sum(reasoning, other.reasoning),
                Amount.sum(audio, other.audio),
                Amount.sum(image, other.image),
                Amount.sum(toolUses, other.toolUses),
                Amount.sum(nanoUsd, other.nanoUsd),
                Amount.sum(estimated, other.estimated),
                Amount.sum(unpriced, other.unpriced));
    }

    String text() {
        return LongStream.of(
                        calls,
                        input,
                        cacheRead,
                        cacheWrite,
                        output,
                        reasoning,
                        nanoUsd,
                        estimated,
                        unpriced,
                        audio,
                        image,
                        toolUses)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(" "));
    }

    static Used of(String text) {
        List<Long> n = Stream.of(text.split(" ")).map(Long::parseLong).toList();
        boolean isFewer = n.size() == FEWER;
        return new Used(
                n.get(0),
                n.get(1),
                n.get(2),
                n.get(3),
                n.get(4),
                n.get(5),
                isFewer ? 0 : n.get(9),
                isFewer ? 0 : n.get(10),
                isFewer ? 0 : n.get(11),
                n.get(6),
                n.get(7),
                n.get(8));
    }
}
